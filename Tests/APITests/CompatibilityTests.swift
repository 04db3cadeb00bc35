import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Pictures
import Postgres
import Testing
import Units

/// What clients of other services do that is not in their documents.
@Suite struct CompatibilityTests {
    private func withModels(_ body: (Caller, Customer) async throws -> Void) async throws {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            try await body(caller, try await caller.gateway.customer(mode: .test))
        }
    }

    private func alias(_ name: String, _ model: String, in caller: Caller) async throws {
        let actor = AuditEvent.Actor(name: "ann", reason: nil, now: caller.gateway.time.clock.now)
        try await caller.gateway.database.transaction {
            _ = try ModelAlias.set(name, to: model, by: actor, in: $0)
        }
        try await caller.gateway.engine.reloadCatalogue()
    }

    @Test(arguments: [
        "/api/v1/images/generations", "/v1/image/generate/images/generations",
        "/v1/images/generations",
    ])
    func pathsThatClientsAddToTheirBaseAreServed(path: String) async throws {
        try await withModels { caller, acme in
            let answer = try await caller.post(
                path, #"{"model":"test/test","prompt":"a fox"}"#, as: acme)
            #expect(answer.status == 200 && answer.text.contains(#""b64_json":"iVBOR"#))
        }
    }

    @Test func aSizeThatAModelLacksIsMadeAsNearAsItCanBeAndSaysSo() async throws {
        try await withModels { caller, acme in
            func ask(_ size: String, at path: String) async throws -> Answer {
                try await caller.post(
                    path, #"{"model":"gpt-image-1.5","prompt":"a fox","size":"\#(size)"}"#, as: acme
                )
            }
            for (asked, made) in [
                ("256x256", "1024x1024"), ("1000x1600", "1024x1536"), ("1920x1080", "1536x1024"),
                ("8000x10", "1536x1024"),
            ] {
                let answer = try await ask(asked, at: "/v1/openai/images/generations")
                #expect(answer.status == 200, "\(answer.text)")
                #expect(answer.text.contains(#""size":"\#(made)""#), "\(asked): \(answer.text)")
                let notice =
                    "The model does not make \(asked): \(made) is the nearest that it makes."
                #expect(answer.headers["X-Atelier-Notice"] == notice)
                #expect(answer.text.contains(#""notices":["\#(notice)"]"#))
            }
            let exact = try await ask("1024x1536", at: "/v1/openai/images/generations")
            #expect(exact.headers["X-Atelier-Notice"] == nil && !exact.text.contains("notices"))
            for path in ["/v1/images/generations", "/api/v1/images", "/v1/image/generate"] {
                #expect(try await ask("1000x1600", at: path).status == 400, "\(path)")
            }
        }
    }

    @Test func anAliasServesANameThatClientsHaveBuiltIn() async throws {
        try await withModels { caller, acme in
            func ask(_ model: String) async throws -> Answer {
                try await caller.post(
                    "/v1/images/generations", #"{"model":"\#(model)","prompt":"a fox"}"#, as: acme)
            }
            #expect(try await ask("chatgpt-image-latest").status == 404)
            try await alias("chatgpt-image-latest", "gpt-image-2", in: caller)
            // One that has been retired: test keys got it as it was.
            #expect(try await ask("dall-e-2").headers["X-Atelier-Model"] == "dall-e-2")
            try await alias("dall-e-2", "gpt-image-2", in: caller)
            for name in ["chatgpt-image-latest", "dall-e-2", " ChatGPT-Image-Latest\\n"] {
                let answer = try await ask(name)
                #expect(answer.status == 200, "\(answer.text)")
                #expect(answer.headers["X-Atelier-Model"] == "gpt-image-2")
                #expect(
                    answer.headers["X-Atelier-Notice"]?.contains("stands for 'gpt-image-2'") == true
                )
            }
            #expect(try await ask("gpt-image-2").headers["X-Atelier-Notice"] == nil)
            await #expect(throws: Refusal.self) {
                try await alias("gpt-image-1.5", "gpt-image-2", in: caller)
            }
            await #expect(throws: Refusal.self) {
                try await alias("other", "imagen-4", in: caller)
            }
        }
    }

    @Test func blanksAroundAModelsNameAreNoPartOfIt() async throws {
        try await withModels { caller, acme in
            for name in ["gpt-image-2 ", " GPT-Image-2", "\\tgpt-image-2\\n"] {
                let answer = try await caller.post(
                    "/v1/images/generations", #"{"model":"\#(name)","prompt":"a fox"}"#, as: acme)
                #expect(answer.headers["X-Atelier-Model"] == "gpt-image-2", "\(answer.text)")
            }
            let within = try await caller.post(
                "/v1/images/generations", #"{"model":"gpt image-2","prompt":"a fox"}"#, as: acme)
            #expect(within.status == 404)
        }
    }

    @Test func theDefaultModelIsMadeWhereNoneIsNamed() async throws {
        try await withModels { caller, acme in
            let picture = TestPictures.dataURL(width: 64, height: 64)
            let bodies = [
                ("/v1/images/generations", #"{"prompt":"a fox"}"#),
                ("/v1/images/edits", #"{"prompt":"snow","image":"\#(picture)"}"#),
                ("/v1/images/variations", #"{"image":"\#(picture)"}"#),
                ("/v1/images/generations", #"{"prompt":"a fox","model":null}"#),
            ]
            for (path, body) in bodies {
                let answer = try await caller.post(path, body, as: acme)
                #expect(answer.status == 400 && answer.text.contains("'model'"))
            }
            try await alias("default", "gpt-image-2", in: caller)
            for (path, body) in bodies {
                let answer = try await caller.post(path, body, as: acme)
                #expect(answer.status == 200, "\(answer.text)")
                #expect(answer.headers["X-Atelier-Model"] == "gpt-image-2")
                #expect(
                    answer.text.contains("No model was named: 'gpt-image-2' is the default here."))
            }
            for path in ["/api/v1/images", "/v1/image/generate", "/v1/openai/images/generations"] {
                let answer = try await caller.post(path, #"{"prompt":"a fox"}"#, as: acme)
                #expect(answer.status == 400, "\(path)")
            }
        }
    }

    /// Wrappers that read `url` alone find it; who chose a way gets that way.
    @Test func aURLStandsBesideBase64WhereNothingWasSaid() async throws {
        try await withModels { caller, acme in
            func ask(_ members: String) async throws -> String {
                try await caller.post(
                    "/v1/images/generations",
                    #"{"model":"test/test","prompt":"a fox"\#(members)}"#, as: acme
                ).text
            }
            let both = try await ask("")
            #expect(both.contains(#""b64_json""#) && both.contains(#""url":"https://"#))
            let chosen = try await ask(#","response_format":"b64_json""#)
            #expect(chosen.contains(#""b64_json""#) && !chosen.contains(#""url""#))
            let url = try await ask(#","response_format":"url""#)
            #expect(!url.contains(#""b64_json""#) && url.contains(#""url""#))
        }
    }

    /// Of each dialect: the body with a member of another that it does not have.
    @Test(arguments: [
        ("/v1/image/generate", "input_references"), ("/v1/image/generate", "provider"),
        ("/v1/image/generate", "sise"), ("/v1/image/generate", "aspect_ratio"),
        ("/v1/image/estimate", "sise"), ("/v1/image/generate/async", "sise"),
        ("/v1/image/generate/batch", "webhook"), ("/api/v1/images", "images"),
        ("/api/v1/images", "image_url"), ("/api/v1/images", "negative_prompt"),
        ("/api/v1/images", "width"), ("/v1/openai/images/generations", "images"),
        ("/v1/openai/images/generations", "provider"),
        ("/v1/openai/images/edits", "input_references"),
        ("/v1/openai/images/generations", "seed"), ("/v1/images/generations", "sise"),
    ])
    func whatWouldBePaidForAndNotHadIsRefused(path: String, member: String) async throws {
        try await withModels { caller, acme in
            let answer = try await caller.post(
                path, #"{"model":"test/test","prompt":"a fox","\#(member)":"x"}"#, as: acme)
            #expect(answer.status == 400 && answer.text.contains(member), "\(answer.text)")
        }
    }

    @Test func anItemOfABatchHasNoUnknownMemberEither() async throws {
        try await withModels { caller, acme in
            let answer = try await caller.post(
                "/v1/image/batch",
                #"{"model":"test/test","prompts":["a",{"prompt":"b","sise":"1:1"}]}"#, as: acme)
            #expect(answer.status == 400 && answer.text.contains("prompts[1].sise"))
        }
    }

    @Test func picturesAndAMaskByTheirGeneralNamesAreUsedOnOpenRoutersPath() async throws {
        try await withModels { caller, acme in
            let picture = TestPictures.dataURL(width: 64, height: 64)
            func ask(_ model: String) async throws -> Answer {
                try await caller.post(
                    "/api/v1/images",
                    #"{"model":"\#(model)","prompt":"snow","image":["\#(picture)"]}"#, as: acme)
            }
            let answer = try await ask("gpt-image-2")
            #expect(answer.status == 200, "\(answer.text)")
            let inputs = try await caller.gateway.database.read {
                try $0.first("select request::text from generation") { try $0.next(String.self) }
            }
            #expect(inputs?.contains(#""inputs""#) == true)
            // What takes none says so.
            #expect(try await ask("imagen-4-fast").status == 400)
        }
    }

    /// One member each in all five dialects.
    @Test(arguments: [
        "/v1/openai/images/generations", "/v1/images/generations", "/v1/image/generate",
        "/api/v1/images", "/v2/images/generate",
    ])
    func whomItIsForAndTheCallersOwnWordsAreKept(path: String) async throws {
        try await withModels { caller, acme in
            func ask(_ members: String) async throws -> Answer {
                try await caller.post(
                    path, #"{"model":"test/test","prompt":"a fox",\#(members)}"#, as: acme)
            }
            let answer = try await ask(#""user":"u-7","metadata":{"team":"north"}"#)
            #expect((200...202).contains(answer.status), "\(answer.text)")
            let list = try await caller.get("/v1/generations", as: acme).text
            #expect(list.contains(#""user":"u-7","metadata":{"team":"north"}"#))
            _ = try await ask(#""user":"u-7","safety_identifier":"s-8""#)
            #expect(
                try await caller.get("/v1/generations", as: acme).text.contains(#""user":"s-8""#))
            let long = String(repeating: "x", count: 257)
            for members in [
                #""user":"\#(long)""#, #""safety_identifier":"\#(long)""#, #""user":7"#,
                #""metadata":{"a":1}"#,
            ] {
                #expect(try await ask(members).status == 400, "\(members.prefix(40))")
            }
        }
    }

    /// The identifiers of a product page that this product follows: those that are gone upstream too.
    @Test(arguments: [
        "midjourney", "nano-banana", "nano-banana-pro", "nano-banana-2", "flux-1.1-pro",
        "flux-1.1-pro-ultra", "flux-2-pro", "flux-2-dev", "flux-2-flex", "flux-2-max",
        "seedream-3", "seedream-3.1", "seedream-4", "seedream-4.5", "seedream-5-lite",
        "ideogram-v2", "ideogram-v2-turbo", "ideogram-v2a", "ideogram-v2a-turbo",
        "ideogram-v3-balanced", "ideogram-v3-turbo", "ideogram-v3-quality", "ideogram-character",
        "imagen-3", "imagen-3-fast", "imagen-4", "imagen-4-ultra", "imagen-4-fast", "dall-e-3",
        "dall-e-2", "gpt-image-1.5", "kling-image", "qwen-image", "qwen-image-2",
        "qwen-image-2-pro", "wan-image-2.6", "wan-image-2.7", "wan-image-2.7-pro",
        "grok-imagine-image", "reve-create",
    ])
    func eachIdentifierOfTheJobAPIRunsInTestMode(model: String) async throws {
        try await withModels { caller, acme in
            let needsPicture = model == "ideogram-character"
            let parameters =
                needsPicture
                ? #","ideogramParams":{"character_reference_image":""#
                    + TestPictures.dataURL(width: 64, height: 64) + #""}"# : ""
            let answer = try await caller.post(
                "/v2/images/generate", #"{"model":"\#(model)","prompt":"a fox"\#(parameters)}"#,
                as: acme)
            #expect(answer.status == 202, "\(answer.text)")
        }
    }

    /// OpenRouter's clients take no limit for "unlimited".
    @Test func aKeysCapsAreToldAsItsLimits() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "10.00")
            func told() async throws -> String {
                try await caller.get("/api/v1/key", as: acme).text
            }
            let free = try await told()
            #expect(free.contains(#""limit":null,"limit_remaining":null,"limit_reset":null"#))
            #expect(free.contains(#""budgets":[],"effective_budget":null"#))
            try await caller.gateway.sql(
                "update api_key set day_cap = 1000000000, month_cap = 1500000000")
            try await caller.gateway.sql("update account set month_cap = 700000000")
            let answer = try await caller.post(
                "/api/v1/images", #"{"model":"test/paid","prompt":"a fox"}"#, as: acme)
            #expect(answer.status == 200, "\(answer.text)")
            let capped = try await told()
            #expect(
                capped.contains(
                    #""limit":1,"limit_remaining":0.996,"limit_reset":"daily""#), "\(capped)")
            #expect(
                capped.contains(
                    #""effective_budget":{"scope":"workspace","limit_usd":0.7,"spend_usd":0.004,"#),
                "\(capped)")
        }
    }
}
