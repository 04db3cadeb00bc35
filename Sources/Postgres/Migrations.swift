public import Units

/// Brings a database's schema up to date, and says whether it is.
///
/// What has been applied is kept in `schema_migration`, the one table known here. Migrators that
/// run at once take turns: each step holds an advisory lock to its end. A step that would wait for a
/// table's lock gives way and is tried again.
public enum Migrations {
    /// Steps taken by others are waited for this long: an index on a big table takes its time.
    private static let turnMax: Duration = .seconds(1800)
    private static let turnPause: Duration = .milliseconds(100)
    /// A step waits this long for a lock: everybody who comes to the table later waits behind it.
    private static let lockWait: Duration = .milliseconds(200)
    /// The others' time, before it is tried again.
    private static let lockPause: Duration = .seconds(1)
    /// Tries before it is given up: ten minutes, longer than any transaction of ours.
    private static let lockTriesMax = 500
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
        var tries = 0
        while true {
            let step: Step
            do {
                step = try await database.transaction { transaction in
                    try takeStep(migrations, now: now, in: transaction)
                }
                if case .outside(let next, let checksum) = step {
                    try await take(next, checksum, at: now, on: database)
                }
            } catch DatabaseFailure.failed(sqlState: "55P03", _) where tries < lockTriesMax {
                tries += 1
                try await Task.sleep(for: lockPause)
                continue
            }
            switch step {
            case .applied(let title): applied.append(title)
            case .outside(let next, _): applied.append(next.title)
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
        /// To be carried out outside a transaction; and its checksum.
        case outside(Migration, String)
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
        if next.runsOutside { return .outside(next, checksums[history.rows.count]) }
        // A step may take long, but not wait long for a lock: all others would queue behind it.
        try transaction.send("set local statement_timeout = 0")
        try transaction.send(
            "select set_config('lock_timeout', \("\(lockWait.milliseconds)"), true)")
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

    /// Carries out a step whose statements do not stand in a transaction, one by one.
    ///
    /// The lock is the session's, and only tried: who waits for one has a snapshot, for which
    /// `create index concurrently` waits in its turn. Locks are waited for, as this kind of statement
    /// lets all others pass.
    private static func take(
        _ step: Migration, _ checksum: String, at now: Timestamp, on database: Database
    ) async throws {
        let lockOrFail = """
            do $$ begin
                if not pg_try_advisory_lock(\(lock)) then
                    raise exception 'another migrator is at work' using errcode = 'lock_not_available';
                end if;
            end $$
            """
        let done: SQL = """
            insert into schema_migration (number, name, checksum, applied_at)
            values (\(step.number), \(step.name), \(checksum), \(now))
            on conflict (number) do nothing
            """
        do {
            try await database.runAlone(
                [lockOrFail, "set statement_timeout = 0", "set lock_timeout = 0"]
                    + step.statements,
                last: done,
                closing: [
                    "reset statement_timeout", "reset lock_timeout",
                    "select pg_advisory_unlock(\(lock))",
                ])
        } catch let DatabaseFailure.failed(state, message) {
            throw DatabaseFailure.failed(
                sqlState: state, message: "migration \(step.title): \(message)")
        }
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
