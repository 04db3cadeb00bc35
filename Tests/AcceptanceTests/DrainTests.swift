import Glibc
import Testing

/// A server that is asked to stop, behind a balancer.
@Suite struct DrainTests {
    private func untilNotReady(_ server: RunningServer) async throws -> Reply {
        let deadline = ContinuousClock.now + .seconds(300)
        while ContinuousClock.now < deadline {
            let reply = try await server.ask("GET", "/readyz")
            if let reply, reply.status == 503 { return reply }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("it stays ready")
        throw CancellationError()
    }

    @Test func aServerThatIsAskedToStopSaysSoAndServesOn() async throws {
        try await Deployment.with(settings: ["ATELIER_DRAIN_SECONDS": "600"]) { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            #expect(try await server.ask("GET", "/readyz")?.status == 200)
            server.program.signal(SIGTERM)
            let reply = try await untilNotReady(server)
            #expect(reply.text.contains(#""status":"leaving""#), "\(reply.text)")
            // Over new connections too: the balancer may not have noticed yet.
            #expect(try await server.ask("GET", "/healthz")?.status == 200)
            let paid = try await server.ask(
                "POST", "/v1/images/generations", key: acme.key,
                body: #"{"model":"test/test","prompt":"a fox","size":"512x512"}"#)
            #expect(paid?.status == 200, "\(paid?.text ?? "")")
            // A second word means now.
            server.program.signal(SIGTERM)
            #expect(await server.program.wait() == 1)
        }
    }

    @Test func aServerThatHasDrainedStopsByItself() async throws {
        try await Deployment.with(settings: ["ATELIER_DRAIN_SECONDS": "1"]) { deployment in
            let server = try await deployment.serve()
            server.program.signal(SIGTERM)
            #expect(await server.program.wait() == 0)
            #expect(server.log.contains(" leaving "))
        }
    }
}
