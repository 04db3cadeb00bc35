import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

@testable import Gateway

/// `verify` must notice what hands do to lots and to the audit log, and say exactly what.
@Suite struct LotAuditTests {
    /// Runs `damage` past every trigger on an account whose lots have been worked out, of which one has
    /// expired and another will, and answers what fails: the check and what it says.
    private func findings(
        after damage: SQL, waiting wait: Duration = .zero
    ) async throws -> [String: [String]] {
        var found: [String: [String]] = [:]
        try await withGateway(auditing: false) { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            try await gateway.give(3, to: acme, .promotional, in: .seconds(60))
            try await gateway.give(4, to: acme, .paid, in: .seconds(3600))
            let paid = try await gateway.hold(4, for: acme)
            try await gateway.settle(paid, cost: 4)
            gateway.time.pass(.seconds(60))
            let late = try await gateway.hold(1, for: acme)
            try await gateway.settle(late, cost: 1)
            let actor = gateway.actor
            try await gateway.give(2, to: acme, .promotional, in: .seconds(30))
            gateway.time.pass(.seconds(30))
            try await gateway.sweep()
            try await gateway.database.transaction { transaction in
                _ = try Credits.refund(
                    .dollars(1), of: paid.submission.generation, account: acme.account, key: "r",
                    by: AuditEvent.Actor(name: actor.name, reason: "r", now: actor.now),
                    in: transaction)
            }
            gateway.time.pass(wait)
            try await gateway.database.transaction { transaction in
                try transaction.execute("set local role none")
                try transaction.execute("set local session_replication_role = replica")
                try transaction.execute(damage)
            }
            let audit = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
            for finding in audit.findings {
                found[finding.check, default: []].append(finding.detail)
            }
        }
        return found
    }

    @Test func nothing() async throws {
        #expect(try await findings(after: "select 1") == [:])
    }

    @Test func aLotsRemainderChanged() async throws {
        let found = try await findings(
            after:
                "update grant_lot set spent = spent - 1 where kind = 'promotional' and amount = 3000000000"
        )
        #expect(found["lots have left what postings left of them"]?.count == 1)
        let detail = found["lots have left what postings left of them"]?.first ?? ""
        #expect(detail.contains("$2.999999999 of it spent"), "\(detail)")
        #expect(detail.hasSuffix("say $3"), "\(detail)")
        // A lot with something left that has expired is one that a wallet should know of.
        #expect(
            Set(found.keys).isSubset(of: [
                "lots have left what postings left of them",
                "a wallet knows when its next lot expires", "what has expired has left its wallet",
            ]))
    }

    @Test func aDebtChanged() async throws {
        let found = try await findings(
            after: "update wallet set lots_debt = 7 where mode = 'live'")
        #expect(Set(found.keys) == ["lots have left what postings left of them"])
    }

    @Test func anExpiryThatDidNotHappen() async throws {
        let found = try await findings(after: "select 1", waiting: .seconds(3600 + 300))
        #expect(Set(found.keys) == ["what has expired has left its wallet"])
        let detail = found["what has expired has left its wallet"]?.first ?? ""
        // $4 given, $1 of it paid for the first generation and $1 for the second.
        #expect(detail.contains("$2 of it is still there"), "\(detail)")
        #expect(detail.hasSuffix("should have gone at 2026-11-21T13:00:00.000Z"), "\(detail)")
    }

    @Test func aNextExpiryChanged() async throws {
        let changes: [SQL] = [
            "update wallet set next_expiry = null where mode = 'live'",
            "update wallet set next_expiry = next_expiry + interval '1 second' where mode = 'live'",
            "update wallet set next_expiry = next_expiry - interval '1 second' where mode = 'live'",
            "update wallet set lapsing = '2026-11-21T12:00:00Z' where mode = 'live'",
        ]
        for change in changes {
            let found = try await findings(after: change)
            #expect(Set(found.keys) == ["a wallet knows when its next lot expires"])
        }
    }

    @Test func aRefundBeyondItsCapture() async throws {
        let found = try await findings(
            after: "update generation set captured = 500000000 where captured = 4000000000")
        #expect(
            found["no refund is beyond its capture"]?.first?.hasSuffix(
                "captured 500000000, refunded 1000000000") == true)
        #expect(
            Set(found.keys) == ["no refund is beyond its capture", "usage and captures agree"])
    }

    @Test func aLapseChangedOrRemoved() async throws {
        let changed = try await findings(after: "update lapse set amount = amount - 1")
        #expect(Set(changed.keys) == ["every lapse has its posting"])
        let removed = try await findings(after: "delete from lapse")
        #expect(removed["what is no capture is a grant or a lapse"]?.count == 1)
    }

    @Test func aGrantRemoved() async throws {
        let found = try await findings(after: "delete from grant_lot where kind = 'refund'")
        #expect(Set(found.keys) == ["what is no capture is a grant or a lapse"])
    }

    // MARK: The audit log

    @Test func anEventChanged() async throws {
        let found = try await findings(
            after: "update audit_event set reason = 'another' where action = 'credits.refunded'")
        #expect(Set(found.keys) == ["the audit log's chain is whole"])
        #expect(found["the audit log's chain is whole"]?.count == 1)
        let figure = try await findings(
            after: """
                update audit_event set details = jsonb_set(details, '{amount}', '1.0')
                where action = 'credits.refunded'
                """)
        #expect(Set(figure.keys) == ["the audit log's chain is whole"])
    }

    @Test func anEventRemoved() async throws {
        let found = try await findings(
            after: "delete from audit_event where action = 'credits.refunded'")
        #expect(Set(found.keys) == ["the audit log's chain is whole"])
        #expect(found["the audit log's chain is whole"]?.first?.hasSuffix("is gone") == true)
    }

    @Test func anEventRemovedWithItsLink() async throws {
        let found = try await findings(
            after: """
                with gone as (delete from audit_event where action = 'key.issued' returning id)
                delete from audit_link where event_id in (select id from gone)
                """)
        #expect(Set(found.keys) == ["the audit log's chain is whole"])
    }

    @Test func theEndCutOff() async throws {
        let found = try await findings(
            after: """
                with gone as (
                    delete from audit_link where number = (select max(number) from audit_link)
                    returning event_id
                )
                delete from audit_event where id in (select event_id from gone)
                """)
        #expect(Set(found.keys) == ["the audit log ends where its head says"])
    }

    @Test func anEventSlippedIn() async throws {
        let found = try await findings(
            after: """
                insert into audit_event (id, at, actor, action, subject, details)
                select '01a1fdfa-4600-7000-8000-000000000001', at, 'nobody', action, subject, details
                from audit_event limit 1
                """)
        #expect(Set(found.keys) == ["every audit event is in the chain"])
    }

    /// However many write at once: one chain, in the order of their commits.
    @Test func manyEventsAtOnceMakeOneChain() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 { group.addTask { try await gateway.give(1, to: acme, .paid) } }
                try await group.waitForAll()
            }
            let audit = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
            #expect(audit.findings.isEmpty)
            #expect(audit.logHead?.number == 42)
        }
    }
}
