import DatabaseSupport
import Postgres
import Testing
import Units

@Suite struct MigrationTests {
    private static let now = Timestamp(seconds: 1_700_000_000)
    private static let fox = Migration(
        number: 1, name: "fox",
        sql: "-- Why.\ncreate table fox (id bigint);\ninsert into fox values (1);")
    private static let owl = Migration(number: 2, name: "owl", sql: "create table owl (id bigint)")
    private static let elk = Migration(number: 3, name: "elk", sql: "create table elk (id bigint)")

    private func apply(_ migrations: [Migration], to database: Database) async throws -> [String] {
        try await Migrations.apply(migrations, to: database, now: Self.now)
    }

    @Test func eachIsAppliedOnceAndInOrder() async throws {
        try await withDatabase { database in
            let none = try await Migrations.pending([Self.fox], in: database)
            #expect(none == ["0001_fox"])
            let first = try await apply([Self.fox], to: database)
            #expect(first == ["0001_fox"])
            let pending = try await Migrations.pending(
                [Self.fox, Self.owl, Self.elk], in: database)
            #expect(pending == ["0002_owl", "0003_elk"])
            let rest = try await apply([Self.fox, Self.owl, Self.elk], to: database)
            #expect(rest == ["0002_owl", "0003_elk"])
            let again = try await apply([Self.fox, Self.owl, Self.elk], to: database)
            #expect(again == [])
            try await database.read { transaction in
                let rows = try transaction.rows(
                    "select number, applied_at, length(checksum)::bigint from schema_migration"
                ) {
                    [
                        try $0.next(Int.self), Int(try $0.next(Timestamp.self).seconds),
                        try $0.next(),
                    ]
                }
                #expect(rows == (1...3).map { [$0, 1_700_000_000, 64] })
                let foxes = try transaction.execute("select from fox")
                #expect(foxes == 1)
            }
        }
    }

    private func refusal(
        _ migrations: [Migration], after applied: [Migration] = [Self.fox, Self.owl]
    ) async throws -> String? {
        try await withDatabase { database in
            _ = try await apply(applied, to: database)
            do {
                _ = try await apply(migrations, to: database)
                return nil
            } catch let refusal as MigrationRefusal {
                return refusal.description
            }
        }
    }

    @Test func whatDoesNotFitIsRefusedByName() async throws {
        let changed = Migration(number: 2, name: "owl", sql: "create table owl (id int)")
        #expect(
            try await refusal([Self.fox, changed])
                == "Migration 0002_owl was changed after it had been applied.")
        let between = Migration(number: 2, name: "elk", sql: Self.elk.sql)
        let moved = Migration(number: 3, name: "owl", sql: Self.owl.sql)
        #expect(
            try await refusal([Self.fox, between, moved])
                == "Migration 0002_owl has been applied under that title, "
                + "but its file is now 0003_owl.")
        #expect(
            try await refusal([Self.fox, Self.elk])
                == "Migration 0003_elk stands where 0002_… is expected: "
                + "numbers run from 1, in order, without gaps or repeats.")
        #expect(
            try await refusal([Self.owl, Self.fox])
                == "Migration 0002_owl stands where 0001_… is expected: "
                + "numbers run from 1, in order, without gaps or repeats.")
        #expect(
            try await refusal([Self.fox, Self.fox])
                == "Migration 0001_fox stands where 0002_… is expected: "
                + "numbers run from 1, in order, without gaps or repeats.")
        #expect(
            try await refusal([Self.fox, between])
                == "Migration 0002_owl has been applied, but its file is missing.")
    }

    @Test func aStepThatFailsLeavesNothingOfItself() async throws {
        try await withDatabase { database in
            let broken = Migration(
                number: 2, name: "broken", sql: "create table owl (id bigint); select nothing;")
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await apply([Self.fox, broken, Self.elk], to: database)
            }
            guard case .failed("42703", let message)? = failure else {
                Issue.record("\(String(describing: failure))")
                return
            }
            #expect(message.hasPrefix("migration 0002_broken: column \"nothing\" does not exist"))
            let tables = try await database.read {
                try $0.execute("select from pg_tables where tablename in ('fox', 'owl', 'elk')")
            }
            #expect(tables == 1)
            let rest = try await apply([Self.fox, Self.owl], to: database)
            #expect(rest == ["0002_owl"])
        }
    }

    /// Behind a lock that is waited for all others queue up, readers too.
    @Test func aStepThatWaitsForALockGivesWay() async throws {
        // Connections that would wait for ever: the short wait is the step's own.
        var settings = Database.Settings()
        settings.lockTimeout = .zero
        try await withDatabase(connections: 4, settings: settings) { database in
            _ = try await apply([Self.fox], to: database)
            let leave = Meeting(of: 2)
            let wider = Migration(
                number: 2, name: "wider", sql: "alter table fox add column name text;")
            async let holder: Int = database.read { transaction in
                let foxes = try transaction.execute("select from fox")
                leave.arrive()
                return foxes
            }
            try #require(await eventually { leave.arrivals == 1 })
            async let applied = apply([Self.fox, wider], to: database)
            let waits = try await eventually {
                try await database.read {
                    try $0.execute(
                        "select from pg_locks where not granted and relation = 'fox'::regclass")
                } == 1
            }
            try #require(waits)
            // It comes behind the step, and is answered while what the step waits for goes on.
            let foxes = try await database.read { try $0.execute("select from fox") }
            #expect(foxes == 1 && leave.arrivals == 1)
            leave.arrive()
            let (held, titles) = try await (holder, applied)
            #expect(held == 1 && titles == ["0002_wider"])
        }
    }

    @Test func whatCannotStandInATransactionRunsOutsideOfOne() async throws {
        try await withDatabase(connections: 4) { database in
            let index = Migration(
                number: 2, name: "index",
                sql: """
                    -- Why.
                    -- outside a transaction
                    drop index concurrently if exists fox_id;
                    create index concurrently if not exists fox_id
                        on fox (id);
                    """)
            let broken = Migration(
                number: 3, name: "broken",
                sql: "-- outside a transaction\ncreate index concurrently on fox (tail);")
            let applied = try await withThrowingTaskGroup { group in
                for _ in 0..<3 {
                    group.addTask { try await apply([Self.fox, index], to: database) }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(applied) == ["0001_fox", "0002_index"])
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await apply([Self.fox, index, broken], to: database)
            }
            #expect("\(String(describing: failure))".contains("migration 0003_broken: "))
            let counts = try await database.read { transaction in
                [
                    try transaction.execute("select from pg_indexes where indexname = 'fox_id'"),
                    try transaction.execute("select from schema_migration"),
                    try transaction.execute(
                        """
                        select from pg_locks l join pg_database d on d.oid = l.database
                        where l.locktype = 'advisory' and d.datname = current_database()
                        """),
                    try transaction.execute(
                        "select where current_setting('lock_timeout') = '10min'"),
                ]
            }
            #expect(counts == [1, 2, 0, 1])
            let pending = try await Migrations.pending([Self.fox, index], in: database)
            #expect(pending == [])
        }
    }

    @Test func aScriptThatCommitsByItselfIsRefused() async throws {
        try await withDatabase { database in
            let sly = Migration(number: 1, name: "sly", sql: "create table fox (id int); commit;")
            await #expect(throws: DatabaseFailure.self) { try await apply([sly], to: database) }
        }
    }

    @Test func migratorsThatRunAtOnceTakeTurns() async throws {
        try await withDatabase(connections: 8) { database in
            let all = [Self.fox, Self.owl, Self.elk]
            let applied = try await withThrowingTaskGroup { group in
                for _ in 0..<8 { group.addTask { try await apply(all, to: database) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == ["0001_fox", "0002_owl", "0003_elk"])
        }
    }

    @Test func anOldProgramAcceptsANewerDatabaseButNotAnOlderOne() async throws {
        try await withDatabase { database in
            _ = try await apply([Self.fox, Self.owl], to: database)
            try await Migrations.check([Self.fox], in: database)
            try await Migrations.check([Self.fox, Self.owl], in: database)
            let refusal = await #expect(throws: MigrationRefusal.self) {
                try await Migrations.check([Self.fox, Self.owl, Self.elk], in: database)
            }
            #expect(
                refusal?.description
                    == "Migration 0003_elk has not been applied: run `atelier migrate`.")
        }
    }

    /// A unit runs `migrate` before the program: after a roll-back that is the older one.
    @Test func anOlderMigratorLeavesANewerDatabaseAlone() async throws {
        try await withDatabase { database in
            _ = try await apply([Self.fox, Self.owl, Self.elk], to: database)
            let applied = try await apply([Self.fox, Self.owl], to: database)
            #expect(applied == [])
            let count = try await Migrations.count(in: database)
            #expect(count == 3)
            // What it knows must still be what was applied.
            let changed = Migration(number: 2, name: "owl", sql: "create table owl (id int)")
            await #expect(throws: MigrationRefusal.self) {
                _ = try await apply([Self.fox, changed], to: database)
            }
        }
    }

    @Test func fileNamesAreNumberedWords() {
        #expect(Migration(fileName: "0042_what_it_does.sql", sql: "")?.title == "0042_what_it_does")
        for name in ["42_fox.sql", "0042.sql", "0042_.sql", "0042_fox.txt", "00x2_fox.sql"] {
            #expect(Migration(fileName: name, sql: "") == nil, "\(name)")
        }
    }
}
