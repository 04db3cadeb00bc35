import Gateway
import GatewaySupport
import Postgres
import Testing
import Units

@Suite struct SyncTests {
    /// A catalogue of one model.
    private static func fox(
        usd: String = "0.03", name: String = "Fox", aliases: String = "\"forest/fox\"",
        life: String = "", providers: [String] = ["test"]
    ) -> String {
        let endpoints = providers.enumerated().map { index, provider in
            """
            {"provider": "\(provider)", "model": "f", "priority": \(index), "prices":
              [{"billable": "output_image", "unit": "image", "usd": "\(usd)"}], "capabilities":
              {"parameters": {"n": {"type": "range", "min": 1, "max": 10}}, "per_call": 1,
               "prompt_max": 100}}
            """
        }
        return """
            {"models": [{"id": "fox", "author": "wood", "name": "\(name)", "description": "Red.",
              "released_on": "2026-01-02", "aliases": [\(aliases)], \(life)
              "endpoints": [\(endpoints.joined(separator: ","))]}]}
            """
    }

    @Test func syncingAgainChangesNothing() async throws {
        try await withGateway { gateway in
            let first = try await gateway.sync()
            // What the migration wrote is what the file says.
            #expect(first.filter { $0.hasPrefix("test/") } == [])
            // 72 models, and what is known of 7 providers.
            #expect(first.count == 72 + 7)
            #expect(try await gateway.sync() == [])
            #expect(gateway.engine.models.count == 74)
        }
    }

    @Test func aDryRunTellsTheSameAndWritesNothing() async throws {
        try await withGateway { gateway in
            let told = try await gateway.sync(dryRun: true)
            #expect(gateway.engine.models.count == 2)
            #expect(try await gateway.sync() == told)
        }
    }

    @Test func aChangedPriceIsANewVersionFromNowOn() async throws {
        try await withGateway { gateway in
            try await gateway.sync(Self.fox())
            let before = gateway.time.clock.now
            gateway.time.pass(.seconds(60))
            let changes = try await gateway.sync(Self.fox(usd: "0.000000001"))
            #expect(
                changes == [
                    "fox priced: test from \(gateway.time.clock.now): output_image by image $0.000000001"
                ])
            let endpoint = try #require(
                gateway.engine.models.first { $0.id == "fox" }?.endpoints.first)
            #expect(endpoint.prices.map(\.version) == [2, 1])
            #expect(endpoint.price(at: before)?.lines[0].amount.dollars == "0.03")
            let price = endpoint.price(at: gateway.time.clock.now)
            #expect(price?.lines[0].amount.nanodollars == 1)
            let audited = try await gateway.database.read { transaction in
                try transaction.rows(
                    "select action from audit_event where subject = 'fox' order by at, id"
                ) { row -> String in try row.next() }
            }
            #expect(audited == ["model.added", "model.changed"])
        }
    }

    @Test func whatTheFileNoLongerListsStaysUnused() async throws {
        try await withGateway { gateway in
            try await gateway.sync(Self.fox(providers: ["test", "owl"]))
            #expect(
                try await gateway.sync(Self.fox(providers: ["owl"])) == [
                    "fox endpoint changed: owl", "fox endpoint disabled: test",
                ])
            let fox = try #require(gateway.engine.models.first { $0.id == "fox" })
            #expect(fox.endpoints.map(\.provider) == ["owl"])
            #expect(
                try await gateway.sync(Self.fox(providers: ["test", "owl"])) == [
                    "fox endpoint enabled: test", "fox endpoint changed: owl",
                ])
        }
    }

    @Test func aChangedModelIsToldFieldByField() async throws {
        try await withGateway { gateway in
            try await gateway.sync(Self.fox())
            #expect(
                try await gateway.sync(Self.fox(name: "Vixen", aliases: "\"vixen\"")) == [
                    "fox changed: name, names"
                ])
            // An alias that somebody uses goes on working.
            for name in ["forest/fox", "vixen", "wood/fox", "FOX"] {
                #expect(gateway.engine.model(named: name)?.name == "Vixen")
            }
            let retired = try await gateway.sync(
                Self.fox(
                    name: "Vixen", aliases: "",
                    life: "\"retires_on\": \"2026-01-03\", \"replacement\": \"fox2\","
                ).replacing(
                    "\"models\": [",
                    with: "\"models\": [\(Self.second(of: Self.fox(aliases: ""))),"))
            #expect(
                retired.filter { $0.hasPrefix("fox ") } == [
                    "fox retired: 2026-01-03, use fox2", "fox changed: replacement",
                ])
        }
    }

    /// The model of `json` as another one, `fox2`.
    private static func second(of json: String) -> String {
        String(json.dropFirst("{\"models\": [".count).dropLast(2)).replacing(
            "\"id\": \"fox\"", with: "\"id\": \"fox2\"")
    }

    @Test(arguments: [
        ("\"usd\": \"0.03\"", "\"usd\": 0.03", "no catalogue"),
        ("\"0.03\"", "\"3e-2\"", "'3e-2' is no exact price in USD"),
        ("\"0.03\"", "\"-1\"", "no exact price"),
        ("\"0.03\"", "\"0.0000000001\"", "no exact price"),
        ("\"unit\": \"image\"", "\"unit\": \"token\"", "what a picture costs at most"),
        ("\"unit\": \"image\"", "\"unit\": \"acre\"", "nothing is billed as"),
        ("2026-01-02", "2026-02-30", "'2026-02-30' is no day"),
        ("forest/fox", "Forest/Fox", "lower case"),
        ("forest/fox", "test/test", "is of both"),
        ("\"released_on\"", "\"retires_on\": \"2027-01-01\", \"released_on\"", "its replacement"),
        ("\"author\"", "\"replacement\": \"owl\", \"author\"", "no model's id"),
        ("\"min\": 1", "\"min\": 11", "no catalogue"),
    ])
    func aFileThatCannotBeRightIsRefusedAsAWhole(
        part: String, instead: String, complaint: String
    ) async throws {
        try await withGateway { gateway in
            let json = Self.fox().replacing(part, with: instead)
            let refusal = await #expect(throws: Refusal.self) { try await gateway.sync(json) }
            #expect(refusal?.message.contains(complaint) == true, "\(String(describing: refusal))")
            #expect(gateway.engine.models.count == 2)
        }
    }
}
