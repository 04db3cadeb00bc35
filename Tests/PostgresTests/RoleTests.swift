import DatabaseSupport
import Postgres
import Testing
import Units

@Suite struct RoleTests {
    /// Roles that every cluster has.
    private static let reader = Role("pg_read_all_data", setting: "test.whose", to: "fox's")
    private static let writer = Role("pg_write_all_data")

    private static func whoami(_ transaction: borrowing Transaction) throws -> [String?] {
        try transaction.rows("select current_user::text, current_setting('test.whose', true)") {
            [try $0.next(), try $0.next()]
        }[0]
    }

    @Test func aTransactionIsWhatTheSettingsSay() async throws {
        let settings = Database.Settings().under(Self.writer)
        try await withDatabase(connections: 1, settings: settings) { database in
            for _ in 0..<2 {
                let who = try await database.transaction { try Self.whoami($0) }
                #expect(who.first == "pg_write_all_data")
                #expect(try await database.read { try Self.whoami($0) } == who)
            }
        }
    }

    /// The connection may be another's afterwards: behind a pooler, or in our own pool.
    @Test func aRoleAndItsVariableEndWithTheirTransaction() async throws {
        try await withDatabase(connections: 1) { database in
            let login = try await database.read { try Self.whoami($0) }
            #expect(
                try await database.read(as: Self.reader) { try Self.whoami($0) }
                    == ["pg_read_all_data", "fox's"])
            // What was set once is empty then, not missing.
            #expect(try await database.read { try Self.whoami($0) } == [login[0], ""])
            await #expect(throws: ChangedMind()) {
                try await database.read(as: Self.reader) { transaction in
                    _ = try Self.whoami(transaction)
                    throw ChangedMind()
                }
            }
            #expect(try await database.read { try Self.whoami($0) } == [login[0], ""])
        }
    }

    /// On a grown account PostgreSQL would compile for seconds what runs for milliseconds. A pooler may
    /// drop the options of a connection, so a transaction says it too.
    @Test func nothingIsCompiled() async throws {
        var settings = Database.Settings().under(Self.writer)
        settings.parameters["jit"] = "on"
        try await withDatabase(connections: 1, settings: settings) { database in
            func compiles(as role: Role? = nil) async throws -> String? {
                try await database.read(as: role ?? Self.writer) {
                    try $0.first("select current_setting('jit')") { try $0.next() }
                }
            }
            let words = try await [compiles(), compiles(as: Self.reader)]
            #expect(words == ["off", "off"])
        }
        try await withDatabase(connections: 1) { database in
            let word: String? = try await database.read {
                try $0.first("select current_setting('jit')") { try $0.next() }
            }
            #expect(word == "off")
        }
    }

    @Test func aRoleCostsNoRoundTrip() async throws {
        try await withTestDatabase { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let settings = Database.Settings().under(Self.writer)
            let database = Database(url: relay.url, connections: 1, settings: settings)
            defer { database.close() }
            for round in 1...3 {
                try await database.runAlone("select 1")
                var before = relay.roundTrips
                try await database.transaction { try $0.send("select 1") }
                #expect(relay.roundTrips - before == 1, "\(round)")
                try await database.runAlone("select 1")
                before = relay.roundTrips
                _ = try await database.read(as: Self.reader) { try Self.whoami($0) }
                // Its value is there after the first; the second closes the transaction.
                try await database.runAlone("select 1")
                #expect(relay.roundTrips - before == 3, "\(round)")
            }
        }
    }

    @Test func aRoleThatIsNotThereIsAnErrorOfEveryTransaction() async throws {
        let settings = Database.Settings().under(Role("no_such_role"))
        try await withDatabase(connections: 1, settings: settings) { database in
            for _ in 0..<2 {
                let failure = await #expect(throws: DatabaseFailure.self) {
                    try await database.transaction { try $0.send("select 1") }
                }
                #expect(failure.map { "\($0)" }?.contains("no_such_role") == true)
            }
        }
    }

    @Test func aBatchThatOnlyReadsRefusesChanges() async throws {
        try await withTestDatabase { test in
            let batcher = Batcher<Int, Int>(
                name: "test", url: .init(test.url), queueMax: 10, batchMax: 10, access: .readOnly
            ) { transaction, items in
                if items.contains(0) { try transaction.send("create table fox (id int)") }
                return items.map { .success($0) }
            }
            defer { batcher.close() }
            let seven = try await batcher.submit(7)
            #expect(seven == 7)
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await batcher.submit(0)
            }
            #expect(failure.map { "\($0)" }?.contains("read-only") == true)
        }
    }
}
