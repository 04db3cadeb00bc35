import Synchronization

/// What a server has done since it was made. Counters are read one by one: between two of them
/// the server goes on.
public struct Statistics: Hashable, Sendable {
    /// Connections open now.
    public var connectionsOpen = 0
    public var connectionsAccepted = 0
    /// Connections turned away because too many were open, in all or from one address.
    public var connectionsRefused = 0
    /// Those of them whose address had too many.
    public var connectionsRefusedByAddress = 0
    /// Connections that ended before TLS was agreed upon.
    public var handshakesFailed = 0
    /// Requests whose head was understood.
    public var requests = 0
    /// Requests that the server answered by itself because they were none.
    public var requestsRefused = 0
    public var bytesReceived = 0
    public var bytesSent = 0
}

/// Counters of one loop: one thread adds, any thread reads.
final class Counters: Sendable {
    let requests = Counter()
    let requestsRefused = Counter()
    let handshakesFailed = Counter()
    let bytesReceived = Counter()
    let bytesSent = Counter()
    /// Connections that this loop serves; the acceptor adds, the loop takes away.
    let connections = Atomic<Int>(0)
}

/// A number that one thread adds to: no locked instruction, since nobody else writes.
struct Counter: ~Copyable, Sendable {
    private let number = Atomic<Int>(0)

    func add(_ count: Int = 1) {
        number.store(number.load(ordering: .relaxed) &+ count, ordering: .relaxed)
    }

    var value: Int { number.load(ordering: .relaxed) }
}
