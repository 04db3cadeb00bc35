public import Units

/// Brings a database's schema up to date, and says whether it is.
///
/// What has been applied is kept in `schema_migration`, the one table known here. Migrators that
/// run at once take turns: each step holds an advisory lock to the end of its transaction.
public enum Migrations {
    /// Steps taken by others are waited for this long: an index on a big table takes its time.
    private static let turnMax: Duration = .seconds(1800)
    private static let turnPause: Duration = .milliseconds(100)
    /// The advisory lock: "atelier" and "migrate" as numbers nobody else would pick.
    private static let lock: Int64 = 0x61_74_65_6C_6D_69_67_72

    /// Applies what is pending, each in a transaction of its own, and returns their titles.
    ///
    /// Throws `MigrationRefusal` when a file is missing, changed, renumbered or out of order,
    /// and what PostgreSQL says about a step that it refuses; the steps before it stay.
    public static func apply(
        _ migrations: [Migration], to database: Database, now: Timestamp
    ) async throws -> [String] {
        try checkNumbers(migrations)
        var applied: [String] = []
        let deadline = ContinuousClock.now + turnMax
        while true {
            let step = try await database.transaction { transaction in
                try takeStep(migrations, now: now, in: transaction)
            }
            switch step {
            case .applied(let title): applied.append(title)
            case .upToDate: return applied
            case .locked:
                guard ContinuousClock.now < deadline else {
                    throw MigrationRefusal("Another migrator has been at work for too long.")
                }
                try await Task.sleep(for: turnPause)
            }
        }
    }

    /// How many have been applied, by this program or a newer one.
    public static func count(in database: Database) async throws -> Int {
        try await database.read { try History(in: $0).rows.count }
    }

    /// The titles of what `apply` would apply. Throws `MigrationRefusal` as it would.
    public static func pending(
        _ migrations: [Migration], in database: Database
    ) async throws -> [String] {
        try checkNumbers(migrations)
        return try await database.read { transaction in
            let history = try History(in: transaction).prefix(migrations.count)
            try history.check(migrations, checksums: checksums(of: migrations, in: transaction))
            return migrations.dropFirst(history.rows.count).map(\.title)
        }
    }

    /// Checks that all of `migrations` have been applied unchanged.
    ///
    /// A database that is ahead is fine: the old program runs on while a new one is deployed.
    public static func check(_ migrations: [Migration], in database: Database) async throws {
        try checkNumbers(migrations)
        try await database.read { transaction in
            let history = try History(in: transaction).prefix(migrations.count)
            try history.check(migrations, checksums: checksums(of: migrations, in: transaction))
            if let next = migrations.dropFirst(history.rows.count).first {
                throw MigrationRefusal(
                    "Migration \(next.title) has not been applied: run `atelier migrate`.")
            }
        }
    }

    private enum Step {
        case applied(String)
        case upToDate
        case locked
    }

    /// Applies the first pending migration, unless another migrator is at it.
    private static func takeStep(
        _ migrations: [Migration], now: Timestamp, in transaction: borrowing Transaction
    ) throws -> Step {
        let isOurs = try transaction.first("select pg_try_advisory_xact_lock(\(lock))") {
            try $0.next(Bool.self)
        }
        guard isOurs == true else { return .locked }
        try History.prepare(in: transaction)
        // A newer program has been here: what it added is none of ours.
        let history = try History(in: transaction).prefix(migrations.count)
        let checksums = try checksums(of: migrations, in: transaction)
        try history.check(migrations, checksums: checksums)
        guard let next = migrations.dropFirst(history.rows.count).first else { return .upToDate }
        // A step may take long, but not wait long for a lock: all others would queue behind it.
        try transaction.send("set local statement_timeout = 0")
        do {
            try transaction.run(script: next.sql)
        } catch let DatabaseFailure.failed(state, message) {
            throw DatabaseFailure.failed(
                sqlState: state, message: "migration \(next.title): \(message)")
        }
        try transaction.send(
            """
            insert into schema_migration (number, name, checksum, applied_at)
            values (\(next.number), \(next.name), \(checksums[history.rows.count]), \(now))
            """)
        return .applied(next.title)
    }

    /// Files are numbered 1, 2, 3…, so a missing one shows.
    private static func checkNumbers(_ migrations: [Migration]) throws(MigrationRefusal) {
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            let expected = Migration.title(index + 1, "…")
            throw MigrationRefusal(
                "Migration \(migration.title) stands where \(expected) is expected: "
                    + "numbers run from 1, in order, without gaps or repeats.")
        }
    }

    private static func checksums(
        of migrations: [Migration], in transaction: borrowing Transaction
    ) throws -> [String] {
        try transaction.rows(
            """
            select encode(sha256(convert_to(file.text, 'UTF8')), 'hex')
            from unnest(\(migrations.map(\.sql))) with ordinality as file (text, position)
            order by position
            """
        ) { try $0.next() }
    }
}
