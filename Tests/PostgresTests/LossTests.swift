import DatabaseSupport
import Postgres
import Testing
import Units

@Suite struct LossTests {
    private func endOthers(of database: Database, ending: String) async throws {
        let ended = try await database.transaction { transaction in
            try transaction.execute(
                """
                select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = \(ending) and datname = current_database()
                """)
        }
        #expect(ended > 0)
    }

    private func victim(_ url: String) -> Database {
        var settings = Database.Settings()
        settings.applicationName = "victim"
        return Database(url: url, connections: 1, settings: settings)
    }

    private func expectCount(
        _ database: Database, _ expected: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let count = try await count(database)
        #expect(count == expected, sourceLocation: sourceLocation)
    }

    private func count(_ database: Database) async throws -> Int {
        try await database.read { try $0.execute("select from fox") }
    }

    @Test func aConnectionEndedWhileIdleIsReplacedUnnoticed() async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let admin = Database(url: test.url, connections: 1)
            let database = victim(test.url)
            defer {
                admin.close()
                database.close()
            }
            for round in 1...5 {
                try await expectCount(database, round - 1)
                try await endOthers(of: admin, ending: "victim")
                try await database.transaction {
                    try $0.send("insert into fox values (\(round), 'a')")
                }
            }
            try await expectCount(database, 5)
        }
    }

    @Test func aConnectionEndedInsideATransactionIsReplacedAndItRunsAgain() async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let admin = Database(url: test.url, connections: 1)
            let database = victim(test.url)
            defer {
                admin.close()
                database.close()
            }
            let runs = Meeting(of: 1)
            try await database.transaction { transaction in
                try transaction.execute("insert into fox values (1, 'a')")
                runs.arrive()
                if runs.arrivals == 1 {
                    try transaction.execute("select pg_terminate_backend(pg_backend_pid())")
                }
                try transaction.execute("insert into fox values (2, 'b')")
            }
            #expect(runs.arrivals == 2)
            try await expectCount(admin, 2)
        }
    }

    @Test(arguments: [true, false])
    func aCommitWhoseAnswerIsLostIsUncertain(isCommitted: Bool) async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let database = Database(url: relay.url, connections: 1)
            let direct = Database(url: test.url, connections: 1)
            defer {
                direct.close()
                database.close()
            }
            relay.cut(isCommitted ? .after("commit") : .before("commit"))
            await #expect(throws: DatabaseFailure.uncertain) {
                try await database.transaction { transaction in
                    try transaction.execute("insert into fox values (1, 'a')")
                }
            }
            #expect(!relay.isToCut)
            #expect(try await eventually { try await count(direct) == (isCommitted ? 1 : 0) })
            try await expectCount(database, (isCommitted ? 1 : 0))
        }
    }

    @Test func aConnectionLostWithoutAWordWhileIdleIsReplacedUnnoticed() async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let relay = try Relay(to: test.url)
            let database = Database(url: relay.url, connections: 1)
            defer {
                database.close()
                relay.close()
            }
            try await expectCount(database, 0)
            relay.goDown()
            #expect(await eventually { relay.conversations == 0 })
            relay.goUp()
            // Its commit travels with its only statement: found out later, it would be uncertain.
            try await database.transaction { try $0.send("insert into fox values (1, 'a')") }
            try await expectCount(database, 1)
        }
    }

    @Test func aReadNeedsOnlyItsRows() async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let relay = try Relay(to: test.url)
            let database = Database(url: relay.url, connections: 1)
            defer {
                database.close()
                relay.close()
            }
            try await expectCount(database, 0)
            // Its rows come with the first burst; the second only ends the transaction.
            relay.cut(.beforeBurst(2))
            try await expectCount(database, 0)
            #expect(await eventually { !relay.isToCut })
            try await expectCount(database, 0)
        }
    }

    @Test func aTransactionCutBeforeItsCommitIsRunAgain() async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let relay = try Relay(to: test.url)
            let database = Database(url: relay.url, connections: 1)
            defer {
                database.close()
                relay.close()
            }
            try await expectCount(database, 0)
            for (id, cut) in [Relay.Cut.beforeBurst(1), .afterBurst(1), .afterBurst(2)].enumerated()
            {
                relay.cut(cut)
                try await database.transaction { transaction in
                    try transaction.execute("insert into fox values (\(id), 'a')")
                    try transaction.execute("update fox set name = 'b' where id = \(id)")
                }
                #expect(!relay.isToCut)
            }
            try await expectCount(database, 3)
        }
    }

    @Test func whileItIsDownCallersAreTurnedAwayAtOnceAndItComesBackByItself() async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let relay = try Relay(to: test.url)
            let now = Timestamp(seconds: 1_000_000_000)
            let database = Database(url: relay.url, connections: 3, clock: .stopped(at: now))
            defer {
                database.close()
                relay.close()
            }
            try await expectCount(database, 0)
            relay.goDown()
            for _ in 0..<20 {
                let failure = await #expect(throws: DatabaseFailure.self) {
                    try await count(database)
                }
                guard case .unavailable(let retryAfter)? = failure else {
                    Issue.record("\(String(describing: failure))")
                    return
                }
                #expect(retryAfter > .zero && retryAfter <= .seconds(5))
            }
            #expect(database.outage?.since == now)
            relay.goUp()
            // Nobody asks: it finds out by itself.
            #expect(await eventually { database.outage == nil })
            try await expectCount(database, 0)
        }
    }

    @Test func whatWaitsForTheLastOpenConnectionIsTurnedAwayWithIt() async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let relay = try Relay(to: test.url)
            let database = Database(url: relay.url, connections: 2)
            defer {
                database.close()
                relay.close()
            }
            let begun = Meeting(of: 1)
            let leaving = Meeting(of: 2)
            async let first: Int = database.read { transaction in
                let count = try transaction.execute("select from fox")
                begun.arrive()
                leaving.arrive()
                // It has its rows, and finds only at its end that the wire is gone.
                return count
            }
            #expect(await eventually { begun.arrivals == 1 })
            relay.goDown()
            // The second connection cannot be opened, so this waits for the first.
            let second = Task { try await count(database) }
            #expect(await eventually { database.outage != nil && database.waiting == 1 })
            leaving.arrive()
            #expect(try await first == 0)
            let failure = await #expect(throws: DatabaseFailure.self) { try await second.value }
            guard case .unavailable? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test func noErrorShowsThePassword() async throws {
        let refused = Database(
            url: "postgres://fox:hunter2@127.0.0.1:1/den?connect_timeout=2", connections: 1)
        await #expect(throws: DatabaseFailure.self) { try await count(refused) }
        let reason = try #require(refused.outage?.reason)
        #expect(reason.contains("refused") && !reason.contains("hunter2"))
        refused.close()
        let malformed = [
            "", "postgres://fox:hunter2@[::1/den", "postgres://fox:hunter2%zz@host/den",
            "postgres://fox:hun/ter2@host/den", "postgres://fox:5432/hunter2@host/den",
            "host=/tmp password='hunter2",
        ]
        for url in malformed { #expect(!Database.accepts(Secret(url)), "\(url)") }
        #expect(Database.accepts("host=/tmp dbname=den password=hunter2".secret))
        let failure = await #expect(throws: DatabaseFailure.self) {
            try await count(Database(url: malformed[1], connections: 1))
        }
        #expect(
            failure == .failed(sqlState: "08001", message: "the database URL is malformed"))
    }
}

extension String {
    fileprivate var secret: Secret { Secret(self) }
}
