import Postgres
import Gateway
import GatewaySupport
import Ledger
import Testing
import Units

@Suite struct GrantTests {
    private func grant(
        _ dollars: Int64, to customer: Customer, kind: Grant.Kind = .paid, key: String
    ) -> Grant {
        Grant(
            wallet: .init(account: customer.account, mode: .live), kind: kind,
            amount: .dollars(dollars), reason: "deposit", idempotencyKey: key)
    }

    @Test func oneKeyGivesOnce() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let grant = grant(25, to: acme, key: "invoice 7")
            let now = gateway.time.clock.now
            let given = try await withThrowingTaskGroup(of: Grant.Given.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await gateway.database.transaction { try grant.give(at: now, in: $0) }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(given.count { !$0.repeated } == 1)
            #expect(Set(given.map(\.posting)).count == 1)
            #expect(try await gateway.wallet(of: acme).posted == .dollars(25))
        }
    }

    @Test func aKeyUsedForSomethingElseIsRefused() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let now = gateway.time.clock.now
            let first = grant(25, to: acme, key: "invoice 7")
            let other = grant(26, to: acme, key: "invoice 7")
            _ = try await gateway.database.transaction { try first.give(at: now, in: $0) }
            let refusal = try await #require(throws: Refusal.self) {
                try await gateway.database.transaction { try other.give(at: now, in: $0) }
            }
            #expect(refusal.kind == .conflict)
            #expect(try await gateway.wallet(of: acme).posted == .dollars(25))
        }
    }

    @Test(arguments: [0, -5, 10_000_001])
    func anAmountThatIsNoGrantIsRefused(dollars: Int64) async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let grant = grant(dollars, to: acme, key: "odd")
            let now = gateway.time.clock.now
            let refusal = try await #require(throws: Refusal.self) {
                try await gateway.database.transaction { try grant.give(at: now, in: $0) }
            }
            #expect(refusal.field == "amount")
        }
    }

    @Test func anAdjustmentTakesNoMoreThanThereIs() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            let now = gateway.time.clock.now
            let tooMuch = grant(-6, to: acme, kind: .adjustment, key: "a")
            let all = grant(-5, to: acme, kind: .adjustment, key: "b")
            let refusal = try await #require(throws: Refusal.self) {
                try await gateway.database.transaction { try tooMuch.give(at: now, in: $0) }
            }
            #expect(refusal.kind == .insufficientCredits)
            _ = try await gateway.database.transaction { try all.give(at: now, in: $0) }
            #expect(try await gateway.wallet(of: acme).available == .zero)
        }
    }
}
