import Jobs
import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

/// `verify` must notice what a bug or a person with a superuser's rights could do.
@Suite struct AuditTests {
    /// Runs `damage` past every trigger on an account with one captured and one open generation,
    /// and answers the checks that fail.
    private func findings(
        after damage: @escaping @Sendable (ID<Account>) -> SQL
    ) async throws -> Set<String> {
        var broken: Set<String> = []
        try await withGateway(auditing: false) { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            try await Self.spend(acme, gateway)
            try await DailyTotals.rollUp(on: gateway.database)
            let open = Submission.sample(
                key: acme.hash, quote: .dollars(1), server: gateway.lease.server)
            _ = try await gateway.engine.admit(open)
            try await gateway.database.transaction { transaction in
                // Without walls and triggers, as a superuser's hands work.
                try transaction.execute("set local role none")
                try transaction.execute("set local session_replication_role = replica")
                try transaction.execute(damage(acme.account))
            }
            let audit = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
            broken = Set(audit.findings.map(\.check))
        }
        return broken
    }

    private static func spend(_ customer: Customer, _ gateway: TestGateway) async throws {
        let admission = Submission.sample(
            key: customer.hash, quote: .dollars(1), server: gateway.lease.server)
        let admitted = try #require(try await gateway.engine.admit(admission).admitted)
        _ = try await gateway.engine.settle(
            Settlement(
                wallet: admitted.wallet, generation: admission.generation,
                server: gateway.lease.server,
                outcome: .delivered(images: 1, cost: .dollars(1), kept: []), latency: .none,
                posting: ID(at: Day.today), at: Day.today))
    }

    @Test func aBatchMiscountedByHand() async throws {
        let found = try await findings {
            """
            insert into batch (account_id, id, mode, key_id, dialect, size, open, request, created_at)
            select \($0), \($0), 'live', id, 'test', 2, 1, '{}', created_at from api_key
            where account_id = \($0)
            """
        }
        #expect(found == ["a batch counts its open members"])
    }

    @Test func anIdempotencyKeyOfNothing() async throws {
        let found = try await findings {
            """
            insert into idempotency_key (account_id, key, fingerprint, path, generation_id, created_at)
            select \($0), 'order-17', sha256('a'), 'POST /x', id, created_at from account
            where id = \($0)
            """
        }
        #expect(found == ["an idempotency key names work that exists"])
    }

    @Test func aWalletChangedByHand() async throws {
        let found = try await findings {
            "update wallet set posted = posted + 1 where account_id = \($0)"
        }
        #expect(found == ["a wallet is the sum of its postings"])
    }

    @Test func aWalletRemoved() async throws {
        let found = try await findings { "delete from wallet where account_id = \($0)" }
        #expect(found.contains("a wallet is the sum of its postings"))
        #expect(found.contains("what is held is the sum of open holds"))
    }

    @Test func aHoldChangedByHand() async throws {
        let found = try await findings {
            "update wallet set held = held - 1 where account_id = \($0) and mode = 'live'"
        }
        #expect(found == ["what is held is the sum of open holds"])
    }

    @Test func aPostingChangedByHand() async throws {
        let found = try await findings {
            "update posting set reason = 'nothing' where account_id = \($0) and debit = 'wallet'"
        }
        #expect(found == ["chains of postings are whole"])
    }

    @Test func aPostingRemoved() async throws {
        let found = try await findings {
            "delete from posting where account_id = \($0) and debit = 'wallet'"
        }
        #expect(
            found.contains("chains of postings are whole")
                || found.contains("a wallet is the sum of its postings"))
        #expect(found.contains("usage and captures agree"))
    }

    @Test func aUsageRowChanged() async throws {
        let found = try await findings {
            "update generation set captured = captured - 1 where account_id = \($0) and state = 'completed'"
        }
        #expect(found == ["usage and captures agree"])
    }

    @Test func aUsageRowRemoved() async throws {
        let found = try await findings {
            "delete from generation where account_id = \($0) and state = 'completed'"
        }
        #expect(
            found == [
                "every capture belongs to a generation", "daily totals are what generations say",
            ])
    }

    @Test func aDaysTotalRemoved() async throws {
        let found = try await findings { "delete from usage_day where account_id = \($0)" }
        #expect(found == Self.totals)
    }

    @Test func aDaysTotalChanged() async throws {
        let found = try await findings {
            """
            update usage_day set amount = amount + 1, unit_amount = unit_amount + 1
            where account_id = \($0)
            """
        }
        #expect(found == Self.totals)
    }

    @Test func aDaysPicturesMiscounted() async throws {
        let found = try await findings {
            "update usage_day set images = images + 1 where account_id = \($0)"
        }
        #expect(found == ["daily totals are what generations say"])
    }

    @Test func aDaysTotalUnderAnotherKey() async throws {
        let found = try await findings {
            "update usage_day set key_id = account_id where account_id = \($0)"
        }
        #expect(found == ["daily totals are what generations say"])
    }

    @Test func aCaptureThatTheTotalsLeaveOut() async throws {
        let found = try await findings {
            """
            with moved as (delete from usage_day where account_id = \($0))
            update usage_rolled set number = number + 1 where account_id = \($0)
            """
        }
        #expect(found == Self.totals.union(["daily totals end with the postings"]))
    }

    private static let totals: Set = [
        "daily totals are what was captured", "daily totals are right on their days",
        "daily totals are what generations say",
    ]

    @Test func aGrantChanged() async throws {
        let found = try await findings {
            "update grant_lot set amount = amount + 1 where account_id = \($0)"
        }
        #expect(found == ["every grant has its posting"])
    }

    @Test func aHoldLeftOpen() async throws {
        let found = try await findings {
            "update generation set deadline = deadline - interval '1 day' where account_id = \($0) and ended_at is null"
        }
        #expect(found == ["no hold is open past its deadline"])
    }

    @Test func nothing() async throws {
        #expect(try await findings { _ in "select 1" } == [])
    }
}
