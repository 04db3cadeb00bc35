import DatabaseSupport
import Postgres
import Testing

/// What a body throws of its own.
struct ChangedMind: Error, Equatable {}

@Suite struct TransactionTests {
    /// A table `fox (id, name)` with constraints that have names.
    static let foxes = Template("foxes") { database in
        try await database.transaction { transaction in
            try transaction.send(
                """
                create table fox (
                    id bigint constraint fox_once primary key,
                    name text not null constraint fox_has_a_name check (name <> '')
                )
                """)
        }
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

    @Test func whatIsCommittedIsSeenByOthers() async throws {
        try await withDatabase(template: Self.foxes) { database in
            try await database.transaction { transaction in
                let count = try transaction.execute("insert into fox values (1, 'a'), (2, 'b')")
                #expect(count == 2)
            }
            let names = try await database.read { transaction in
                try transaction.rows("select name from fox order by id") {
                    try $0.next(String.self)
                }
            }
            #expect(names == ["a", "b"])
        }
    }

    @Test func aBodyThatThrowsLeavesNothing() async throws {
        try await withDatabase(template: Self.foxes) { database in
            await #expect(throws: ChangedMind()) {
                try await database.transaction { transaction in
                    try transaction.execute("insert into fox values (1, 'a')")
                    try transaction.send("insert into fox values (2, 'b')")
                    throw ChangedMind()
                }
            }
            try await expectCount(database, 0)
        }
    }

    @Test func aConstraintIsNamed() async throws {
        try await withDatabase(template: Self.foxes) { database in
            func name(_ sql: SQL) async -> String? {
                do {
                    try await database.transaction { transaction in
                        try transaction.send("insert into fox values (1, 'a')")
                        try transaction.send(sql)
                        // Never reached by the server, as the one before it fails.
                        try transaction.send("insert into fox values (3, 'c')")
                    }
                } catch DatabaseFailure.constraint(let name, let state, _) {
                    return "\(name) \(state)"
                } catch {
                    return "\(error)"
                }
                return nil
            }
            #expect(await name("insert into fox values (1, 'b')") == "fox_once 23505")
            #expect(await name("insert into fox values (2, '')") == "fox_has_a_name 23514")
            #expect(await name("insert into fox values (2, null)") == "fox.name 23502")
            try await expectCount(database, 0)
        }
    }

    @Test func anErrorThatTheBodyLetsPassIsThrownAtTheEnd() async throws {
        try await withDatabase(template: Self.foxes) { database in
            await #expect(throws: DatabaseFailure.self) {
                try await database.transaction { transaction in
                    try transaction.send("insert into fox values (1, 'a')")
                    _ = try? transaction.execute("insert into fox values (1, 'b')")
                }
            }
            try await expectCount(database, 0)
        }
    }

    @Test func anErrorThatAReadLetsPassIsThrownAtTheEnd() async throws {
        try await withDatabase { database in
            await #expect(throws: DatabaseFailure.self) {
                try await database.read { _ = try? $0.execute("select 1 / 0") }
            }
        }
    }

    @Test func aBodyTurnsAConstraintIntoItsOwnError() async throws {
        try await withDatabase(template: Self.foxes) { database in
            await #expect(throws: ChangedMind()) {
                try await database.transaction { transaction in
                    do {
                        try transaction.execute("insert into fox values (1, '')")
                    } catch DatabaseFailure.constraint("fox_has_a_name", _, _) {
                        throw ChangedMind()
                    }
                }
            }
            try await expectCount(database, 0)
        }
    }

    @Test func aMistakeIsShownWhereItIs() async throws {
        try await withDatabase(template: Self.foxes) { database in
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await database.read { try $0.execute("select \(1), nmae from fox") }
            }
            #expect(
                failure
                    == .failed(
                        sqlState: "42703",
                        message: "column \"nmae\" does not exist at character 12: …nmae from fox"))
            // The connection, and the text once mended, are as good as before.
            try await expectCount(database, 0)
        }
    }

    @Test func aDeferredConstraintFailsTheCommit() async throws {
        try await withDatabase(template: Self.foxes) { database in
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await database.transaction { transaction in
                    try transaction.execute(
                        """
                        create table cub (mother bigint constraint cub_has_a_mother
                            references fox deferrable initially deferred)
                        """)
                    try transaction.execute("insert into cub values (7)")
                }
            }
            guard case .constraint("cub_has_a_mother", "23503", _)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test func aReadChangesNothing() async throws {
        try await withDatabase(template: Self.foxes) { database in
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await database.read { try $0.execute("insert into fox values (1, 'a')") }
            }
            guard case .failed("25006", _)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
        }
    }

    @Test func loadsWritesAndCommitCostTwoRoundTrips() async throws {
        try await withTestDatabase(template: Self.foxes) { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let database = Database(url: relay.url, connections: 1)
            defer { database.close() }
            for round in 1...3 {
                try await database.runAlone("select 1")
                let before = relay.roundTrips
                let sum = try await database.transaction { transaction in
                    let one = try transaction.send("select 1::bigint") { try $0.next(Int.self) }
                    let two = try transaction.send("select 2::bigint") { try $0.next(Int.self) }
                    let sum = try one.rows()[0] + two.rows()[0]
                    try transaction.send("insert into fox values (\(round), 'a')")
                    try transaction.send("update fox set name = 'b' where id = \(round)")
                    return sum
                }
                #expect(sum == 3)
                #expect(relay.roundTrips - before == 2)
            }
            try await expectCount(database, 3)
        }
    }

    @Test func writesAloneCostOneRoundTrip() async throws {
        try await withTestDatabase(template: Self.foxes) { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let database = Database(url: relay.url, connections: 1)
            defer { database.close() }
            try await database.runAlone("select 1")
            let before = relay.roundTrips
            try await database.transaction { try $0.send("insert into fox values (1, 'a')") }
            #expect(relay.roundTrips - before == 1)
            try await database.transaction { _ in }
            #expect(relay.roundTrips - before == 1)
        }
    }

    @Test(.timeLimit(.minutes(10))) func aHugePipelineDoesNotLockUp() async throws {
        try await withDatabase { database in
            let text = String(repeating: "fox ", count: 50_000)
            let lengths = try await database.transaction { transaction in
                var pending: [Pending<Int>] = []
                // More than 1000 statements, and megabytes in both directions.
                for _ in 0..<200 {
                    pending.append(
                        try transaction.send("select \(text)") {
                            try $0.next(String.self).utf8.count
                        })
                }
                for _ in 0..<2500 {
                    pending.append(
                        try transaction.send("select 'ab'") {
                            try $0.next(String.self).utf8.count
                        })
                }
                return try pending.map { try $0.rows()[0] }
            }
            #expect(lengths.count == 2700)
            #expect(lengths[0] == 200_000 && lengths[2699] == 2)
        }
    }

    @Test func moreTextsThanTheCacheHoldsStillRun() async throws {
        try await withDatabase(connections: 1) { database in
            for round in 0..<3 {
                let sum = try await database.transaction { transaction in
                    var sum = 0
                    for index in 0..<300 {
                        let sql: SQL =
                            "select \(index)" + SQL(stringLiteral: " as c\(round)_\(index)")
                        sum += try transaction.first(sql) { try $0.next(Int.self) } ?? 0
                    }
                    return sum
                }
                #expect(sum == 299 * 300 / 2)
            }
            let prepared = try await database.read { transaction in
                try transaction.execute("select from pg_prepared_statements")
            }
            #expect(prepared <= 500)
        }
    }

    @Test func aStatementSurvivesAChangeOfItsTable() async throws {
        try await withDatabase(template: Self.foxes, connections: 1) { database in
            try await database.transaction { try $0.send("insert into fox values (1, 'a')") }
            let query: SQL = "select * from fox"
            for _ in 0..<2 { _ = try await database.read { try $0.execute(query) } }
            try await database.transaction { try $0.send("alter table fox add age bigint") }
            let found = try await database.read { try $0.execute(query) }
            #expect(found == 1)
        }
    }

    @Test func twoThatWaitForEachOtherBothSucceed() async throws {
        try await withDatabase(template: Self.foxes) { database in
            try await database.transaction {
                try $0.send("insert into fox values (1, 'a'), (2, 'b')")
            }
            let meet = Meeting(of: 2)
            @Sendable func swap(_ first: Int, _ second: Int) async throws {
                try await database.transaction { transaction in
                    try transaction.execute("update fox set name = 'c' where id = \(first)")
                    meet.arrive()
                    try transaction.execute("update fox set name = 'c' where id = \(second)")
                }
            }
            async let one: Void = swap(1, 2)
            async let two: Void = swap(2, 1)
            _ = try await (one, two)
            #expect(meet.arrivals >= 3)
        }
    }

    @Test func aStatementThatTakesTooLongIsEnded() async throws {
        var settings = Database.Settings()
        settings.statementTimeout = .milliseconds(50)
        try await withDatabase(settings: settings) { database in
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await database.read { try $0.execute("select pg_sleep(60)") }
            }
            guard case .failed("57014", _)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            let still = try await database.read { try $0.execute("select 1") }
            #expect(still == 1)
        }
    }
}
