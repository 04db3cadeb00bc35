import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Signing
import Testing
import Units

/// Dialect (d): what is sold, and what a key has used.
@Suite struct OpenRouterListTests {
    @Test func theModelsAreListedWithWhatTheyAccept() async throws {
        struct Listed: Decodable {
            struct Item: Decodable {
                struct Range: Decodable {
                    let type: String
                    let min: Int
                    let max: Int
                }
                struct Words: Decodable { let values: [String] }
                struct Parameters: Decodable {
                    let n: Range
                    let output_format: Words
                }
                let id: String
                let created: Int64
                let supported_parameters: Parameters
                let supports_streaming: Bool
                let endpoints: String
            }
            let data: [Item]
        }
        try await Caller.with { caller in
            let listed = try await caller.get("/api/v1/images/models").json(Listed.self)
            #expect(listed.data.map(\.id) == ["test/paid", "test/test"])
            let paid = try #require(listed.data.first)
            #expect(paid.supported_parameters.n.min == 1)
            #expect(paid.supported_parameters.n.max == 10)
            #expect(paid.supported_parameters.output_format.values.contains("webp"))
            #expect(try await caller.get(paid.endpoints).status == 200)
        }
    }

    @Test(arguments: ["test/paid", "test/p%61id"])
    func anEndpointTellsItsPriceLines(id: String) async throws {
        try await Caller.with { caller in
            let reply = try await caller.get("/api/v1/images/models/\(id)/endpoints")
            #expect(
                reply.text.hasPrefix(
                    #"{"id":"test/paid","endpoints":[{"provider_name":"Test","provider_slug":"test","#
                ))
            #expect(
                reply.text.contains(
                    #""pricing":[{"billable":"output_image","unit":"image","cost_usd":0.004}]"#))
        }
    }

    @Test(arguments: ["no/such", "test/%ff", "test/test%2Fx"])
    func endpointsOfWhatDoesNotExistAre404(id: String) async throws {
        try await Caller.with { caller in
            let reply = try await caller.get("/api/v1/images/models/\(id)/endpoints")
            #expect(reply.status == 404)
            #expect(reply.text.hasPrefix(#"{"error":{"code":404,"#))
        }
    }

    @Test(arguments: [
        ("", 2), ("?output_modalities=image", 2), ("?output_modalities=text,image&sort=x", 2),
        ("?output_modalities=text", 0), ("?limit=1", 1), ("?offset=1&limit=500", 1),
        ("?offset=2", 0),
    ])
    func theGeneralListHoldsImagesAndNothingElse(query: String, count: Int) async throws {
        struct Listed: Decodable {
            struct Item: Decodable { let canonical_slug: String }
            struct Links: Decodable { let next: String? }
            let data: [Item]
            let links: Links
            let total_count: Int
        }
        try await Caller.with { caller in
            let listed = try await caller.get("/api/v1/models\(query)").json(Listed.self)
            #expect(listed.data.count == count)
            #expect(listed.total_count == (query == "?output_modalities=text" ? 0 : 2))
            let isFirstOfTwo = query == "?limit=1"
            #expect(
                listed.links.next == (isFirstOfTwo ? "/api/v1/models?offset=1&limit=1" : nil))
        }
    }

    private struct Told: Decodable {
        struct Key: Decodable {
            let label: String
            let usage: Decimal
            let usage_daily: Decimal
            let usage_weekly: Decimal
            let usage_monthly: Decimal
            let is_free_tier: Bool
        }
        let data: Key
    }

    @Test func aKeyTellsWhatItSpentTodayThisWeekAndThisMonth() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            func make() async throws {
                let made = try await caller.post(
                    "/v1/images/generations",
                    #"{"model":"test/paid","prompt":"a fox","size":"32x32"}"#, as: acme)
                #expect(made.status == 200)
            }
            func told() async throws -> Told.Key {
                try await caller.get("/api/v1/key", as: acme).json(Told.self).data
            }
            #expect(try await told().usage == 0)
            try await make()
            let first = try await told()
            #expect(first.usage == Decimal(string: "0.004"))
            #expect(first.usage_daily == first.usage && first.usage_monthly == first.usage)
            caller.gateway.time.pass(.seconds(86_400))
            try await make()
            let next = try await told()
            #expect(next.usage == Decimal(string: "0.008"))
            #expect(next.usage_daily == Decimal(string: "0.004"))
            #expect(!next.is_free_tier && !next.label.isEmpty)
            #expect(!next.label.contains(acme.text.secret.reveal()))
            caller.gateway.time.pass(.seconds(7 * 86_400))
            let later = try await told()
            #expect(later.usage == Decimal(string: "0.008") && later.usage_weekly == 0)
        }
    }

    @Test func aWeekStartsOnMonday() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            // To the next Sunday's noon: 1970-01-04 was one.
            let days = CivilDate(caller.gateway.time.clock.now).daysSince1970
            let sunday = CivilDate(daysSince1970: days + 7 - (days + 4) % 7).midnight
            caller.gateway.time.pass(sunday + .seconds(43_200) - caller.gateway.time.clock.now)
            _ = try await caller.post(
                "/api/v1/images", #"{"model":"test/paid","prompt":"x","size":"32x32"}"#, as: acme)
            func weekly() async throws -> Decimal {
                try await caller.get("/api/v1/key", as: acme).json(Told.self).data.usage_weekly
            }
            #expect(try await weekly() == Decimal(string: "0.004"))
            caller.gateway.time.pass(.seconds(43_200))
            #expect(try await weekly() == 0)
        }
    }
}
