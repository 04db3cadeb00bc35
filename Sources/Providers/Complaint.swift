internal import HTTP
import Units

/// What an answer says is wrong, in whichever of the usual shapes.
struct Complaint {
    /// Every word that names an error, in the vendor's spelling.
    private(set) var codes: [String] = []
    private(set) var message: String
    private(set) var field: String?
    private(set) var retryAfter: Duration?

    init(_ reply: Reply) {
        message = ""
        retryAfter = reply.retryAfter
        if let json = reply.json {
            read(json)
            if let inner = json["error"] { read(inner) }
            // OpenRouter and Azure tell here what lies beneath.
            if let metadata = json["error"]?["metadata"] { read(metadata) }
            if let inner = json["error"]?["innererror"] { read(inner) }
        }
        for name in ["x-fal-error-type", "x-error-type"] {
            if let code = reply.headers[name] { codes.append(code) }
        }
        if message.isEmpty { message = "status \(reply.status)" }
    }

    private mutating func read(_ json: JSONValue) {
        if let text = json.text { say(text) }
        for name in ["code", "type", "status", "error_code", "error_type", "name", "reason"] {
            if let text = json[name]?.text { codes.append(text) }
            if let number = json[name]?.whole { codes.append("\(number)") }
        }
        for name in ["message", "error_message", "detail", "details", "description", "title"] {
            if let text = json[name]?.text { say(text) }
        }
        for reason in json["reasons"]?.items ?? [] { codes += [reason.text].compactMap(\.self) }
        if let reasons = json["reasons"]?.items, !reasons.isEmpty { codes.append("reasons") }
        field = field ?? json["param"]?.text
        for item in (json["errors"]?.items ?? []) + (json["detail"]?.items ?? []) {
            read(item: item)
        }
        for item in json["details"]?.items ?? [] {
            if let code = item["reason"]?.text { codes.append(code) }
            if let delay = item["retryDelay"]?.text, let wait = Self.seconds(delay.dropLast()) {
                retryAfter = retryAfter ?? wait
            }
            let violation = item["fieldViolations"]?[0]
            field = field ?? violation?["field"]?.text
        }
    }

    /// One of a list: a text, or what validators of Python servers write.
    private mutating func read(item: JSONValue) {
        if let text = item.text { say(text) }
        if let text = item["msg"]?.text ?? item["message"]?.text { say(text) }
        if let code = item["type"]?.text { codes.append(code) }
        let place = item["loc"]?.items.compactMap { $0.text ?? $0.whole.map { "\($0)" } } ?? []
        if !place.isEmpty, field == nil {
            field = place.drop { $0 == "body" }.joined(separator: ".")
        }
    }

    private mutating func say(_ text: String) {
        guard !text.isEmpty, !message.contains(text) else { return }
        message += message.isEmpty ? text : ": \(text)"
    }

    private static func seconds(_ text: some StringProtocol) -> Duration? {
        guard let seconds = Double(text), seconds >= 0, seconds < 1e6 else { return nil }
        return Reply.bounded(.milliseconds(Int64(seconds * 1000)))
    }

    /// Seconds that only the sentence tells: `resets in ~30s`.
    var retryAfterInWords: Duration? {
        guard let start = message.firstRange(of: "resets in ~")?.upperBound else { return nil }
        return Self.seconds(message[start...].prefix { $0.isNumber })
    }
}
