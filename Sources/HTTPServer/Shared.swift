import HTTP
import Synchronization
import Units

/// What all loops of one server know: the handler, the limits and the counts.
final class Shared: Sendable {
    let limits: Limits
    let clock: Clock
    let handler: Handler
    let problem: @Sendable (Status, String, String?) -> Response
    let bounds: Decoder.Bounds

    /// Connections open on all loops.
    let open = Atomic<Int>(0)
    /// Written by the accepting loop only.
    let accepted = Counter()
    let refused = Counter()

    init(
        limits: Limits, clock: Clock,
        problem: @escaping @Sendable (Status, String, String?) -> Response,
        handler: @escaping Handler
    ) {
        self.limits = limits
        self.clock = clock
        self.problem = problem
        self.handler = handler
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

    /// Counts a connection that `loop` is about to serve.
    func took(loop: EventLoop) {
        open.add(1, ordering: .relaxed)
        loop.counters.connections.add(1, ordering: .relaxed)
    }

    /// Counts a connection that `loop` serves no longer.
    func released(loop: EventLoop) {
        open.subtract(1, ordering: .relaxed)
        loop.counters.connections.subtract(1, ordering: .relaxed)
    }
}
