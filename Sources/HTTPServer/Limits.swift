import Units

/// What one peer may take of the server: sizes, counts and waits. Tests pass shorter ones.
public struct Limits: Sendable {
    /// Bytes of a request line; past it 414. Room for the longest URL that browsers send.
    public var requestLineBytes = 8 * 1024
    /// Bytes of a head, its request line included; past it 431.
    public var headBytes = 16 * 1024
    /// Header fields of a head, and of the trailers; past it 431.
    public var headersMax = 100
    /// Bytes of any body, whatever its handler would accept; past it 413. A multipart request may
    /// carry 64 MiB, and its framing comes on top.
    public var bodyBytes = 65 * 1024 * 1024
    /// Connections open at once; one more is answered 503 and closed.
    public var connectionsMax = 20_000
    /// Connections open at once from one address, or one /64 of IPv6: a tenth, so that no one caller
    /// can take them all. Those of trusted proxies do not count.
    public var connectionsPerAddressMax = 2_000
    /// Bytes of a request that are read only to be thrown away, so that the connection can go on.
    /// More is not worth saving a connection for.
    public var discardBytes = 256 * 1024
    /// Bytes that a peer may send on after the last answer of its connection. Many clients, and
    /// proxies, read no answer before their body is sent: room for the largest one.
    public var lingerBytes = 66 * 1024 * 1024

    /// How long a connection may rest between requests.
    public var keepAlive: Duration = .seconds(60)
    /// How long a head may take from its first byte to its last; past it 408. Also how long a TLS
    /// handshake may take.
    public var header: Duration = .seconds(10)
    /// How long a body may keep its handler waiting, beside the time that its bytes may take at the
    /// slowest rate (`Patience`).
    public var bodyProgress: Duration = .seconds(30)
    /// How long a peer may keep answers waiting, likewise.
    public var writeProgress: Duration = .seconds(30)
    /// How long to wait for the peer's end of a connection whose last answer is sent.
    public var linger: Duration = .seconds(2)
    /// The same where the request was answered before its body had come: how long the peer may go on
    /// sending, in all, however fast or slowly. Enough for 20 MB at 6 Mbit/s.
    public var lingerSending: Duration = .seconds(30)
    /// How long running requests may take to finish once the server is told to stop.
    public var drain: Duration = .seconds(30)
    /// How long cancelled handlers may take to return after that, before they are left behind.
    public var drainGrace: Duration = .seconds(5)

    public init() {}

    /// How often deadlines are looked at: an eighth of the shortest, so that none is overshot by
    /// much, but never so often that the looking costs, nor so seldom that draining is sluggish.
    var sweepMilliseconds: Int64 {
        let shortest = [keepAlive, header, bodyProgress, writeProgress, linger, drain].min()
        return max(5, min(500, (shortest?.milliseconds ?? 0) / 8))
    }
}
