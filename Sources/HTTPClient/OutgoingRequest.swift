public import HTTP

/// A call to another server.
public struct OutgoingRequest: Sendable {
    /// A token, sent as it is: `GET`, `POST`.
    public var method: String
    /// `http` or `https`, percent-encoded; nothing of it is repaired.
    public var url: String
    /// Fields beside those that the client writes itself: the host, and the body's length.
    public var headers: Headers
    public var body: [UInt8]
    /// How long the whole call may take, from `send` on, waiting for its turn included.
    public var timeout: Duration = .seconds(30)
    /// How long it may take to look the host up, connect to it and agree on keys.
    public var connectTimeout: Duration = .seconds(10)
    /// Bytes of the answer's body; one more fails the call.
    public var responseMaxBytes = 1024 * 1024
    /// Is given the body of a 200 piece by piece as it comes, which is then not in the answer. It runs
    /// on the client's one thread: it hands the piece on and returns.
    public var receive: Receiver?

    /// Whoever reads an answer while it comes.
    public struct Receiver: Sendable {
        let take: @Sendable ([UInt8]) -> Void

        public init(_ take: @escaping @Sendable ([UInt8]) -> Void) {
            self.take = take
        }
    }

    public init(_ method: String, _ url: String, headers: Headers = [:], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

extension OutgoingRequest {
    /// Fields that the client writes itself. A second one could make two readers disagree about
    /// where the request ends, or who it is for.
    private static let ownFields = [
        "Connection", "Content-Length", "Expect", "Host", "Keep-Alive", "Proxy-Authorization",
        "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding", "Upgrade",
    ]
    private static let fieldsMax = 100
    private static let fieldsMaxBytes = 64 * 1024

    /// Whether doing it twice is the same as once, by its method (RFC 9110, section 9.2.2).
    var isIdempotent: Bool { ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(method) }

    /// Throws when the method or a field could be read as anything but itself.
    func check() throws(HTTPClientFailure) {
        guard !method.isEmpty, method.utf8.count <= 32, method.utf8.allSatisfy(\.isOfAToken) else {
            throw .malformedRequest("its method is no token")
        }
        // It asks a proxy for a tunnel, and nothing here could use one.
        guard method != "CONNECT" else { throw .malformedRequest("CONNECT is not a call") }
        let bytes = headers.fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
        guard headers.fields.count <= Self.fieldsMax, bytes <= Self.fieldsMaxBytes else {
            throw .malformedRequest("it has too many headers")
        }
        for field in headers.fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(\.isOfAToken) else {
                throw .malformedRequest("a header's name is no token")
            }
            guard field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
                throw .malformedRequest("a header holds a control character")
            }
            guard !Self.ownFields.contains(where: { Headers.same($0, field.name) }) else {
                throw .malformedRequest("a header is the client's own to write")
            }
        }
    }
}

extension UInt8 {
    /// Source: RFC 9110, section 5.6.2.
    fileprivate var isOfAToken: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "!#$%&'*+-.^_`|~".utf8.contains(self)
        }
    }
}
