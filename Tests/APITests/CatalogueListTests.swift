import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Pictures
import Testing
import Units

/// What the lists of dialects (a), (b) and (e) say of every model of the product's catalogue.
@Suite struct CatalogueListTests {
    private typealias Ask = (GenerationRequest, Mode) async throws -> Estimate

    /// Runs `body` on the product's catalogue.
    private func withCatalogue(_ body: (Caller) async throws -> Void) async throws {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            try await body(caller)
        }
    }

    private func map(_ caller: Caller, _ query: String = "") async throws -> [String: Listed] {
        try await caller.get("/v1/models\(query)").json([String: Listed].self)
    }

    /// The ids of a map, in the order of the text.
    private func order(_ caller: Caller, _ query: String) async throws -> [String] {
        let listed = try await map(caller, query)
        let text = try await caller.get("/v1/models\(query)").text
        let found = listed.keys.compactMap { id in
            text.firstRange(of: "\"\(id)\":{\"providers\"").map { (id, $0.lowerBound) }
        }
        return found.sorted { $0.1 < $1.1 }.map(\.0)
    }

    private func pixels(_ text: String) -> PixelSize? {
        let sides = text.split(separator: "x").compactMap { Int($0) }
        return sides.count == 2 ? PixelSize(width: sides[0], height: sides[1]) : nil
    }

    @Test func everyModelThatIsNotRetiredIsInEveryListUnderTheNameThatItsClientsExpect()
        async throws
    {
        try await withCatalogue { caller in
            let now = caller.gateway.time.clock.now
            let sold = caller.gateway.engine.models.filter { $0.life.state(at: now) != .retired }
            #expect(sold.count > 60)
            let slugs = sold.map(\.slug).sorted()
            #expect(try await map(caller).keys.sorted() == slugs)
            let openAI = try await caller.get("/v1/openai/models").json(OpenAI.self)
            #expect(openAI.data.map(\.id) == sold.map(\.id))
            let jobs = try await caller.get("/v2/models?modality=image").json(Jobs.self)
            #expect(jobs.models.map(\.id) == sold.map(\.id))
            let second = try await caller.get("/v2/models?sort=name")
            for slug in slugs { #expect(second.text.contains("\"\(slug)\":{\"price\":")) }
            #expect(slugs.contains("black-forest-labs/flux-2-pro"))
        }
    }

    @Test(arguments: [
        "flux-2-pro", "black-forest-labs/flux-2-pro", "black-forest-labs/flux.2-pro",
        "Black-Forest-Labs%2FFLUX.2-Pro",
    ])
    func oneModelIsToldUnderAllItsNames(name: String) async throws {
        try await withCatalogue { caller in
            let mine = try await caller.get("/v1/models/\(name)")
            #expect(mine.status == 200 && mine.text.hasPrefix(#"{"providers":[{"id":"black-"#))
            let openAI = try await caller.get("/v1/openai/models/\(name)")
            #expect(try openAI.json(OpenAI.Item.self).id == "flux-2-pro")
        }
    }

    /// What is listed can be had, at a price within the range that is told.
    @Test func everySizeThatIsListedIsMadeForAPriceWithinTheRange() async throws {
        try await withCatalogue { caller in
            let ask: Ask = caller.gateway.engine.estimate
            var cheapest: [String: Decimal] = [:]
            var dearest: [String: Decimal] = [:]
            for (id, listed) in try await map(caller) where listed.supported_params.text {
                let endpoint = try #require(caller.gateway.engine.model(named: id)?.endpoints.first)
                var qualities: [String?] = [nil]
                if case .choice(let words) = endpoint.capabilities?.parameters["quality"] {
                    qualities += words
                }
                #expect(listed.supported_params.quality == (qualities.count > 1), "\(id)")
                #expect(listed.sizes.first == "auto" && listed.sizes.count > 1, "\(id)")
                #expect(Set(listed.sizes).count == listed.sizes.count, "\(id)")
                let first = try #require(listed.providers.first)
                for (size, quality) in listed.sizes.flatMap({ s in qualities.map { (s, $0) } }) {
                    let wanted = pixels(size)
                    // What the other providers alone make is theirs.
                    if let wanted, endpoint.capabilities?.sizes.choices.contains(wanted) != true {
                        continue
                    }
                    let estimate = try await ask(
                        GenerationRequest(
                            dialect: .imageRouter, model: id, prompt: "x",
                            size: wanted.map { .pixels($0) } ?? .auto, quality: quality,
                            format: .png), .test)
                    #expect(wanted == nil || estimate.size == wanted, "\(id) \(size)")
                    let cost = estimate.charges.filter { $0.line.billable == .outputImage }
                        .reduce(Credits.zero) { $0 + $1.total }
                    let price = try #require(Decimal(string: cost.dollars))
                    #expect(
                        price >= first.pricing.least && price <= first.pricing.most,
                        "\(id) \(size) \(quality ?? "-"): \(price)")
                    cheapest[id] = min(cheapest[id] ?? price, price)
                    dearest[id] = max(dearest[id] ?? price, price)
                }
                #expect(first.pricing.least <= first.pricing.usual, "\(id)")
                #expect(first.pricing.usual <= first.pricing.most, "\(id)")
                // The bounds themselves are met by something, but where any size may be asked for.
                if listed.providers[0].pricing.type == "fixed" {
                    #expect(cheapest[id] == dearest[id], "\(id)")
                }
                if endpoint.capabilities?.parameters["width"] == nil {
                    #expect(cheapest[id] == first.pricing.least, "\(id)")
                }
            }
            #expect(cheapest.count > 50)
        }
    }

    @Test(arguments: [
        ("openai/gpt-image-2", "post_generation", "0.005", "0.053", "0.401"),
        ("black-forest-labs/flux-2-pro", "calculated", "0.03", "0.03", "0.075"),
        ("black-forest-labs/flux-1.1-pro", "fixed", "0.04", "0.04", "0.04"),
        // Pictures alone are the least; a sentence beside them is at most 1024 tokens.
        ("google/nano-banana-pro", "post_generation", "0.134", "0.134", "0.252288"),
        // An edit is dearer.
        ("reve/reve-create", "calculated", "0.024", "0.024", "0.04"),
        ("sourceful/riverflow-2.6-pro", "post_generation", "0.15", "0.15", "0.15"),
        ("midjourney/midjourney", "fixed", "0.108", "0.108", "0.108"),
        ("test/test", "fixed", "0", "0", "0"),
    ])
    func pricesAreThoseOfThePriceLines(
        id: String, type: String, least: String, usual: String, most: String
    ) async throws {
        try await withCatalogue { caller in
            let pricing = try #require(try await map(caller)[id]?.providers.first?.pricing)
            #expect(pricing.type == type)
            #expect(pricing.least == Decimal(string: least))
            #expect(pricing.usual == Decimal(string: usual))
            #expect(pricing.most == Decimal(string: most))
            let text = try await caller.get("/v1/models/\(id)").text
            #expect(text.contains(type == "fixed" ? #""value":\#(least)"# : #""min":\#(least),"#))
        }
    }

    @Test func whatAModelTakesIsWhatItsEndpointsTake() async throws {
        try await withCatalogue { caller in
            let listed = try await map(caller)
            for model in caller.gateway.engine.models {
                guard let seen = listed[model.slug] else { continue }
                let parameters = model.endpoints.compactMap(\.capabilities?.parameters)
                #expect(
                    seen.supported_params.mask == parameters.contains { $0["mask"] != nil },
                    "\(model.id)")
                #expect(
                    seen.supported_params.edit
                        == parameters.contains { $0["input_references"] != nil }, "\(model.id)")
                #expect(seen.providers.map(\.id) == model.endpoints.map(\.provider))
                #expect(seen.providers.map(\.model_name) == model.endpoints.map(\.providerModel))
            }
            let fill = try #require(listed["black-forest-labs/flux-fill-pro"])
            #expect(!fill.supported_params.text && fill.supported_params.mask)
            let banana = try #require(listed["google/nano-banana-pro"])
            #expect(banana.sizes.contains("1360x768") && banana.sizes.contains("4096x4096"))
            #expect(banana.providers.map(\.id) == ["google", "fal"])
            let recraft = try #require(listed["recraft/recraft-v4"])
            #expect(recraft.sizes.prefix(3) == ["auto", "1024x1024", "1365x1024"])
        }
    }

    @Test func whatCannotBeCalledSaysSoAndSoDoesWhatIsGoingAway() async throws {
        try await withCatalogue { caller in
            let listed = try await map(caller)
            for (id, seen) in listed {
                #expect(seen.available == id.hasPrefix("test/"), "\(id)")
                #expect(seen.providers.allSatisfy { $0.available == seen.available }, "\(id)")
            }
            let old = try #require(listed["openai/gpt-image-1.5"])
            #expect(old.deprecated == true && old.retires_on == "2026-12-01")
            #expect(old.replacement == "openai/gpt-image-2")
            let advised = try #require(listed["google/nano-banana-2"])
            #expect(advised.deprecated == true && advised.retires_on == nil)
            #expect(listed["openai/gpt-image-2"]?.deprecated == nil)
            let openAI = try await caller.get("/v1/openai/models").json(OpenAI.self)
            let dates = openAI.data.filter { $0.shutdown_date != nil }.map(\.id)
            let now = caller.gateway.time.clock.now
            let ending = caller.gateway.engine.models.filter {
                $0.life.retiresOn != nil && $0.life.state(at: now) != .retired
            }
            #expect(dates == ending.map(\.id) && dates.contains("gpt-image-1.5"))
            #expect(
                openAI.data.first { $0.id == "gpt-image-1.5" }?.shutdown_date == "2026-12-01")
            let jobs = try await caller.get("/v2/models").json(Jobs.self)
            for job in jobs.models {
                #expect(job.available == job.id.hasPrefix("test/"))
                #expect(job.description.contains("Not available at the moment") != job.available)
            }
            let job = try #require(jobs.models.first { $0.id == "gpt-image-1.5" })
            #expect(
                job.description.contains(
                    "Deprecated, and gone on 2026-12-01: use gpt-image-2 instead."))
        }
    }

    @Test func theJobsListTellsWholeCredits() async throws {
        try await withCatalogue { caller in
            let jobs = try await caller.get("/v2/models?modality=image").json(Jobs.self)
            let listed = try await map(caller)
            for job in jobs.models {
                let model = try #require(caller.gateway.engine.model(named: job.id))
                let prices = try #require(listed[model.slug]).providers.map(\.pricing)
                let least = try #require(prices.map(\.least).min())
                let most = try #require(prices.map(\.most).max())
                #expect(Decimal(job.costMin) >= least * 1000, "\(job.id)")
                #expect(Decimal(job.costMin) < least * 1000 + 1, "\(job.id)")
                #expect(Decimal(job.costMax) >= most * 1000, "\(job.id)")
                #expect(Decimal(job.costMax) < most * 1000 + 1, "\(job.id)")
                #expect(job.pricingMode == (job.id == "midjourney" ? "flat" : "per-output"))
                #expect(job.label == model.name)
            }
            let flux = try #require(jobs.models.first { $0.id == "flux-2-pro" })
            #expect(flux.costMin == 30 && flux.costMax == 75)
        }
    }

    @Test func theMapIsNarrowedAndOrderedByWhatThingsCost() async throws {
        try await withCatalogue { caller in
            #expect(try await order(caller, "?free=true") == ["local/local-test", "test/test"])
            let paid = try await map(caller, "?free=false")
            #expect(paid["test/test"] == nil && paid["openai/gpt-image-2"] != nil)
            let listed = try await map(caller, "?sort=price")
            let costs = try await order(caller, "?sort=price").map {
                try #require(listed[$0]?.providers.first?.pricing.usual)
            }
            #expect(costs == costs.sorted() && costs.first == 0 && costs.count == listed.count)
            let names = try await order(caller, "?sort=name")
            #expect(names == names.sorted())
            let one = try await order(caller, "?provider=forest&name=FLUX-2-p")
            #expect(one == ["black-forest-labs/flux-2-pro"])
            #expect(try await order(caller, "?provider=flux").isEmpty)
        }
    }
}
