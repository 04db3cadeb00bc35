public import HTTP
import Synchronization
import Threads
public import Units

/// An HTTP/1.1 server: one event loop a core, each the executor of the handlers it calls.
///
/// It listens from `init` on, so that `port` is known and a taken address is an error at once; it
/// serves while `run` runs. Signals belong to the program: cancelling `run` is how it stops.
public struct HTTPServer: Sendable {
    /// Connections that the kernel holds for us until they are accepted.
    private static let backlog: Int32 = 4096

    /// The port that it listens on, chosen by the system where the address said 0.
    public let port: UInt16
    private let loops: [EventLoop]
    private let shared: Shared
    private let listener: Listener

    /// Listens on `address`, or throws `ListeningFailure` with a sentence that names it.
    ///
    /// - Parameters:
    ///   - loops: how many threads serve; as many as there are cores.
    ///   - clock: where the `Date` field comes from.
    ///   - edge: TLS, proxies, and what every answer carries.
    ///   - problem: makes the answer to what is no acceptable request, from its status, the reason
    ///     and the path where it is known.
    ///   - handler: called once for every request.
    public init(
        address: SocketAddress, loops: Int, limits: Limits = Limits(), clock: Clock = .system,
        edge: Edge = Edge(),
        problem: @escaping @Sendable (Status, String, String?) -> Response,
        handler: @escaping Handler
    ) throws {
        precondition(loops > 0, "a server without loops serves nothing")
        let shared = Shared(
            limits: limits, clock: clock, edge: edge, problem: problem, handler: handler)
        self.shared = shared
        self.loops = try (0..<loops).map { _ in try EventLoop(shared) }
        listener = Listener(try address.listen(backlog: Self.backlog), for: self.loops)
        port = listener.port
    }

    /// Serves until the calling task is cancelled, then takes no new connections, closes idle ones,
    /// lets running requests finish within `Limits.drain`, and returns. Call it once.
    public func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                start { continuation.resume() }
            }
        } onCancel: {
            for loop in loops { loop.run { loop.drain() } }
        }
    }

    private func start(finished: @escaping @Sendable () -> Void) {
        let running = Lock(loops.count)
        loops[0].listen(listener)
        for index in loops.indices {
            loops[index].start(name: "http-\(index)") {
                let isLast = running.withLock { left in
                    left -= 1
                    return left == 0
                }
                if isLast { finished() }
            }
        }
    }

    /// Shows `identity` to connections that come from now on. Only for a server that began with one.
    public func present(_ identity: TLSIdentity) {
        shared.present(identity)
    }

    /// Counts since the server was made.
    public var statistics: Statistics {
        var sum = Statistics()
        sum.connectionsOpen = shared.open.load(ordering: .relaxed)
        sum.connectionsAccepted = shared.accepted.value
        sum.connectionsRefused = shared.refused.value
        sum.connectionsRefusedByAddress = shared.refusedByAddress.value
        for loop in loops {
            sum.requests += loop.counters.requests.value
            sum.requestsRefused += loop.counters.requestsRefused.value
            sum.handshakesFailed += loop.counters.handshakesFailed.value
            sum.bytesReceived += loop.counters.bytesReceived.value
            sum.bytesSent += loop.counters.bytesSent.value
        }
        return sum
    }
}
