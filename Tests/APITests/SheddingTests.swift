import Gateway
import GatewaySupport
import HTTP
import Postgres
import Testing

/// When the database stands still, who comes is sent away, and who was let in is not.
@Suite struct SheddingTests {
    private static let json = #"{"model":"test/paid","prompt":"a","size":"512x512"}"#

    /// Sessions that wait for somebody's lock; only their owner sees what they do.
    private func waiters(_ gateway: TestGateway) async throws -> Int {
        let owner = Database(url: gateway.url, connections: 1)
        defer { owner.close() }
        return try await owner.read { transaction in
            try transaction.first(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and wait_event_type = 'Lock'
                """
            ) { row -> Int in try row.next() } ?? 0
        }
    }

    @Test func pastTheQueuesBoundNewWorkIsSentAwayAndAdmittedWorkEnds() async throws {
        let provider = try ScriptedProvider()
        try await Caller.with(provider: provider, queueMax: 4) { caller in
            let engine = caller.gateway.engine
            let acme = try await caller.gateway.customer(credits: "1")
            // From now on its account, and so its queue, is known.
            #expect(
                try await caller.post("/v1/images/generations", Self.json, as: acme).status == 200)
            try await withThrowingTaskGroup(of: Int.self) { group in
                func ask() {
                    group.addTask {
                        try await caller.post("/v1/images/generations", Self.json, as: acme).status
                    }
                }
                provider.holdSubmissions()
                ask()
                #expect(await eventually { provider.submitted == 2 })
                try await LockedTable.with(
                    "select from wallet for update", of: caller.gateway
                ) { wallets in
                    // One is in the database, and four wait: the queue is full.
                    ask()
                    #expect(try await eventually { try await waiters(caller.gateway) == 1 })
                    for _ in 0..<4 { ask() }
                    #expect(await eventually { engine.waiting == 4 })
                    for path in [
                        "/v1/images/generations", "/v1/openai/images/generations",
                        "/v1/image/generate", "/v2/images/generate", "/api/v1/images",
                    ] {
                        let answer = try await caller.post(
                            path, path.hasPrefix("/v2") ? Self.v2 : Self.json, as: acme)
                        #expect(answer.status == 503, "\(path): \(answer.text)")
                        let wait = answer.headers["Retry-After"].flatMap { Int($0) }
                        #expect((1...60).contains(wait ?? 0))
                    }
                    // What was admitted before may end, however long the queue is.
                    provider.letSubmissionsGo()
                    #expect(await eventually { engine.waiting == 5 })
                    wallets.letGo()
                    for _ in 0..<6 { #expect(try await group.next() == 200) }
                }
            }
            let balance = try await caller.get("/v1/balance", as: acme).text
            #expect(balance.contains(#""posted":0.972,"held":0,"#), "\(balance)")
            #expect(try await caller.get("/metrics").text.contains("\natelier_shed_total 5\n"))
        }
    }

    private static let v2 = #"{"model":"test/paid","prompt":"a"}"#
}
