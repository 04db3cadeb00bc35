import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Pictures
import Providers
import Testing
import Units

/// What the lists of dialect (d) say of every model of the product's catalogue.
@Suite struct CatalogueDescriptorTests {
    struct Told: Decodable, Equatable {
        let type: String
        let values: [String]?
        let min: Decimal?
        let max: Decimal?
    }

    struct Listed: Decodable {
        struct Item: Decodable {
            struct Architecture: Decodable { let input_modalities: [String] }
            let id: String
            let description: String
            let architecture: Architecture
            let supported_parameters: [String: Told]
            let supports_streaming: Bool
            let endpoints: String
        }
        let data: [Item]
    }

    struct Endpoints: Decodable {
        struct Item: Decodable {
            struct Line: Decodable {
                let billable: String
                let unit: String
                let cost_usd: Decimal
                let variant: String?
                let estimate: Bool?
            }
            let provider_name: String
            let provider_slug: String
            let supported_parameters: [String: Told]
            let allowed_passthrough_parameters: [String]
            let supports_streaming: Bool
            let pricing: [Line]
            let available: Bool
        }
        let id: String
        let endpoints: [Item]
    }

    private typealias Ask = (GenerationRequest, Mode) async throws -> Estimate

    private func withCatalogue(
        _ body: (Caller, [Listed.Item]) async throws -> Void
    ) async throws {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            let listed = try await caller.get("/api/v1/images/models").json(Listed.self)
            try await body(caller, listed.data)
        }
    }

    private func endpoints(_ caller: Caller, _ path: String) async throws -> Endpoints {
        let reply = try await caller.get(path)
        try #require(reply.status == 200, "\(path)")
        return try reply.json(Endpoints.self)
    }

    @Test func everyModelHasItsEndpointsWhereTheListSays() async throws {
        try await withCatalogue { caller, listed in
            #expect(listed.count > 60)
            for item in listed {
                let model = try #require(caller.gateway.engine.model(named: item.id))
                #expect(item.id == model.slug)
                let told = try await endpoints(caller, item.endpoints)
                #expect(told.id == item.id)
                #expect(told.endpoints.map(\.provider_slug) == model.endpoints.map(\.provider))
                #expect(told.endpoints.allSatisfy { $0.available == item.id.hasPrefix("test/") })
                let streams = model.endpoints.map { $0.capabilities?.streaming }
                #expect(told.endpoints.map(\.supports_streaming) == streams)
                #expect(item.supports_streaming == streams.contains(true))
            }
            let other = "/api/v1/images/models/black-forest-labs/flux.2-pro/endpoints"
            #expect(try await endpoints(caller, other).id == "black-forest-labs/flux-2-pro")
        }
    }

    @Test func aModelAcceptsWhatAnyOfItsEndpointsAccepts() async throws {
        try await withCatalogue { caller, listed in
            for item in listed {
                let told = try await endpoints(caller, item.endpoints).endpoints
                var names: Set<String> = []
                for parameters in told.map(\.supported_parameters) {
                    names.formUnion(parameters.keys)
                    for (name, own) in parameters {
                        let all = try #require(item.supported_parameters[name])
                        if all.type == "boolean" { continue }
                        #expect(all.type == own.type, "\(item.id) \(name)")
                        #expect(Set(all.values ?? []).isSuperset(of: own.values ?? []))
                        #expect(all.min ?? 0 <= own.min ?? 0 && all.max ?? 0 >= own.max ?? 0)
                    }
                }
                #expect(names == Set(item.supported_parameters.keys), "\(item.id)")
                let takesPictures = (item.supported_parameters["input_references"]?.max ?? 0) > 0
                #expect(
                    item.architecture.input_modalities
                        == (takesPictures ? ["text", "image"] : ["text"]), "\(item.id)")
            }
        }
    }

    /// Two endpoints that differ in everything.
    @Test func theUnionOfTwoEndpointsIsWiderThanEither() async throws {
        func endpoint(_ provider: String, _ parameters: String, streaming: Bool) -> String {
            #"{"provider":"\#(provider)","model":"m","priority":1,"prices":[{"billable":"output_image","#
                + #""unit":"image","usd":"0.01"}],"capabilities":{"per_call":1,"prompt_max":100,"#
                + #""streaming":\#(streaming),"parameters":\#(parameters)}}"#
        }
        let first = #"""
            {"n":{"type":"range","min":2,"max":4},"aspect_ratio":{"type":"enum","values":["16:9","1:1"]},
            "seed":{"type":"range","min":-1,"max":4294967295},"steps":{"type":"range","min":1,"max":9},
            "quality":{"type":"enum","values":["high","hd"]}}
            """#
        let second = #"""
            {"n":{"type":"range","min":1,"max":3},"aspect_ratio":{"type":"enum","values":["1:1","3:2"]},
            "seed":{"type":"boolean"},"input_references":{"type":"range","min":0,"max":99},
            "raw":{"type":"boolean"},"quality":{"type":"enum","values":["low","high"]}}
            """#
        try await Caller.with { caller in
            try await caller.gateway.sync(
                #"{"models":[{"id":"fox","author":"zoo","name":"Fox","description":"","released_on":"#
                    + #""2026-01-01","endpoints":["# + endpoint("a-b", first, streaming: false)
                    + "," + endpoint("fal", second, streaming: true) + "]}]}")
            let listed = try await caller.get("/api/v1/images/models").json(Listed.self)
            let fox = try #require(listed.data.first { $0.id == "zoo/fox" })
            let all = fox.supported_parameters
            #expect(all["n"] == Told(type: "range", values: nil, min: 1, max: 4))
            #expect(all["seed"] == Told(type: "boolean", values: nil, min: nil, max: nil))
            #expect(all["quality"]?.values == ["high", "low"])
            #expect(all["aspect_ratio"]?.values == ["1:1", "16:9", "3:2"])
            #expect(all["input_references"] == Told(type: "range", values: nil, min: 0, max: 16))
            #expect(fox.supports_streaming)
            #expect(fox.architecture.input_modalities == ["text", "image"])
            let told = try await endpoints(caller, fox.endpoints).endpoints
            #expect(told.map(\.provider_name) == ["A B", "fal"])
            #expect(told.map(\.supports_streaming) == [false, true])
            #expect(told.map(\.allowed_passthrough_parameters) == [["steps"], ["raw"]])
            let seed = told[0].supported_parameters["seed"]
            #expect(seed == Told(type: "range", values: nil, min: 0, max: 2_147_483_647))
        }
    }

    /// Whatever the first endpoint is said to accept, alone, is accepted.
    @Test func whatIsListedIsAccepted() async throws {
        try await withCatalogue { caller, listed in
            let ask: Ask = caller.gateway.engine.estimate
            for item in listed {
                let told = try await endpoints(caller, item.endpoints).endpoints
                let own = try #require(told.first).supported_parameters
                if (own["input_references"]?.min ?? 0) > 0 { continue }
                var requests: [GenerationRequest] = []
                func plain() -> GenerationRequest {
                    GenerationRequest(
                        dialect: .openRouter, model: item.id, prompt: "a fox", format: .png)
                }
                #expect(own["aspect_ratio"]?.values?.isEmpty == false, "\(item.id)")
                for ratio in own["aspect_ratio"]?.values ?? [] {
                    var request = plain()
                    request.size = .shape(Ratio(ratio), nil)
                    requests.append(request)
                }
                for tier in own["resolution"]?.values ?? [] {
                    var request = plain()
                    request.size = .shape(nil, Tier(tier))
                    requests.append(request)
                }
                for quality in own["quality"]?.values ?? [] {
                    var request = plain()
                    request.quality = quality
                    requests.append(request)
                }
                let counts = [own["n"]?.min, own["n"]?.max].compactMap { $0.map { "\($0)" } }
                for n in (counts + (own["n"]?.values ?? [])).compactMap({ Int($0) }) {
                    var request = plain()
                    request.n = n
                    requests.append(request)
                }
                for seed in [own["seed"]?.min, own["seed"]?.max].compactMap(\.self) {
                    var request = plain()
                    request.seed = Int64("\(seed)")
                    requests.append(request)
                }
                #expect(requests.count > 1)
                for request in requests {
                    await #expect(throws: Never.self, "\(item.id) \(request.size) n=\(request.n)") {
                        _ = try await ask(request, .test)
                    }
                }
                let members: Set = [
                    "aspect_ratio", "background", "input_references", "n", "output_compression",
                    "output_format", "quality", "resolution", "seed", "size",
                ]
                #expect(members.isSuperset(of: own.keys), "members of the request: \(item.id)")
            }
        }
    }

    @Test func priceLinesAreTheCataloguesAndEstimatesGiveWayToTokens() async throws {
        try await withCatalogue { caller, listed in
            let now = caller.gateway.time.clock.now
            for item in listed {
                let model = try #require(caller.gateway.engine.model(named: item.id))
                let told = try await endpoints(caller, item.endpoints).endpoints
                for (endpoint, seen) in zip(model.endpoints, told) {
                    let lines = try #require(endpoint.price(at: now)).lines
                    let hasTokens = lines.contains {
                        $0.unit == .token && $0.billable == .outputImage
                    }
                    let expected = lines.filter { !($0.isEstimate && hasTokens) }
                    #expect(seen.pricing.map(\.billable) == expected.map(\.billable.rawValue))
                    #expect(seen.pricing.map(\.unit) == expected.map(\.unit.rawValue))
                    #expect(seen.pricing.map(\.variant) == expected.map(\.variant))
                    #expect(
                        seen.pricing.map(\.cost_usd)
                            == expected.map { Decimal(string: $0.amount.dollars) ?? -1 })
                    #expect(!seen.pricing.isEmpty, "\(item.id)")
                }
            }
            let banana = try await caller.get(
                "/api/v1/images/models/google/nano-banana-2/endpoints")
            #expect(banana.text.contains(#""unit":"token","cost_usd":0.00006}"#))
            #expect(banana.text.contains(#""cost_usd":0.06,"variant":"512"}"#), "of fal")
            #expect(!banana.text.contains("0.0672"), "what stands in for tokens")
            let river = try await caller.get(
                "/api/v1/images/models/sourceful/riverflow-2.6-pro/endpoints")
            #expect(river.text.contains(#""cost_usd":0.15,"estimate":true}"#))
        }
    }

    @Test func providersHaveTheirProperNames() async throws {
        let names = [
            "black-forest-labs": "Black Forest Labs", "openai": "OpenAI", "xai": "xAI",
            "test": "Test",
        ]
        try await withCatalogue { caller, listed in
            var seen: [String: String] = [:]
            for item in listed {
                for endpoint in try await endpoints(caller, item.endpoints).endpoints {
                    seen[endpoint.provider_slug] = endpoint.provider_name
                }
            }
            #expect(names.allSatisfy { seen[$0.key] == $0.value })
            #expect(seen.keys.allSatisfy { $0 == "test" || Vendor.named($0) != nil })
        }
    }

    @Test func optionsArePassedOnByOurNames() async throws {
        try await withCatalogue { caller, _ in
            for (slug, expected) in [
                ("black-forest-labs/flux-2-flex", ["guidance", "steps"]),
                ("openai/gpt-image-1.5", ["background", "input_fidelity", "moderation"]),
                ("qwen/qwen-image-3", []),
                ("stabilityai/sdxl", ["guidance", "negative_prompt", "steps"]),
            ] {
                let told = try await endpoints(
                    caller, "/api/v1/images/models/\(slug)/endpoints")
                #expect(told.endpoints.first?.allowed_passthrough_parameters == expected, "\(slug)")
            }
        }
    }

    @Test func theListSaysWhatCannotBeCalledAndWhatIsGoingAway() async throws {
        try await withCatalogue { caller, listed in
            for item in listed {
                #expect(
                    item.description.contains("Not available at the moment, except to test keys.")
                        != item.id.hasPrefix("test/"), "\(item.id)")
            }
            let old = try #require(listed.first { $0.id == "openai/gpt-image-1.5" })
            #expect(
                old.description.contains(
                    "Deprecated, and gone on 2026-12-01: use openai/gpt-image-2 instead."))
            let general = try await caller.get("/api/v1/models?output_modalities=image").text
            #expect(general.contains(#""expiration_date":"2026-12-01""#))
            // Input pictures, and prices a token where tokens are counted.
            #expect(general.contains(#""modality":"text+image->image""#))
            #expect(
                general.contains(
                    #"{"prompt":"0.000002","completion":"0.000012","image_output":"0.00012"}"#))
        }
    }
}
