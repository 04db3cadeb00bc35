public import HTTP
public import Units

/// A vendor's answer, whole.
///
/// Very long texts of its JSON may be tokens that stand for files: whoever received it knows them
/// again in `PictureAt.base64`.
public struct Reply: Sendable {
    public let status: Int
    public let headers: Headers
    /// Nil when the body is no JSON. Members that say nothing are left out of it: see `JSONValue.said`.
    public let json: JSONValue?
    /// As it came; empty when it was read as JSON already.
    public let bytes: [UInt8]

    public init(status: Int, headers: Headers = [:], bytes: [UInt8]) {
        self.status = status
        self.headers = headers
        self.bytes = bytes
        // A picture is not looked at as if it were text.
        let type = headers["Content-Type"]?.lowercased() ?? ""
        json = type.hasPrefix("image/") ? nil : JSONValue(json: bytes)?.said
    }

    public init(status: Int, headers: Headers = [:], json: JSONValue) {
        self.status = status
        self.headers = headers
        self.json = json.said
        bytes = []
    }

    var isSuccess: Bool { (200...299).contains(status) }

    /// The vendor's own name of the request, to ask its support with.
    var request: String? {
        let names = [
            "x-request-id", "apim-request-id", "x-fal-request-id", "x-reve-request-id",
            "request-id", "x-goog-request-id", "x-tt-logid",
        ]
        return names.lazy.compactMap { headers[$0] }.first { !$0.isEmpty }.map {
            String($0.prefix(200))
        }
    }

    /// How long to leave the vendor alone, if a header says so: bounded, because it is only believed.
    public var retryAfter: Duration? {
        if let text = headers["retry-after-ms"], let milliseconds = Int(text) {
            return Self.bounded(.milliseconds(milliseconds))
        }
        guard let text = headers["retry-after"] else { return nil }
        if let seconds = Int(text) { return Self.bounded(.seconds(seconds)) }
        // As a date it counts from the vendor's own clock.
        guard let then = HTTPDate.read(text), let now = headers["date"].flatMap(HTTPDate.read)
        else {
            return nil
        }
        return Self.bounded(.seconds(then.seconds - now.seconds))
    }

    static let retryAfterMax = Duration.seconds(3600)

    static func bounded(_ wait: Duration) -> Duration { min(max(wait, .zero), retryAfterMax) }
}
