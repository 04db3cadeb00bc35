import Glibc
import HTTP
import HTTPServer
import Testing
import Threads
import Units

extension Limits {
    /// Limits that no busy machine reaches. A test of one sets that one, and nothing else is short.
    static let patient: Limits = {
        var limits = Limits()
        for limit in [
            \Limits.keepAlive, \.header, \.bodyProgress, \.writeProgress, \.drain, \.drainGrace,
        ] as [WritableKeyPath<Limits, Duration>] {
            limits[keyPath: limit] = .seconds(600)
        }
        return limits
    }()
}

/// Runs a server while `body` talks to it on a thread of its own: a blocked client must not take
/// a thread that other tests run on.
func withServer(
    _ limits: Limits = .patient, loops: Int = 1, edge: Edge = Edge(),
    handler: @escaping Handler,
    _ body: @escaping @Sendable (HTTPServer) throws -> Void
) async throws {
    let server = try makeServer(limits, loops: loops, edge: edge, handler: handler)
    let running = Task { await server.run() }
    do {
        try await onThread { try body(server) }
    } catch {
        Issue.record(error)
    }
    running.cancel()
    await running.value
    #expect(server.statistics.connectionsOpen == 0)
}

func makeServer(
    _ limits: Limits = .patient, loops: Int = 1, edge: Edge = Edge(),
    handler: @escaping Handler
) throws -> HTTPServer {
    try HTTPServer(
        address: try #require(SocketAddress("127.0.0.1:0")), loops: loops, limits: limits,
        clock: .stopped(at: Timestamp(seconds: 784_111_777)), edge: edge,
        problem: { status, reason, path in
            Response(status, body: .bytes(Array("\(reason) at \(path ?? "?")".utf8)))
        },
        handler: handler)
}

/// Runs `work` on a new thread and waits for it.
func onThread<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.start(name: "peer") {
            continuation.resume(with: Swift.Result(catching: work))
        }
    }
}

/// Looks until `condition` holds, for some minutes at most.
func eventually(_ condition: () -> Bool) -> Bool {
    for _ in 0..<300_000 {
        if condition() { return true }
        usleep(1000)
    }
    return false
}

/// What `number` comes to rest at: it has not moved for a tenth of a second. For bounds that it must
/// not pass: one that moves later than that is seen by another run, and none fails that should not.
func settled(_ number: () -> Int) -> Int {
    var last = number()
    var still = 0
    while still < 100 {
        usleep(1000)
        let now = number()
        still = now == last ? still + 1 : 0
        last = now
    }
    return last
}

extension Response {
    static func text(_ text: String) -> Response { Response(.ok, body: .bytes(Array(text.utf8))) }
}

/// Answers with the method, the path and the body that it read.
let echo: Handler = { request in
    do throws(BodyFailure) {
        let body = try await request.body.collect(limitBytes: 100 * 1024 * 1024)
        return .text("\(request.method) \(request.path) \(String(decoding: body, as: UTF8.self))")
    } catch {
        return Response(status(of: error))
    }
}

func status(of failure: BodyFailure) -> Status {
    switch failure {
    case .tooLarge: .contentTooLarge
    case .malformed, .unsupportedCoding: .badRequest
    case .timedOut: .requestTimeout
    case .disconnected: .internalServerError
    }
}

/// Something that happens once, told from one thread to another.
final class Signal: Sendable {
    private let raised = Lock(0)

    var count: Int { raised.withLock { $0 } }
    func raise() { raised.withLock { $0 += 1 } }
    /// Waits for the `number`-th, some minutes at most.
    func wait(_ number: Int = 1) -> Bool { eventually { count >= number } }

    /// Waits without holding a thread.
    func wait() async {
        while count == 0, !Task.isCancelled {
            // Cancellation ends the loop.
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}

/// Does `attempt` until one kept its pace: the machine may stand still for longer than a limit that is
/// tested, and then nothing is known. Of one that did the outcome counts.
///
/// `attempt` answers whether all was well, and is given what it calls between its steps.
func keepingPace(
    within limit: Duration, _ attempt: (_ step: () -> Void) throws -> Bool
) -> Bool {
    let clock = ContinuousClock()
    for _ in 0..<100 {
        var last = clock.now
        var longest = Duration.zero
        let isWell = try? attempt {
            longest = max(longest, clock.now - last)
            last = clock.now
        }
        longest = max(longest, clock.now - last)
        if isWell == true { return true }
        if longest < limit { return false }
    }
    return false
}
