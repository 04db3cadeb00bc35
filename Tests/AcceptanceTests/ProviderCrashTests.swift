import DatabaseSupport
import FoundationEssentials
import GatewaySupport
import Glibc
import Postgres
import ProviderSupport
import Providers
import Testing
import Units

/// A server that dies while a vendor works: the vendor is asked once, and paid once.
@Suite struct ProviderCrashTests {
    private struct Accepted: Decodable { let jobId: String }
    private struct Job: Decodable {
        let status: String
        let cost_usd: Decimal
    }

    @Test(.timeLimit(.minutes(3)))
    func aServerKilledBetweenSubmissionAndFirstPollSubmitsOnce() async throws {
        try await withEmulator(of: "black-forest-labs") { vendor in
            vendor.will(.slow(.seconds(4)))
            let settings = [
                "BFL_BASE_URL": try vendor.vendor.base ?? "",
                "BFL_API_KEY": Emulator.credential.reveal(),
            ]
            try await withTestDatabase(template: migrated) { test in
                try await Deployment.with(
                    databaseURL: test.url, allowing: "127.0.0.0/8", settings: settings
                ) { deployment in
                    let synced = try await deployment.admin(
                        "models", "sync", Checkout.path("catalogue/models.json"))
                    #expect(synced.code == 0, "\(synced.output)")
                    let acme = try await deployment.customer(credits: "1.00")
                    let server = try await deployment.serve()
                    let reply = try #require(
                        try await server.ask(
                            "POST", "/v1/image/generate/async", key: acme.key,
                            body: #"{"model":"flux-2-pro","prompt":"a fox","size":"512x512"}"#))
                    #expect(reply.status == 202, "\(reply.text)")
                    let job = try JSONDecoder().decode(Accepted.self, from: Data(reply.body)).jobId
                    try await killOnceTheTaskIsKnown(server, test.url)
                    let other = try await deployment.serve()
                    let done = try await end(of: job, on: other, acme.key)
                    #expect(done.status == "completed")
                    #expect(done.cost_usd == Decimal(string: "0.03"))
                    #expect(vendor.submissions == 1 && vendor.accepted == 1)
                    #expect(vendor.complaints == [])
                    other.program.signal(SIGTERM)
                    #expect(await other.program.wait() == 0)
                }
            }
        }
    }

    /// Kills the server as soon as the vendor's name for the work is written down: the vendor says
    /// that it wants to be asked in half a second, so nobody has yet.
    private func killOnceTheTaskIsKnown(_ server: RunningServer, _ url: String) async throws {
        let database = Database(url: url, connections: 1, settings: .init())
        defer { database.close() }
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            let known = try await database.read {
                try $0.rows("select 1 from generation where task is not null") {
                    try $0.next(Int32.self)
                }
            }
            if !known.isEmpty { break }
            try await Task.sleep(for: .milliseconds(5))
        }
        server.program.signal(SIGKILL)
        _ = await server.program.wait()
    }

    private func end(
        of job: String, on server: RunningServer, _ key: String
    ) async throws -> Job {
        for _ in 0..<60 {
            let reply = try #require(
                try await server.ask("GET", "/v1/jobs/\(job)?wait=2", key: key))
            let read = try JSONDecoder().decode(Job.self, from: Data(reply.body))
            if read.status != "queued" && read.status != "processing" { return read }
        }
        throw CancellationError()
    }
}
