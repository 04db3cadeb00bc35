import Gateway
import GatewaySupport
import Postgres
import Testing
import Units

@testable import atelier_admin

@Suite struct CreditsCommandTests {
    @Test func lotsAreGivenShownSpentAndExpire() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let desk = AdminDesk(gateway: gateway)
            let account = "\(acme.account)"
            let gift = [
                "credits", "grant", "--account", account, "--amount", "0.01", "--promotional",
                "--expires", "2026-11-21T13:00Z", "--reason", "welcome", "--idempotency-key", "w",
            ]
            let given = try await desk.run(gift)
            #expect(
                given.json.contains(#""expires_at":"2026-11-21T13:00:00.000Z""#), "\(given.json)")
            #expect(try await desk.run(gift).json.contains(#""repeated":true"#))
            _ = try await desk.run(
                "credits", "grant", "--account", account, "--amount", "5", "--reason", "invoice 7")
            _ = try await gateway.picture(of: "test/paid", for: acme, size: .auto)
            let balance = try await desk.run("credits", "balance", "--account", account)
            let lots = balance.text.split(separator: "\n").drop { $0 != "lots" }.dropFirst(2)
                .map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
            #expect(lots == ["promotional 0.01 0.006 2026-11-21T13:00:00.000Z", "paid 5 5 -"])
            gateway.time.pass(.seconds(3600))
            let after = try await desk.run("credits", "balance", "--account", account)
            #expect(after.json.contains(#""posted":5,"#), "\(after.json)")
            // The next grant's transaction is the first that looks.
            _ = try await desk.run(
                "credits", "grant", "--account", account, "--amount", "1", "--reason", "invoice 8")
            let history = try await desk.run("credits", "history", "--account", account)
            let lapse = history.text.split(separator: "\n").first { $0.contains("expired") } ?? ""
            let words = lapse.split(separator: " ").map(String.init)
            #expect(words.contains("promotion") && words.contains("0.006"), "\(history.text)")
            #expect(words.last == "2026-11-21T13:00:00.000Z", "\(lapse)")
        }
    }

    @Test func anExpiryThatHasPassedIsRefused() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let refusal = try await #require(throws: Refusal.self) {
                try await AdminDesk(gateway: gateway).run(
                    "credits", "grant", "--account", "\(acme.account)", "--amount", "1",
                    "--expires", "2026-11-20", "--reason", "late")
            }
            #expect(refusal.field == "expires")
        }
    }

    @Test func aRefundIsOnceAndOnRecord() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1")
            let made = try await gateway.picture(of: "test/paid", for: acme)
            let desk = AdminDesk(gateway: gateway)
            let words = [
                "credits", "refund", "--account", "\(acme.account)", "--generation", "\(made.id)",
                "--amount", "0.004", "--reason", "a bad picture", "--idempotency-key", "t1",
            ]
            let given = try await desk.run(words)
            #expect(given.json.contains(#""generation_id":"\#(made.id)""#), "\(given.json)")
            #expect(given.json.contains(#""posted":1,"#), "\(given.json)")
            #expect(try await desk.run(words).json.contains(#""repeated":true"#))
            let again = try await #require(throws: Refusal.self) {
                try await desk.run(words.dropLast() + ["t2"])
            }
            #expect(again.field == "amount")
            let events = try await gateway.database.read { transaction in
                try transaction.rows(
                    """
                    select concat_ws(' ', actor, reason, details->'before'->>'posted', details->'after'->>'posted')
                    from audit_event where action = 'credits.refunded'
                    """
                ) { try $0.next(String.self) }
            }
            #expect(events == ["cli:ann a bad picture 0.996 1"])
            let history = try await desk.run("credits", "history", "--account", "\(acme.account)")
            let refunded = history.text.split(separator: "\n").first { $0.contains("bad picture") }
            #expect(refunded?.contains("revenue") == true)
            #expect(refunded?.contains("\(made.id)") == true)
        }
    }

    @Test func verifyTellsWhereTheAuditLogEnds() async throws {
        try await withGateway { gateway in
            _ = try await gateway.customer(credits: "1")
            let told = try await AdminDesk(gateway: gateway).run("verify")
            #expect(!told.refused)
            #expect(told.text.contains("The audit log ends with event 3, hash "), "\(told.text)")
            #expect(told.json.contains(#""audit_log":{"events":3,"hash":""#), "\(told.json)")
        }
    }
}
