public import HTTP

/// An answer to a call, whole. Redirects are answers like any other.
public struct IncomingResponse: Sendable {
    public let status: Status
    public let headers: Headers
    /// As it came: nothing is decompressed.
    public let body: [UInt8]
    /// From the start of the transfer to its end; waiting for a turn before it is not in it.
    public let duration: Duration
    /// From the start of the transfer to the first byte of the answer.
    public let timeToFirstByte: Duration

    public init(
        status: Status, headers: Headers, body: [UInt8], duration: Duration,
        timeToFirstByte: Duration
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.duration = duration
        self.timeToFirstByte = timeToFirstByte
    }
}
