import Gateway
import GatewaySupport
import Pictures
import Testing
import Units

@testable import atelier_admin

/// Plans and limits of accounts at the command line.
@Suite struct LimitCommandTests {
    @Test func anAccountGoesOnAPlanAndHasLimitsOfItsOwn() async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(gateway: gateway)
            let acme = try await gateway.customer()
            let plan = try await desk.run(
                "plans", "set", "--plan", "small", "--rpm", "60", "--burst", "5", "--day-cap",
                "12.50")
            #expect(plan.json.contains(#""requests_per_minute":60,"request_burst":5"#))
            let set = try await desk.run(
                "accounts", "limit", "--account", "\(acme.account)", "--plan", "small",
                "--concurrent", "3", "--alert-below", "5.00")
            #expect(set.json.contains(#""plan":"small""#))
            #expect(set.json.contains(#""concurrent":3"#))
            #expect(set.json.contains(#""day_cap":12.5"#))
            #expect(set.json.contains(#""alert_below":5"#))
            let lifted = try await desk.run(
                "accounts", "limit", "--account", "\(acme.account)", "--concurrent", "none",
                "--alert-below", "none")
            #expect(lifted.json.contains(#""concurrent":null"#))
            #expect(lifted.json.contains(#""alert_below":null"#))
            let plans = try await desk.run("plans", "list")
            #expect(plans.json.contains(#""name":"small","accounts":1"#))
            let log = try await desk.run("audit", "list", "--account", "\(acme.account)")
            #expect(log.json.contains("account.limits_set"))
            #expect(log.json.contains("account.alert_set"))
        }
    }

    /// An account that is put on a plan, or whose plan changes, has used what it has used.
    @Test func aPlanThatGetsLimitsCountsWhatItsAccountsUsed() async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(gateway: gateway)
            let acme = try await gateway.customer(credits: "1.00")
            let request = GenerationRequest(
                dialect: .openAI, model: "test/paid", prompt: "a fox",
                size: .pixels(.init(width: 16, height: 16)), format: .png)
            _ = try await gateway.engine.finish(request, for: acme.hash)
            _ = try await desk.run("plans", "set", "--plan", "standard", "--month-cap", "0.007")
            await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(request, for: acme.hash)
            }
        }
    }
}
