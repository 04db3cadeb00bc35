import DatabaseSupport
import FoundationEssentials
import Glibc
import Postgres
import SeedSupport
import Testing
import Units

/// Jobs under fire.
@Suite struct JobCrashTests {
    private static let jobs = 500
    private static let kills = 10

    private static let prompts = [
        "a fox", "sandbox:slow=1 a fox", "sandbox:slow=3 a fox", "sandbox:busy=1 a fox",
        "sandbox:moderated a fox",
    ]

    private struct Accepted: Decodable { let jobId: String }

    /// 500 jobs, two workers killed at random ten times and the database once: every job ends once,
    /// and every end is told, by one id.
    @Test(.timeLimit(.minutes(8)))
    func everyJobEndsOnceAndIsToldOfWhateverIsKilled() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("jobs under fire: seed \(seed)")
        var random = SeededRandom(seed: seed)
        let cluster = try await Cluster.start()
        try await cluster.whileRunning {
            try await Deployment.with(
                databaseURL: cluster.url, allowing: "127.0.0.0/8"
            ) { deployment in
                let acme = try await deployment.customer(credits: "100")
                let receiver = try await Receiver.start(
                    secrets: [try await deployment.webhookSecret(of: acme)])
                defer { receiver.stop() }
                let server = try await deployment.serve("--no-worker")
                let ids = try await submit(to: server, acme, receiver.port)
                var workers = [try deployment.work(), try deployment.work()]
                for kill in 0..<Self.kills {
                    let pause = Int.random(in: 200...1200, using: &random)
                    try await Task.sleep(for: .milliseconds(pause))
                    let victim = Int.random(in: 0..<workers.count, using: &random)
                    workers[victim].signal(SIGKILL)
                    _ = await workers[victim].wait()
                    if kill == Self.kills / 2 {
                        try await cluster.stopImmediately()
                        try await cluster.startAgain()
                    }
                    workers[victim] = try deployment.work()
                }
                try await expectEnds(of: ids, acme, cluster.url, "seed \(seed)")
                try await expectTold(ids, receiver, cluster.url, "seed \(seed)")
                for worker in workers {
                    worker.signal(SIGTERM)
                    #expect(await worker.wait() == 0)
                }
            }
        }
    }

    private func submit(
        to server: RunningServer, _ acme: Buyer, _ port: Int
    ) async throws -> Set<String> {
        let clients = try (0..<20).map { _ in try Client(port: server.port) }
        var ids: Set<String> = []
        for round in 0..<(Self.jobs / clients.count) {
            for (index, client) in clients.enumerated() {
                let prompt = Self.prompts[(round * clients.count + index) % Self.prompts.count]
                client.ask(
                    "POST", "/v1/image/generate/async", key: acme.key,
                    body: """
                        {"model":"test/paid","prompt":"\(prompt)","size":"512x512",
                         "output_format":"jpeg","webhook_url":"http://127.0.0.1:\(port)/told"}
                        """)
            }
            for reply in try await Client.answers(of: clients) {
                #expect(reply?.status == 202, "\(reply?.text ?? "")")
                if let id = try reply?.json(Accepted.self).jobId { ids.insert(id) }
            }
        }
        #expect(ids.count == Self.jobs)
        return ids
    }

    /// Waits until the statement finds nothing, and does `meanwhile` now and then.
    private func untilNone(
        _ database: Database, _ statement: SQL, _ what: String, meanwhile: SQL? = nil
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(240)
        var left = -1
        var looks = 0
        while ContinuousClock.now < deadline {
            left = try await database.read { try $0.execute(statement) }
            if left == 0 { return }
            try await Task.sleep(for: .milliseconds(300))
            looks += 1
            if looks % 20 == 0, let meanwhile {
                try await database.transaction { try $0.send(meanwhile) }
            }
        }
        Issue.record("\(left) \(what)")
    }

    private func expectEnds(
        of ids: Set<String>, _ acme: Buyer, _ url: String, _ seed: String
    ) async throws {
        let database = Database(url: url, connections: 1)
        defer { database.close() }
        try await untilNone(
            database, "select from generation where ended_at is null",
            "jobs have not ended; \(seed)")
        let ends = try await database.read { transaction in
            try transaction.rows(
                "select state, captured = held, captured = 0 from generation"
            ) { (try $0.next(String.self), try $0.next(Bool.self), try $0.next(Bool.self)) }
        }
        #expect(ends.count == Self.jobs)
        // Each exactly once captured, or released.
        #expect(ends.allSatisfy { $0.0 == "completed" ? $0.1 : $0.2 }, "\(seed)")
        #expect(ends.count { $0.0 == "completed" } == Self.jobs * 4 / 5, "\(seed)")
    }

    private func expectTold(
        _ ids: Set<String>, _ receiver: Receiver, _ url: String, _ seed: String
    ) async throws {
        let database = Database(url: url, connections: 1)
        defer { database.close() }
        try await untilNone(
            database, "select from webhook_delivery where state = 'pending'",
            "deliveries have not ended; \(seed)",
            // The schedule is over a day, and its next moment may be minutes away.
            meanwhile: "update webhook_delivery set next_at = created_at where state = 'pending'")
        let messages = try receiver.messages()
        #expect(messages.allSatisfy { $0.accepted == [true] && !$0.tamperedAccepted })
        let told = Dictionary(grouping: messages.filter { $0.answered == 200 }) { $0.job ?? "" }
        #expect(Set(told.keys) == ids, "\(seed)")
        let names = Dictionary(grouping: messages) { $0.job ?? "" }
        #expect(names.values.allSatisfy { Set($0.map(\.id)).count == 1 }, "\(seed)")
        print("jobs under fire: \(messages.count) messages for \(ids.count) ends")
    }
}
