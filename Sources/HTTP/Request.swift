public import Units

/// A request whose head has arrived; its body may still be on the way.
public struct Request: Sendable {
    /// The method as sent: methods are case-sensitive tokens.
    public var method: String
    /// The path of the target before `?`, still percent-encoded.
    public var path: String
    /// What follows `?`, still percent-encoded; nil without one.
    public var query: String?
    public var headers: Headers
    public var body: RequestBody
    /// Who calls: the peer's address, or what a trusted proxy says it is; an IPv4 address is always
    /// `.v4`. Nil where there is none. Limits by address count by its `throttlingUnit`.
    public var peer: IPAddress?
    /// What the request is called in logs and answers; empty until somebody names it.
    public var id = ""

    public init(
        method: String, path: String, query: String? = nil, headers: Headers = [:],
        body: RequestBody = .empty, peer: IPAddress? = nil
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
        self.peer = peer
    }
}

/// A body that is pulled piece by piece: nothing is read from the socket until it is asked for.
public struct RequestBody: Sendable {
    /// Bytes announced by Content-Length; nil when the body is chunked.
    public let declaredBytes: Int?
    private let pull: @Sendable () async throws(BodyFailure) -> [UInt8]?

    /// A body read by `pull`, which answers nil at its end and is never called again after.
    public init(
        declaredBytes: Int?, pull: @escaping @Sendable () async throws(BodyFailure) -> [UInt8]?
    ) {
        self.declaredBytes = declaredBytes
        self.pull = pull
    }

    /// No body at all.
    public static let empty = RequestBody(declaredBytes: 0) { () throws(BodyFailure) in nil }

    /// The next piece, or nil at the end. One reader at a time.
    public func next() async throws(BodyFailure) -> [UInt8]? {
        try await pull()
    }

    /// The whole body, refused as soon as it is known to be larger than `limitBytes`.
    ///
    /// A declared length past the limit is refused before a byte is read, and so before the peer
    /// is told to go on sending (`100 Continue`).
    public func collect(limitBytes: Int) async throws(BodyFailure) -> [UInt8] {
        if let declaredBytes, declaredBytes > limitBytes { throw .tooLarge(limitBytes: limitBytes) }
        var whole: [UInt8] = []
        while let piece = try await next() {
            guard whole.count + piece.count <= limitBytes else {
                throw .tooLarge(limitBytes: limitBytes)
            }
            if whole.isEmpty { whole = piece } else { whole += piece }
        }
        return whole
    }
}

/// Why a body could not be read to its end.
public enum BodyFailure: Error, Hashable, Sendable {
    /// It is larger than the reader accepts.
    case tooLarge(limitBytes: Int)
    /// Its framing is wrong; the text says how. The connection ends after the answer.
    case malformed(String)
    /// It comes in a content coding that is not read here; the text is its name.
    case unsupportedCoding(String)
    /// It made no progress for too long.
    case timedOut
    /// The peer is gone; nobody reads an answer.
    case disconnected
}
