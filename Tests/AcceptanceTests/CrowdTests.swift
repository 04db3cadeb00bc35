import Glibc
import ProviderSupport
import Providers
import Testing
import Units

@Suite struct CrowdTests {
    /// Descriptors for this process, which plays all the clients.
    private static let descriptors: Bool = {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 32_768)
        return unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
    }()

    @Test func aCrowdOfIdleAndSlowPeersStopsNobody() async throws {
        #expect(Self.descriptors)
        // All of the crowd is of one address.
        let settings = ["ATELIER_CONNECTIONS_PER_ADDRESS": "10000"]
        try await Deployment.with(settings: settings) { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            let before = server.residentBytes
            let idle = try (0..<5000).map { _ in try Client(port: server.port) }
            let slow = try (0..<1000).map { _ in try Client(port: server.port) }
            for client in slow { client.send("POST /v1/images/generations HTTP/1.1\r\nHost") }
            for turn in 0..<20 {
                for client in slow { client.send(turn == 0 ? ": test\r\nX-Slow: " : "a") }
                let reply = try await server.ask(
                    "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
                #expect(reply?.status == 200)
            }
            // The idle ones are served as well as anyone.
            for client in idle.prefix(10) {
                client.ask("GET", "/healthz")
                #expect(try await client.answer()?.status == 200)
            }
            let grown = server.residentBytes - before
            print("crowd: 6000 connections take \(grown / 1024) KiB more resident memory")
            // A quarter of what a thread's stack alone would take: a leak shows, noise does not.
            #expect(grown < 6000 * 16 * 1024)
        }
    }

    /// Generations that wait on a slow vendor at once.
    private static let waiting = 500

    /// A vendor that takes seconds takes nobody else's time: what is asked of us meanwhile is answered
    /// as ever, and every picture comes.
    @Test(.timeLimit(.minutes(3))) func aCrowdOnASlowVendorStopsNobody() async throws {
        #expect(Self.descriptors)
        try await withEmulator(of: "openai") { vendor in
            for _ in 0..<Self.waiting { vendor.will(.slow(.seconds(10))) }
            let settings = [
                "OPENAI_BASE_URL": try vendor.vendor.base ?? "",
                "OPENAI_API_KEY": Emulator.credential.reveal(),
            ]
            try await Deployment.with(allowing: "127.0.0.0/8", settings: settings) { deployment in
                let synced = try await deployment.admin(
                    "models", "sync", Checkout.path("catalogue/models.json"))
                #expect(synced.code == 0, "\(synced.output)")
                let acme = try await deployment.customer(credits: "100")
                let server = try await deployment.serve()
                let before = server.residentBytes
                let clients = try (0..<Self.waiting).map { _ in try Client(port: server.port) }
                for client in clients {
                    client.ask(
                        "POST", "/v1/images/generations", key: acme.key,
                        body: """
                            {"model":"gpt-image-2","prompt":"a fox","size":"1024x1024",
                             "quality":"low","response_format":"url"}
                            """)
                }
                while vendor.submissions < Self.waiting {
                    try await Task.sleep(for: .milliseconds(20))
                }
                let grown = server.residentBytes - before
                var latencies: [Duration] = []
                let reader = try Client(port: server.port)
                for _ in 0..<500 {
                    let asked = ContinuousClock.now
                    reader.ask("GET", "/v1/balance", key: acme.key)
                    #expect(try await reader.answer()?.status == 200)
                    latencies.append(.now - asked)
                }
                latencies.sort()
                print(
                    "\(Self.waiting) generations wait on a vendor: \(grown / 1024) KiB more resident "
                        + "memory; GET /v1/balance p50 \(latencies[250]), p99 \(latencies[495])")
                for client in clients {
                    #expect(try await client.answer()?.status == 200)
                }
                #expect(vendor.accepted == Self.waiting)
            }
        }
    }
}
