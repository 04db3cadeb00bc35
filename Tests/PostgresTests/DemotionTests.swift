import DatabaseSupport
import Testing
import Units

@testable import Postgres

/// A server that shuts down or takes no writes any more says so in an error, and keeps the connection
/// open: it must not be used again.
@Suite struct DemotionTests {
    private func backend(_ database: Database) async throws -> Int32 {
        let pid: Int32? = try await database.read {
            try $0.first("select pg_backend_pid()") { try $0.next() }
        }
        return try #require(pid)
    }

    @Test(arguments: ["25006", "57P01", "57P02", "57P03", "57P05"])
    func aConnectionThatSaysSoIsDropped(state: String) async throws {
        try await withDatabase(connections: 1) { database in
            let before = try await backend(database)
            await #expect(throws: DatabaseFailure.self) {
                try await database.transaction {
                    try $0.run(
                        script:
                            "do $$ begin raise exception 'no' using errcode = '\(state)'; end $$")
                }
            }
            let after = try await backend(database)
            #expect(after != before)
        }
    }

    @Test func anyOtherErrorKeepsIt() async throws {
        try await withDatabase(connections: 1) { database in
            let before = try await backend(database)
            await #expect(throws: DatabaseFailure.self) {
                try await database.transaction { try $0.execute("select 1 / 0") }
            }
            let after = try await backend(database)
            #expect(after == before)
        }
    }
}
