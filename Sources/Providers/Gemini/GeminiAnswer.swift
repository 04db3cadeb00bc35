import Units

/// Reading Gemini's answers: a refusal is a success there.
extension Gemini {
    /// Why a candidate ended, when it was for what it shows.
    private static let refusals: Set<String> = [
        "SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION", "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION",
    ]

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        guard reply.isSuccess else { throw errors.failure(reply) }
        guard let json = reply.json, json["candidates"] != nil || json["promptFeedback"] != nil
        else {
            throw .malformed("the answer has no 'candidates'", reply)
        }
        var made = Made([])
        made.request = json["responseId"]?.text ?? reply.request
        made.usage = Self.usage(json["usageMetadata"])
        let candidates = json["candidates"]?.items ?? []
        for part in candidates.flatMap({ $0["content"]?["parts"]?.items ?? [] })
        where part["thought"] != .bool(true) {
            let data = part["inlineData"] ?? part["inline_data"]
            if let picture = data?["data"]?.text.flatMap({ PictureAt($0) }) {
                made.pictures.append(picture)
            }
        }
        guard made.pictures.isEmpty else { return .done(made) }
        var failure = Self.nothing(json, candidates.first, reply)
        failure.usage = made.usage
        throw failure
    }

    private static func nothing(
        _ json: JSONValue, _ candidate: JSONValue?, _ reply: Reply
    ) -> VendorFailure {
        if let reason = json["promptFeedback"]?["blockReason"]?.text {
            return .moderated("the prompt was blocked: \(reason)", reply)
        }
        let reason = candidate?["finishReason"]?.text ?? "no candidate"
        let words = candidate?["finishMessage"]?.text.map { ": \($0)" } ?? ""
        return refusals.contains(reason)
            ? .moderated("the picture was withheld: \(reason)\(words)", reply)
            : .noImage("no picture was drawn: \(reason)\(words)", reply)
    }

    /// Thinking is billed as words.
    private static func usage(_ told: JSONValue?) -> VendorUsage {
        var usage = VendorUsage()
        guard let told else { return usage }
        let input = modalities(told["promptTokensDetails"])
        let output = modalities(told["candidatesTokensDetails"])
        usage.inputText = input["TEXT"] ?? (input.isEmpty ? told["promptTokenCount"]?.whole : nil)
        usage.inputImage = input["IMAGE"]
        let thoughts = told["thoughtsTokenCount"]?.whole
        let text = output["TEXT"]
        usage.outputText = thoughts == nil ? text : (thoughts ?? 0) + (text ?? 0)
        usage.outputImage =
            output["IMAGE"] ?? (output.isEmpty ? told["candidatesTokenCount"]?.whole : nil)
        return usage
    }

    private static func modalities(_ details: JSONValue?) -> [String: Int] {
        var sums: [String: Int] = [:]
        for item in details?.items ?? [] {
            guard let kind = item["modality"]?.text, let count = item["tokenCount"]?.whole,
                (0...Int(Int32.max)).contains(count)
            else { continue }
            sums[kind, default: 0] += count
        }
        return sums
    }
}
