import FoundationEssentials
import Glibc
import Testing

/// What dies, and what is then true of the money.
@Suite struct CrashTests {
    /// The lease's term, the grace after it, the reaper's period, and time to look: after this no
    /// hold of a dead server is open.
    private static let bound: Duration = .seconds(8 + 8 + 3 + 6)

    private struct Answer: Decodable {
        let id: String
        let cost: Decimal
    }

    /// Waits until nothing is held any more.
    private func waitUntilNothingIsHeld(
        _ deployment: Deployment, _ acme: Buyer
    ) async throws -> Balance {
        let deadline = ContinuousClock.now + Self.bound
        var balance = try await deployment.balance(of: acme)
        while balance.held != 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(200))
            balance = try await deployment.balance(of: acme)
        }
        return balance
    }

    /// Large enough that a few dozen keep any machine busy for seconds: the test is about what is
    /// under way when the database stops.
    private let largerPicture = paidPicture.replacing("16x16", with: "400x400")

    private func load(
        _ server: RunningServer, _ acme: Buyer, count: Int, body: String = paidPicture
    ) throws -> [Client] {
        let clients = try (0..<count).map { _ in try Client(port: server.port) }
        for client in clients {
            client.ask("POST", "/v1/openai/images/generations", key: acme.key, body: body)
        }
        return clients
    }

    @Test func aServerKilledUnderLoadLeavesNoHoldAndChargesNothingTwice() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "100")
            var delivered: Set<String> = []
            for _ in 0..<3 {
                let server = try await deployment.serve()
                let clients = try load(server, acme, count: 200)
                // Killed when some have their answer and most have not.
                for reply in try await Client.answers(of: clients.prefix(20)) {
                    if let reply { note(reply, &delivered) }
                }
                server.program.signal(SIGKILL)
                for reply in try await Client.answers(of: clients.dropFirst(20)) {
                    if let reply { note(reply, &delivered) }
                }
                #expect(await server.program.wait() == 128 + SIGKILL)
            }
            let survivor = try await deployment.serve()
            let balance = try await waitUntilNothingIsHeld(deployment, acme)
            #expect(balance.held == 0)
            // Whatever was answered was charged once; whatever was charged had been delivered,
            // though its answer may have died on the way.
            let charged = (100 - balance.posted) / Decimal(string: "0.004")!
            #expect(charged >= Decimal(delivered.count))
            #expect(charged <= 600)
            let again = try await survivor.ask(
                "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
            #expect(again?.status == 200)
        }
    }

    private func note(_ reply: Reply, _ delivered: inout Set<String>) {
        guard reply.status == 200,
            let answer = try? JSONDecoder().decode(Answer.self, from: Data(reply.body))
        else { return }
        #expect(delivered.insert(answer.id).inserted, "delivered twice")
    }

    @Test func theServerOutlivesItsDatabase() async throws {
        let cluster = try await Cluster.start()
        try await cluster.whileRunning {
            try await Deployment.with(databaseURL: cluster.url) { deployment in
                let acme = try await deployment.customer(credits: "100")
                let server = try await deployment.serve()
                let clients = try load(server, acme, count: 60, body: largerPicture)
                let first = try await Client.answers(of: clients.prefix(5))
                #expect(first.allSatisfy { $0?.status == 200 })
                // The rest is under way: admitted, and not paid for yet.
                #expect(try await deployment.balance(of: acme).held > 0)
                try await cluster.stopImmediately()
                // Those under way are answered one way or the other once it is back.
                let meanwhile = try await server.ask(
                    "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
                #expect(meanwhile?.status == 503)
                #expect(meanwhile?.header("retry-after") != nil)
                #expect(try await server.ask("GET", "/healthz")?.status == 200)
                #expect(try await server.ask("GET", "/readyz")?.status == 503)
                try await cluster.startAgain()
                let replies = try await Client.answers(of: clients.dropFirst(5))
                let statuses = replies.map { $0?.status }
                #expect(statuses.allSatisfy { [200, 503].contains($0) }, "\(statuses)")
                try await untilReady(server)
                let balance = try await waitUntilNothingIsHeld(deployment, acme)
                #expect(balance.held == 0)
                let served = 5 + replies.count { $0?.status == 200 }
                #expect(100 - balance.posted >= Decimal(served) * Decimal(string: "0.004")!)
                let again = try await server.ask(
                    "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
                #expect(again?.status == 200)
            }
        }
    }

    private func untilReady(_ server: RunningServer) async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if try await server.ask("GET", "/readyz")?.status == 200 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the server did not become ready again")
    }

    @Test func aServerToldToStopFinishesWhatItHolds() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            let clients = try load(server, acme, count: 50)
            let idle = try Client(port: server.port)
            idle.ask("GET", "/healthz")
            #expect(try await idle.answer()?.status == 200)
            #expect(try await clients[0].answer()?.status == 200)
            server.program.signal(SIGTERM)
            let statuses = try await Client.answers(of: clients.dropFirst()).map { $0?.status }
            // What had been accepted is finished; a connection still in the backlog is refused.
            #expect(statuses.allSatisfy { $0 == 200 })
            #expect(try await idle.answer() == nil)
            let code = await server.program.wait()
            #expect(code == 0, "\(statuses) \(server.log)")
            #expect(try await deployment.balance(of: acme).held == 0)
        }
    }
}
