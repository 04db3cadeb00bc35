import HTTP
import Synchronization
import Threads
import Units

/// What all loops of one server know: the handler, the limits and the counts.
final class Shared: Sendable {
    let limits: Limits
    let clock: Clock
    let handler: Handler
    let problem: @Sendable (Status, String, String?) -> Response
    let bounds: Decoder.Bounds
    /// Whose word about its own caller is believed.
    let trustedProxies: AddressRanges
    /// What every answer carries.
    let standing: StandingFields
    /// Whether connections begin with TLS.
    let isSecure: Bool
    private let identity: Lock<TLSIdentity?>

    /// Connections open on all loops.
    let open = Atomic<Int>(0)
    /// Written by the accepting loop only.
    let accepted = Counter()
    let refused = Counter()
    let refusedByAddress = Counter()
    private let addresses = AddressCounts()

    init(
        limits: Limits, clock: Clock, edge: Edge,
        problem: @escaping @Sendable (Status, String, String?) -> Response,
        handler: @escaping Handler
    ) {
        self.limits = limits
        self.clock = clock
        self.problem = problem
        self.handler = handler
        trustedProxies = edge.trustedProxies
        standing = StandingFields(edge.standingHeaders)
        isSecure = edge.tls != nil
        identity = Lock(edge.tls)
        var bounds = Decoder.Bounds()
        bounds.requestLineBytes = limits.requestLineBytes
        bounds.headBytes = limits.headBytes
        bounds.headersMax = limits.headersMax
        bounds.bodyBytes = limits.bodyBytes
        self.bounds = bounds
    }

    /// The answer to what is no acceptable request. A body that would have to be streamed has no
    /// task to stream it.
    func problemBytes(_ status: Status, _ reason: String, _ path: String?) -> Response {
        var answer = problem(status, reason, path)
        if case .stream = answer.body { answer.body = .empty }
        return answer
    }

    /// Shows `identity` to connections that come from now on.
    func present(_ identity: TLSIdentity) {
        precondition(isSecure, "a server without TLS shows no certificate")
        self.identity.withLock { $0 = identity }
    }

    /// `descriptor` as this server speaks on it; nil when the system is out of memory.
    func socket(_ descriptor: Int32) -> Socket? {
        guard isSecure else { return Socket(descriptor: descriptor) }
        guard let tls = identity.withLock({ $0 })?.accept(descriptor) else { return nil }
        return Socket(descriptor: descriptor, tls: tls)
    }

    /// Why a connection of `peer` is one too many, if it is; counts it as refused then.
    func refusal(of peer: IPAddress?) -> String? {
        if open.load(ordering: .relaxed) >= limits.connectionsMax {
            refused.add()
            return "too many connections"
        }
        if let unit = countedUnit(of: peer), addresses[unit] >= limits.connectionsPerAddressMax {
            refused.add()
            refusedByAddress.add()
            return "too many connections from one address"
        }
        return nil
    }

    /// What the connections of `peer` count by; nil when they do not: a proxy of ours speaks for
    /// many.
    private func countedUnit(of peer: IPAddress?) -> AddressRange? {
        guard let peer, !trustedProxies.contains(peer) else { return nil }
        return peer.throttlingUnit
    }

    /// Counts a connection that `loop` is about to serve.
    func took(_ peer: IPAddress?, loop: EventLoop) {
        if let unit = countedUnit(of: peer) { addresses.add(unit) }
        open.add(1, ordering: .relaxed)
        loop.counters.connections.add(1, ordering: .relaxed)
    }

    /// Counts a connection that `loop` serves no longer.
    func released(_ peer: IPAddress?, loop: EventLoop) {
        if let unit = countedUnit(of: peer) { addresses.remove(unit) }
        open.subtract(1, ordering: .relaxed)
        loop.counters.connections.subtract(1, ordering: .relaxed)
    }
}
