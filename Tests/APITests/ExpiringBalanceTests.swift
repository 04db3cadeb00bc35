import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

/// What customers are told of credits that expire, in every dialect's form.
@Suite struct ExpiringBalanceTests {
    @Test func aBalanceSaysWhatExpiresWhenAndForgetsItAtTheInstant() async throws {
        try await Caller.with { caller in
            let gateway = caller.gateway
            let acme = try await gateway.customer(credits: "1.00")
            let actor = gateway.actor
            for (kind, minutes) in [(Grant.Kind.paid, Int64(2)), (.promotional, 1)] {
                let grant = Grant(
                    wallet: .init(account: acme.account, mode: .live), kind: kind,
                    amount: Credits(nanodollars: 10_000_000), reason: "test",
                    idempotencyKey: kind.rawValue, expiresAt: actor.now + .seconds(60 * minutes))
                _ = try await gateway.database.transaction {
                    try Credits.give(grant, by: actor, in: $0)
                }
            }
            _ = try await caller.post(
                "/v1/images/generations", #"{"model":"test/paid","prompt":"a fox"}"#, as: acme)
            let all = try await caller.get("/v1/balance", as: acme).text
            #expect(
                all.hasSuffix(
                    #""available":1.016,"next_expiry":"2026-11-21T12:01:00.000Z","expiring":["#
                        + #"{"kind":"promotional","left":0.006,"expires_at":"2026-11-21T12:01:00.000Z"},"#
                        + #"{"kind":"paid","left":0.01,"expires_at":"2026-11-21T12:02:00.000Z"}]}"#),
                "\(all)")
            gateway.time.pass(.seconds(60))
            let later = try await caller.get("/v1/balance", as: acme).text
            #expect(
                later.hasSuffix(
                    #""available":1.01,"next_expiry":"2026-11-21T12:02:00.000Z","expiring":["#
                        + #"{"kind":"paid","left":0.01,"expires_at":"2026-11-21T12:02:00.000Z"}]}"#),
                "\(later)")
            // What expired was never given, and what was spent stays spent.
            let credits = try await caller.get("/api/v1/credits", as: acme).text
            #expect(
                credits == #"{"data":{"total_credits":1.014,"total_usage":0.004}}"#, "\(credits)")
            let router = try await caller.get("/v1/credits", as: acme).text
            #expect(router.contains(#""remaining_credits":"1.0100""#), "\(router)")
            // Once the posting says so, all say the same.
            try await Expiry.sweep(on: gateway.database, at: gateway.time.clock.now)
            #expect(try await caller.get("/v1/balance", as: acme).text == later)
            #expect(try await caller.get("/api/v1/credits", as: acme).text == credits)
        }
    }
}
