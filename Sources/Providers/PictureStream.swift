import Units

/// Reads the events of an answer that shows pictures while they are drawn.
///
/// OpenAI's form, which OpenRouter has taken over.
public struct PictureStream: Sendable {
    /// A picture as far as it is drawn.
    public struct Partial: Hashable, Sendable {
        /// Which view of it, from 0.
        public let index: Int
        public let picture: PictureAt
    }

    private let ask: Ask
    private let vendor: Vendor
    private var pictures: [JSONValue] = []
    /// What the last of them says of all.
    private var about: [String: JSONValue] = [:]

    public init(of ask: Ask, from vendor: Vendor) {
        self.ask = ask
        self.vendor = vendor
    }

    /// What `event` shows, if anything. An error inside the stream is thrown: its status was 200.
    public mutating func take(_ event: ServerEvent) throws(VendorFailure) -> Partial? {
        if event.data.elementsEqual("[DONE]".utf8) { return nil }
        guard let json = JSONValue(json: event.data)?.said else {
            throw VendorFailure(
                .malformed, "an event is no JSON", acceptance: .perhaps, status: 200)
        }
        let name = json["type"]?.text ?? event.name
        if name == "error" || json.tells("error") {
            let inside = json["error"] ?? json
            let reply = Reply(status: Self.status(of: inside), json: .object(["error": inside]))
            _ = try vendor.read(reply, of: ask)
            throw .malformed("the stream ended in an error", reply)
        }
        if name.hasSuffix(".partial_image") {
            guard let picture = OpenAIImages.picture(json) else { return nil }
            return Partial(index: json["partial_image_index"]?.whole ?? 0, picture: picture)
        }
        if name.hasSuffix(".completed") || name.hasSuffix(".partial_succeeded") {
            if OpenAIImages.picture(json) != nil { pictures.append(json) }
            for name in ["usage", "quality", "background"] {
                about[name] = json[name] ?? about[name]
            }
        }
        return nil
    }

    /// What was made, once the stream has ended.
    public func finish() throws(VendorFailure) -> Progress {
        let answer = about.merging(["data": .array(pictures)]) { $1 }
        let reply = Reply(status: 200, json: .object(answer))
        guard !pictures.isEmpty else {
            throw VendorFailure(
                .malformed, "the stream ended before its picture", acceptance: .perhaps, status: 200
            )
        }
        return try vendor.read(reply, of: ask)
    }

    /// An error in a stream has no status: a code that is one, or what its type is sent with.
    private static func status(of error: JSONValue) -> Int {
        if let code = error["code"]?.whole, (400...599).contains(code) { return code }
        let words = [error["type"]?.text, error["code"]?.text].compactMap(\.self).joined()
        if words.contains("rate_limit") || words.contains("quota") { return 429 }
        return words.contains("server_error") || words.isEmpty ? 500 : 400
    }
}
