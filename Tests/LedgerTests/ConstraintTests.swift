import DatabaseSupport
import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

/// What nobody can commit, whatever statement they write.
@Suite struct ConstraintTests {
    /// Runs `statement` on an account with $5.00 and says which rule refused it.
    private func rule(
        against statement: @escaping @Sendable (ID<Account>) -> SQL
    ) async throws -> String? {
        var broken: String?
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            do {
                try await gateway.sql(statement(acme.account))
            } catch DatabaseFailure.constraint(let name, _, _) {
                broken = name
            }
        }
        return broken
    }

    private static func posting(
        _ account: ID<Account>, number: Int64 = 2, debit: String = "funding",
        credit: String = "wallet", amount: Int64 = 1, endedHold: Int64 = 0,
        generation: ID<Generation>? = nil
    ) -> SQL {
        """
        insert into posting (account_id, id, mode, number, debit, credit, amount, ended_hold,
            generation_id, reason, at, hash)
        values (\(account), \(ID<Posting>(at: Day.today)), 'live', \(number), \(debit), \(credit),
            \(amount), \(endedHold), \(generation), 'by hand', \(Day.today), '\\x00')
        """
    }

    @Test func aHoldPastTheBalance() async throws {
        let rule = try await rule {
            "update wallet set held = 5000000001 where account_id = \($0) and mode = 'live'"
        }
        #expect(rule == "wallet_never_below_zero")
    }

    @Test func aLimitPastReason() async throws {
        let rule = try await rule {
            "update wallet set credit_limit = 1000000000000000001 where account_id = \($0)"
        }
        #expect(rule == "wallet_is_within_reason")
    }

    @Test func aNegativeHold() async throws {
        let rule = try await rule {
            "update wallet set held = -1 where account_id = \($0) and mode = 'live'"
        }
        #expect(rule == "wallet_holds_are_not_negative")
    }

    @Test func moneyWithoutAPosting() async throws {
        let rule = try await rule {
            "update wallet set posted = posted + 1 where account_id = \($0) and mode = 'live'"
        }
        #expect(rule == "wallet_moves_by_postings")
    }

    @Test func aWalletThatStartsRich() async throws {
        let rule = try await rule { _ in
            """
            with newcomer as (
                insert into account (id, name, email, tax_ppm, created_at)
                values (\(ID<Account>(high: 5, low: 5)), 'Rich', 'r@r.example', 0, \(Day.today))
                returning id
            )
            insert into wallet (account_id, mode, posted, postings)
            select id, 'live', 1000000000000, 1 from newcomer
            """
        }
        #expect(rule == "wallet_starts_empty")
    }

    @Test func aWalletThatIsGone() async throws {
        #expect(try await rule { "delete from wallet where account_id = \($0)" } == "wallet_stays")
    }

    @Test func aPostingOutOfItsOrder() async throws {
        #expect(
            try await rule { Self.posting($0, number: 3) } == "posting_moves_wallet")
        #expect(
            try await rule { Self.posting($0, number: 1) } == "posting_moves_wallet")
    }

    @Test func aPostingWithoutItsWallet() async throws {
        let stranger = ID<Account>(at: Day.today)
        #expect(
            try await rule { _ in Self.posting(stranger, number: 1) } == "posting_moves_wallet")
    }

    @Test func anUnbalancedPosting() async throws {
        #expect(
            try await rule { Self.posting($0, debit: "wallet") } == "posting_balances")
        #expect(
            try await rule { Self.posting($0, debit: "funding", credit: "revenue") }
                == "posting_balances")
        #expect(try await rule { Self.posting($0, amount: 0) } == "posting_amount_is_positive")
        #expect(try await rule { Self.posting($0, amount: -1) } == "posting_amount_is_positive")
        #expect(try await rule { Self.posting($0, debit: "thin air") } == "posting_book")
    }

    @Test func aCapturePastItsHold() async throws {
        let generation = ID<Generation>(at: Day.today)
        let rule = try await rule {
            Self.posting(
                $0, debit: "wallet", credit: "revenue", amount: 2, endedHold: 1,
                generation: generation)
        }
        #expect(rule == "capture_stays_within_its_hold")
    }

    @Test func aPostingBelowZero() async throws {
        let rule = try await rule {
            Self.posting($0, debit: "wallet", credit: "adjustment", amount: 5_000_000_001)
        }
        #expect(rule == "wallet_never_below_zero")
    }

    @Test func aChangedOrRemovedPosting() async throws {
        #expect(
            try await rule { "update posting set amount = 1 where account_id = \($0)" }
                == "posting_is_append_only")
        #expect(
            try await rule { "delete from posting where account_id = \($0)" }
                == "posting_is_append_only")
        #expect(try await rule { _ in "truncate posting" } == "posting_is_append_only")
    }

    @Test func aPostingSlippedIntoAPartition() async throws {
        let rule = try await rule { account in
            """
            insert into posting_2026_11 (account_id, id, mode, number, debit, credit, amount,
                reason, at, hash)
            values (\(account), \(ID<Posting>(at: Day.today)), 'live', 7, 'funding', 'wallet', 1,
                'by hand', \(Day.today), '\\x00')
            """
        }
        #expect(rule == "posting_moves_wallet")
    }

    @Test func aChangedAuditEvent() async throws {
        #expect(
            try await rule { _ in "delete from audit_event" } == "audit_event_is_append_only")
    }

    @Test func aLotGivenOtherwiseThanItWas() async throws {
        for change: SQL in [
            "update grant_lot set amount = amount + 1", "update grant_lot set expires_at = null",
            "update grant_lot set generation_id = account_id",
        ] {
            #expect(try await rule { _ in change } == "grant_lot_stays_as_given")
        }
        #expect(try await rule { _ in "delete from grant_lot" } == "grant_lot_stays")
        #expect(
            try await rule { _ in "update grant_lot set spent = amount + 1" }
                == "a_lot_is_spent_within_itself")
    }

    @Test func anAuditLogWithoutItsEnd() async throws {
        #expect(try await rule { _ in "delete from audit_link" } == "audit_link_is_append_only")
        #expect(try await rule { _ in "delete from audit_head" } == "audit_head_stays")
    }
}
