import Gateway
import Jobs
import Log
import Postgres
import Schema
import Terminal
import Units

/// `atelier migrate`: applies what is missing and makes the month's partitions.
enum Migrate {
    static let migrations = Schema.migrations.map {
        Migration(number: $0.number, name: $0.name, sql: $0.sql)
    }

    /// Throws unless the database is at this program's migrations, or past them.
    ///
    /// As the login: one that is behind may not have the roles yet.
    static func check(_ configuration: Configuration) async throws {
        let database = Database(
            url: configuration.databaseURL, connections: 1, settings: .init(), clock: .system)
        defer { database.close() }
        try await database.sayingWhyUnreachable {
            try await Migrations.check(migrations, in: database)
        }
    }

    static func run(_ configuration: Configuration) async throws {
        let database = Database(
            url: configuration.databaseURL, connections: 1, settings: .init(), clock: .system)
        let time = SharedClock(database: database)
        try await database.sayingWhyUnreachable { try await time.ask() }
        let now = time.clock.now
        let applied = try await Migrations.apply(migrations, to: database, now: now)
        try await database.transaction { try Partitions.make(at: now, in: $0) }
        for name in applied { Terminal.write("applied \(name)\n") }
        let count = try await Migrations.count(in: database)
        Terminal.write("the database is at migration \(count)\n")
        if count > migrations.count {
            Terminal.write(
                "it is ahead of this program, which knows \(migrations.count): nothing to do\n")
        }
        database.close()
    }
}
