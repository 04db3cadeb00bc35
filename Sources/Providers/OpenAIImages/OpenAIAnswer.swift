internal import FoundationEssentials
internal import Units

/// Reading the answers of `openai-images`.
extension OpenAIImages {
    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        let json = try errors.json(of: reply)
        guard case .array(let items)? = json["data"] else {
            // Ark answers so with 200.
            if json.tells("error") { throw errors.failure(reply) }
            throw .malformed("the answer has no 'data'", reply)
        }
        var made = Made([])
        var complaint: JSONValue?
        for item in items {
            if let picture = Self.picture(item), item["respect_moderation"] != .bool(false) {
                made.pictures.append(picture)
                made.revisedPrompt = made.revisedPrompt ?? item["revised_prompt"]?.text
            } else {
                made.withheld += 1
                complaint = complaint ?? item["error"]
            }
        }
        made.request = reply.request
        made.usage = usage(json)
        made.quality = Self.chosen(json["quality"])
        made.background = Self.chosen(json["background"])
        if made.pictures.isEmpty { throw nothing(complaint, items, made, reply) }
        return .done(made)
    }

    /// Why none of the items is a picture.
    private func nothing(
        _ complaint: JSONValue?, _ items: [JSONValue], _ made: Made, _ reply: Reply
    ) -> VendorFailure {
        var failure: VendorFailure
        if let complaint {
            // The same words as in an error of its own, so the same table.
            let alone = Reply(
                status: 400, headers: reply.headers, json: .object(["error": complaint]))
            failure = errors.failure(alone, acceptance: .ended)
        } else if items.contains(where: { $0["respect_moderation"] == .bool(false) }) {
            failure = .moderated("every picture was withheld", reply)
        } else {
            failure = .noImage("'data' holds no picture", reply)
        }
        failure.usage = made.usage
        return failure
    }

    /// What was chosen; `auto` says that it was left open.
    private static func chosen(_ value: JSONValue?) -> String? {
        value?.text.flatMap { $0 == "auto" ? nil : $0 }
    }

    static func picture(_ item: JSONValue) -> PictureAt? {
        (item["b64_json"]?.text ?? item["url"]?.text).flatMap { PictureAt($0) }
    }

    func usage(_ json: JSONValue) -> VendorUsage {
        var used = VendorUsage()
        let told = json["usage"]
        switch usage {
        case .tokens: used = told.map(Self.tokens) ?? used
        case .ticks: used.cost = told?["cost_in_usd_ticks"]?.decimal.map { .scaled($0, by: -10) }
        case .credits: used.cost = json["credits"]?.decimal.map { .scaled($0, by: -3) }
        case .images: used.images = told?["generated_images"]?.whole
        }
        return used
    }

    /// OpenAI's names of tokens, or Microsoft's, which vary.
    private static func tokens(_ told: JSONValue) -> VendorUsage {
        var used = VendorUsage()
        let (input, output) = (told["input_tokens_details"], told["output_tokens_details"])
        used.inputText = input?["text_tokens"]?.whole ?? told["num_input_text_tokens"]?.whole
        used.inputImage = input?["image_tokens"]?.whole ?? told["num_input_image_tokens"]?.whole
        if used.inputText == nil, used.inputImage == nil {
            used.inputText = told["input_tokens"]?.whole ?? told["prompt_tokens"]?.whole
        }
        used.outputText = output?["text_tokens"]?.whole
        used.outputImage = output?["image_tokens"]?.whole ?? told["output_image_tokens"]?.whole
        if used.outputImage == nil {
            let all =
                told["num_output_tokens"]?.whole ?? told["output_tokens"]?.whole
                ?? told["completion_tokens"]?.whole
            used.outputImage = all.map { max(0, $0 - (used.outputText ?? 0)) }
        }
        return used
    }
}
