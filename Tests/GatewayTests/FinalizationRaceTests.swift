import DatabaseSupport
import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

/// Numbers under several admins at once, some of whom are cut off in the middle.
@Suite struct FinalizationRaceTests {
    private static let accounts = 60

    /// Accounts with a draft each, in which they bought credits and used none.
    private func withDrafts(
        _ body: @escaping @Sendable (TestGateway) async throws -> Void
    ) async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            for _ in 0..<Self.accounts { _ = try await gateway.buyer(credits: "1") }
            try await gateway.endMonth()
            try await gateway.draft()
            try await body(gateway)
        }
    }

    private func numbers(_ gateway: TestGateway) async throws -> [Int32] {
        try await gateway.database.read {
            try $0.rows("select sequence from invoice where number is not null order by 1") {
                try $0.next(Int32.self)
            }
        }
    }

    /// Finalizes in small batches until nothing is left, whatever happens on the way.
    @Sendable private func finalize(
        _ gateway: TestGateway, on database: Database, batch: Int
    ) async throws {
        let actor = gateway.actor
        while true {
            do {
                let done = try await database.transaction {
                    try Finalization.run(
                        TestGateway.month, account: nil, after: nil, limit: batch, by: actor, in: $0
                    )
                }
                if done.numbers.isEmpty { return }
            } catch is DatabaseFailure {
                // Cut off: nobody knows what became of the batch, and the next one finds out.
                continue
            }
        }
    }

    @Test func twoAdminsAtOnceLeaveNoGapAndNoDuplicate() async throws {
        try await withDrafts { gateway in
            try await withThrowingTaskGroup { group in
                for admin in 0..<3 {
                    group.addTask {
                        let database = Database(
                            url: gateway.url, connections: 1, settings: .engine)
                        defer { database.close() }
                        try await finalize(gateway, on: database, batch: 3 + admin)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await numbers(gateway) == Array(1...Int32(Self.accounts)))
        }
    }

    @Test func whoIsCutOffTakesNoNumberAlong() async throws {
        try await withDrafts { gateway in
            let owner = Database(url: gateway.url, connections: 1)
            defer { owner.close() }
            let other = Database(url: gateway.url, connections: 1, settings: .engine)
            defer { other.close() }
            let actor = gateway.actor
            // One is killed each time it has written its batch, before it can commit.
            for _ in 0..<5 {
                await #expect(throws: (any Error).self) {
                    try await other.transaction { transaction in
                        let batch = try Finalization.run(
                            TestGateway.month, account: nil, after: nil, limit: 7, by: actor,
                            in: transaction)
                        #expect(batch.numbers.count == 7)
                        try transaction.execute("select pg_terminate_backend(pg_backend_pid())")
                    }
                }
                try await owner.transaction { transaction in
                    _ = try Finalization.run(
                        TestGateway.month, account: nil, after: nil, limit: 2, by: actor,
                        in: transaction)
                }
            }
            #expect(try await numbers(gateway) == Array(1...10))
            try await finalize(gateway, on: owner, batch: 100)
            #expect(try await numbers(gateway) == Array(1...Int32(Self.accounts)))
        }
    }
}
