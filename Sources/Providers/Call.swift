public import HTTP
public import Units

/// What to send to a vendor: a value, which says nothing secret however it is printed.
public struct Call: Sendable {
    public enum Body: Sendable {
        case none
        case json(JSON)
        case multipart([Part])
    }

    /// A header that nobody may see but the vendor.
    public struct Credential: Sendable {
        public let header: String
        public let value: Secret
    }

    public var method: String
    /// Whole and percent-encoded.
    public var url: String
    public var headers: Headers
    public var credential: Credential?
    public var body: Body
    /// From the first byte sent to the last one received.
    public var timeout: Duration
    /// Bytes of the answer; a longer one is no answer.
    public var responseMaxBytes: Int
    /// Whether the answer is a stream of events, to be read by `PictureStream`.
    public var isStreamed = false

    /// JSON with ten pictures of 4K in base64 is below it.
    static let pictureMaxBytes = 256 << 20
    /// What tells only how a task is.
    static let statusMaxBytes = 4 << 20
    /// A picture's file: 4K as PNG is below it.
    static let fileMaxBytes = 64 << 20
    static let fileTimeout = Duration.seconds(60)
    static let statusTimeout = Duration.seconds(30)

    init(
        _ method: String, _ url: String, headers: Headers = [:], body: Body = .none,
        timeout: Duration = statusTimeout, responseMaxBytes: Int = pictureMaxBytes
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.responseMaxBytes = responseMaxBytes
    }
}

extension Call {
    /// The body's bytes and their type; `boundary` is not to occur in any part, so it is drawn at
    /// random by whoever sends.
    public func content(boundary: String) -> (type: String, bytes: [UInt8])? {
        switch body {
        case .none: nil
        case .json(let json): ("application/json", json.bytes)
        case .multipart(let parts):
            ("multipart/form-data; boundary=\(boundary)", Part.bytes(of: parts, boundary: boundary))
        }
    }
}
