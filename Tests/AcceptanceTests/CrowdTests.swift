import Glibc
import Testing

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
        try await Deployment.with { deployment in
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
}
