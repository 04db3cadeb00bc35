public import DatabaseSupport
import Gateway
public import Postgres
import Schema
public import Units

/// A database with every migration and the partitions that `Day.today` needs.
public let migrated = Template("atelier", prepare: prepareMigrated)

/// Brings an empty database there.
public func prepareMigrated(_ database: Database) async throws {
    let migrations = Schema.migrations.map {
        Migration(number: $0.number, name: $0.name, sql: $0.sql)
    }
    _ = try await Migrations.apply(migrations, to: database, now: Day.today)
    try await database.transaction { try Partitions.make(at: Day.today, in: $0) }
}

/// The time that tests live in.
public enum Day {
    /// Noon of 2026-11-21, UTC.
    public static let today = Timestamp(seconds: 1_795_262_400)
}
