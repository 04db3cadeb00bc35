import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

@testable import Gateway

@Suite struct RefundTests {
    private func refund(
        _ dollars: Int64, of held: TestGateway.Held, key: String, on gateway: TestGateway
    ) async throws -> Grant.Given {
        let actor = AuditEvent.Actor(
            name: "test", reason: "a bad picture", now: gateway.time.clock.now)
        return try await gateway.database.transaction {
            try Credits.refund(
                .dollars(dollars), of: held.submission.generation, account: held.wallet.account,
                key: key, by: actor, in: $0)
        }
    }

    @Test func givesBackAtMostWhatWasCharged() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "9")
            let paid = try await gateway.hold(5, for: acme)
            let open = try await gateway.hold(4, for: acme)
            try await gateway.settle(paid, cost: 3)
            let first = try await refund(2, of: paid, key: "ticket 1", on: gateway)
            #expect(!first.repeated)
            #expect(try await refund(2, of: paid, key: "ticket 1", on: gateway).repeated)
            for (dollars, held) in [(2, paid), (1, open), (0, paid), (-1, paid)] {
                let refusal = try await #require(throws: Refusal.self) {
                    try await refund(Int64(dollars), of: held, key: "more", on: gateway)
                }
                #expect(refusal.field == "amount", "\(refusal)")
            }
            _ = try await refund(1, of: paid, key: "ticket 2", on: gateway)
            #expect(try await gateway.wallet(of: acme).posted == .dollars(9))
            #expect(try await gateway.lots(of: acme) == ["paid 6", "refund 2", "refund 1"])
            let row = try await gateway.database.read { transaction in
                try transaction.first(
                    """
                    select captured from generation where id = \(paid.submission.generation)
                    """
                ) { try $0.next(Credits.self) }
            }
            #expect(row == .dollars(3))
        }
    }

    @Test func ofManyAtOnceNoMoreThanTheChargePasses() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "9")
            let paid = try await gateway.hold(5, for: acme)
            try await gateway.settle(paid, cost: 5)
            let passed = await withTaskGroup(of: Bool.self) { group in
                for call in 0..<20 {
                    group.addTask {
                        // A refusal is counted by its absence.
                        (try? await refund(1, of: paid, key: "ticket \(call)", on: gateway)) != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(passed == 5)
            #expect(try await gateway.wallet(of: acme).posted == .dollars(9))
        }
    }

    @Test func ofWhatIsNotTheAccountsIsRefused() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "9")
            let other = try await gateway.customer(credits: "9")
            let paid = try await gateway.hold(5, for: acme)
            try await gateway.settle(paid, cost: 5)
            let foreign = TestGateway.Held(
                submission: paid.submission, wallet: .init(account: other.account, mode: .live),
                server: paid.server)
            let refusal = try await #require(throws: Refusal.self) {
                try await refund(1, of: foreign, key: "mine", on: gateway)
            }
            #expect(refusal.kind == .notFound)
        }
    }

    /// The same key for the same grant, with another expiry: not the same.
    @Test func aKeyKnowsTheExpiryItWasUsedFor() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            try await gateway.give(1, to: acme, .paid, in: .seconds(60), key: "k")
            #expect(try await gateway.give(1, to: acme, .paid, in: .seconds(60), key: "k").repeated)
            let refusal = try await #require(throws: Refusal.self) {
                try await gateway.give(1, to: acme, .paid, in: .seconds(61), key: "k")
            }
            #expect(refusal.kind == .conflict)
        }
    }
}
