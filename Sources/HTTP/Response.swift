/// An answer. Length, framing, date and connection fields are the server's to add.
public struct Response: Sendable {
    public var status: Status
    public var headers: Headers
    public var body: ResponseBody

    public init(_ status: Status, headers: Headers = [:], body: ResponseBody = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// What an answer carries.
public enum ResponseBody: Sendable {
    case empty
    case bytes([UInt8])
    /// `count` bytes of the open file `descriptor` from `offset`; the server closes it.
    case file(descriptor: Int32, offset: Int64, count: Int64)
    /// Written piece by piece, each sent at once: chunked framing. The closure returns at the end;
    /// what it throws cuts the connection off, so that the peer cannot take a part for the whole.
    case stream(@Sendable (BodyWriter) async throws -> Void)
}

/// The sending side of a streamed answer.
public struct BodyWriter: Sendable {
    private let send: @Sendable ([UInt8]) async throws -> Void

    public init(send: @escaping @Sendable ([UInt8]) async throws -> Void) {
        self.send = send
    }

    /// Sends one piece; returns once the socket's buffer can take more.
    ///
    /// Throws `CancellationError` when the peer is gone.
    public func write(_ piece: [UInt8]) async throws {
        try await send(piece)
    }
}

/// What a server calls for each request. It answers always; it runs on the connection's loop, so it
/// may await but must not block. Its task is cancelled when the peer is gone.
public typealias Handler = @Sendable (Request) async -> Response
