import DatabaseSupport
import Postgres
import Testing
import Threads

@Suite struct PoolTests {
    /// Occupies the only connection of `database` while `body` runs.
    private func whileBusy(
        _ database: Database, _ body: () async throws -> Void
    ) async throws {
        let begun = Meeting(of: 1)
        let done = Alarm()
        async let holder: Void = database.transaction { transaction in
            try transaction.execute("select 1")
            begun.arrive()
            done.nap(for: .seconds(300))
        }
        #expect(await eventually { begun.arrivals == 1 })
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
        done.ring()
        try await holder
        try outcome.get()
    }

    private func select(_ database: Database) async throws {
        _ = try await database.read { try $0.execute("select 1") }
    }

    @Test func aFullQueueTurnsAwayAtOnce() async throws {
        var settings = Database.Settings()
        settings.queueMax = 2
        try await withDatabase(connections: 1, settings: settings) { database in
            try await withThrowingTaskGroup { group in
                try await whileBusy(database) {
                    for _ in 0..<2 { group.addTask { try await select(database) } }
                    #expect(await eventually { database.waiting == 2 })
                    let full = DatabaseFailure.overloaded(retryAfter: settings.waitMax)
                    await #expect(throws: full) { try await select(database) }
                }
                // The two are served now that the connection is free.
                try await group.waitForAll()
            }
        }
    }

    @Test func whoGivesUpWaitingIsNotServed() async throws {
        try await withDatabase(connections: 1) { database in
            try await whileBusy(database) {
                let waiter = Task { try await select(database) }
                #expect(await eventually { database.waiting == 1 })
                waiter.cancel()
                await #expect(throws: CancellationError.self) { try await waiter.value }
                #expect(database.waiting == 0)
            }
        }
    }

    @Test func noMoreConnectionsAreOpenedThanAllowed() async throws {
        try await withDatabase(connections: 3) { database in
            let most = try await withThrowingTaskGroup { group in
                for _ in 0..<60 {
                    group.addTask {
                        try await database.read { transaction in
                            try transaction.execute(
                                """
                                select from pg_stat_activity, pg_sleep(0.005)
                                where datname = current_database()
                                """)
                        }
                    }
                }
                return try await group.reduce(0, max)
            }
            #expect(most == 3)
        }
    }

    @Test func aClosedDatabaseTurnsAway() async throws {
        try await withDatabase { database in
            try await select(database)
            database.close()
            await #expect(throws: DatabaseFailure.self) { try await select(database) }
        }
    }

    @Test func whoWaitsTooLongIsTurnedAway() async throws {
        var settings = Database.Settings()
        settings.waitMax = .milliseconds(20)
        try await withDatabase(connections: 1, settings: settings) { database in
            try await whileBusy(database) {
                await #expect(throws: DatabaseFailure.overloaded(retryAfter: settings.waitMax)) {
                    try await select(database)
                }
                #expect(database.waiting == 0)
            }
            try await select(database)
        }
    }
}
