import Gateway
import GatewaySupport
import Ledger
import Pictures
import Postgres
import Testing
import Units

/// Limits inside `admit`, over a database that several servers share.
@Suite struct LimitTests {
    private static func ask(_ model: String = "test/paid", n: Int = 1) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: model, prompt: "a fox", n: n,
            size: .pixels(PixelSize(width: 16, height: 16)), format: .png)
    }

    /// Asks, and answers `yes` or the limit in the way.
    private func answer(
        _ gateway: TestGateway, _ customer: Customer, _ request: GenerationRequest = ask()
    ) async throws -> String {
        do {
            _ = try await gateway.engine.finish(request, for: customer.hash)
            return "yes"
        } catch let refusal as Refusal {
            return refusal.limit.map { "\($0.scope.rawValue) \($0.limit)" }
                ?? refusal.kind.rawValue
        }
    }

    private func limit(
        key customer: Customer, _ set: SQL, on gateway: TestGateway
    ) async throws {
        try await gateway.sql(
            "update api_key set " + set + " where id = \(customer.key)")
    }

    @Test func aCapIsExactUnderARaceOnFourServers() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            try await limit(key: acme, "day_cap = 1000000000", on: gateway)
            var servers = [gateway]
            for _ in 1...3 { servers.append(try await gateway.otherServer()) }
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for call in 0..<500 {
                    group.addTask { [servers] in try await answer(servers[call % 4], acme) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            // A picture of test/paid costs $0.004.
            #expect(answers.count { $0 == "yes" } == 250)
            #expect(answers.count { $0 == "key day_cap" } == 250)
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.posted == Credits(dollars: "99.00"))
            for server in servers.dropFirst() { server.database.close() }
        }
    }

    @Test func aRateIsExactOnFourServers() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "100.00")
            try await limit(
                key: acme, "requests_per_minute = 600, request_burst = 10", on: gateway)
            var servers = [gateway]
            for _ in 1...3 { servers.append(try await gateway.otherServer()) }
            var passed = 0
            // 20 steps of 50 ms: ten at once, and then one every 100 ms.
            for _ in 0..<20 {
                passed += try await withThrowingTaskGroup(of: String.self) { group in
                    for call in 0..<20 {
                        group.addTask { [servers] in try await answer(servers[call % 4], acme) }
                    }
                    return try await group.reduce(0) { $0 + ($1 == "yes" ? 1 : 0) }
                }
                gateway.time.pass(.milliseconds(50))
            }
            #expect(passed == 10 + 9)
            for server in servers.dropFirst() { server.database.close() }
        }
    }

    @Test func anAccountIsLimitedByItsPlanAndByItsOwn() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                _ = try LimitPlan.set(
                    "small", to: [.requestsPerMinute: .count(1)], by: actor, in: transaction)
                try Account.setLimits(
                    [:], plan: "small", of: acme.account, by: actor, in: transaction)
            }
            #expect(try await answer(gateway, acme) == "yes")
            #expect(try await answer(gateway, acme) == "account requests_per_minute")
            try await gateway.database.transaction { transaction in
                try Account.setLimits(
                    [.requestsPerMinute: .count(600)], plan: nil, of: acme.account, by: actor,
                    in: transaction)
            }
            gateway.time.pass(.seconds(61))
            #expect(try await answer(gateway, acme) == "yes")
            gateway.time.pass(.milliseconds(100))
            #expect(try await answer(gateway, acme) == "yes")
        }
    }

    @Test func aModelThatIsNotAmongThoseAllowedIsRefused() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            try await limit(key: acme, "models = array['test/test']", on: gateway)
            #expect(try await answer(gateway, acme) == "model_not_allowed")
            #expect(try await answer(gateway, acme, Self.ask("test/test")) == "yes")
        }
    }

    /// A cap that is set in the middle of a month knows what was spent before.
    @Test func aLimitCountsWhatWasUsedBeforeItWasSet() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            #expect(try await answer(gateway, acme) == "yes")
            let job = try await gateway.engine.generate(
                Self.ask(), for: acme.hash, in: .live, patience: .none)
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                try Account.setLimits(
                    [
                        .monthCap: .credits(Credits(nanodollars: 12_000_000)),
                        .concurrent: .count(2),
                    ], plan: nil, of: acme.account, by: actor, in: transaction)
            }
            let open = try await meter(of: acme, on: gateway)
            #expect(open == [1, 8_000_000])
            #expect(try await answer(gateway, acme) == "yes")
            #expect(try await answer(gateway, acme) == "account month_cap")
            guard case .accepted(let name, _, _) = job else { return }
            try await gateway.engine.cancel(try await gateway.jobs.job(name))
            // What was held for it can be spent again.
            #expect(try await answer(gateway, acme) == "yes")
            #expect(try await meter(of: acme, on: gateway) == [0, 12_000_000])
        }
    }

    private func meter(of customer: Customer, on gateway: TestGateway) async throws -> [Int64] {
        try await gateway.database.read { transaction in
            try transaction.first(
                """
                select open::bigint, month_spent from meter
                where subject = \(customer.account) and mode = 'live'
                """
            ) { [try $0.next(), try $0.next()] } ?? []
        }
    }

    /// Once for the balance, once for the cap; both in the transactions that cross the line.
    @Test func accountsAreToldBeforeTheyMeetTheWall() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "0.02")
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                _ = try WebhookEndpoint.create(
                    .init(url: "https://acme.example/hook", events: [.balanceLow, .limitNear]),
                    for: acme.account, refusal: { _ in nil }, by: actor, in: transaction)
                try Account.setAlert(
                    below: Credits(dollars: "0.015"), of: acme.account, by: actor, in: transaction)
            }
            try await limit(key: acme, "day_cap = 20000000", on: gateway)
            for _ in 0..<5 { #expect(try await answer(gateway, acme) == "yes") }
            let told = try await gateway.database.read { transaction in
                try transaction.rows(
                    "select event || ' ' || coalesce(data->>'balance', data->>'left') from webhook_delivery order by event"
                ) { try $0.next() as String }
            }
            #expect(told == ["balance.low 0.012", "limit.near 0.004"])
        }
    }
}
