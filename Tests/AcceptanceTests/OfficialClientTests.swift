import FoundationEssentials
import Testing

/// The official Python clients, unmodified: base URL and key are all that differs.
@Suite struct OfficialClientTests {
    private let price = Decimal(4) / 1000
    private let models = ["test/paid", "test/test"]

    /// Runs a script with the key of a customer who has credits, and of one who has none.
    private func run(
        _ script: String, _ check: (OfficialClient, Deployment, Buyer) async throws -> Void
    ) async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let poor = try await deployment.customer(credits: "0.003")
            let server = try await deployment.serve()
            let seen = try await OfficialClient.run(
                script, against: server, key: acme.key, poorKey: poor.key)
            try await check(seen, deployment, acme)
        }
    }

    @Test func openAIsClientMakesPicturesAndListsModels() async throws {
        try await run("openai_client.py") { seen, deployment, acme in
            let base64 = try seen("base64")
            #expect(base64.count == true && base64.base64 == true && base64.png == true)
            #expect(base64.cost == price * 2)
            #expect(base64.requestID?.hasPrefix("req_") == true)
            // Seconds at OpenAI, milliseconds at ImageRouter.
            #expect(try #require(base64.created) < 10_000_000_000)
            for (step, ending) in [("url", ".png"), ("imagerouter", ".webp")] {
                let url = try seen(step).urls?.first ?? nil
                #expect(url?.hasPrefix("http://pictures.example/i/") == true)
                #expect(url?.hasSuffix(ending) == true)
            }
            #expect(try seen("extra").count == true)
            let headers = try seen("headers")
            #expect(headers.version == "2020-10-01" && headers.processing == true)
            for path in ["/v1", "/v1/openai"] {
                #expect(try seen("models" + path).ids == models)
                let model = try seen("model" + path)
                #expect(model.id == "test/paid" && model.owner == "test")
            }
            // Six pictures in all, and not one more for what was refused.
            #expect(try await deployment.balance(of: acme).posted == 1 - price * 6)
        }
    }

    @Test func openAIsClientTellsOurErrorsApart() async throws {
        try await run("openai_client.py") { seen, _, _ in
            for step in ["stranger", "strangerModels"] {
                let error = try seen(step)
                #expect(error.error == "AuthenticationError" && error.status == 401)
                #expect(error.code == "invalid_api_key")
            }
            let poor = try seen("poor")
            #expect(poor.error == "APIStatusError" && poor.status == 402)
            #expect(poor.code == "insufficient_credits" && poor.type == "insufficient_quota")
            for step in ["model", "retrieve"] {
                let error = try seen(step)
                #expect(error.error == "NotFoundError" && error.status == 404)
                #expect(error.code == "model_not_found")
            }
            for (step, code, field) in [
                ("value", "invalid_value", "n"), ("unknown", "unknown_parameter", "colour"),
                ("missing", "missing_required_parameter", "model"),
            ] {
                let error = try seen(step)
                #expect(error.error == "BadRequestError" && error.status == 400)
                #expect(error.code?.text == code && error.param == field)
            }
            for step in ["stranger", "poor", "model", "value"] {
                let error = try seen(step)
                #expect(error.attempts == 1, "a refusal is not asked for again: \(step)")
                #expect(error.message?.isEmpty == false)
                #expect(error.requestID?.hasPrefix("req_") == true)
            }
        }
    }

    @Test func openRoutersClientMakesPicturesAndSeesWhatTheyCost() async throws {
        try await run("openrouter_client.py") { seen, deployment, acme in
            let images = try seen("images")
            #expect(images.webp == [true, true])
            #expect(images.media == ["image/webp", "image/webp"])
            #expect(images.cost == price * 2 && images.tokens == 0)
            #expect(try seen("tiers").count == true)
            let key = try seen("key")
            #expect(key.usage == price * 3 && key.daily == key.usage)
            #expect(key.label?.isEmpty == false && key.label?.contains(acme.key) == false)
            let credits = try seen("credits")
            #expect(credits.total == 1 && credits.used == price * 3)
            let generation = try seen("generation")
            #expect(generation.same == true && generation.cost == price)
            #expect(generation.model == "test/paid" && generation.reason == "stop")
            #expect(try await deployment.balance(of: acme).posted == 1 - price * 4)
        }
    }

    @Test func openRoutersClientListsModelsAndTellsOurErrorsApart() async throws {
        try await run("openrouter_client.py") { seen, _, _ in
            #expect(try seen("models").ids == models)
            #expect(try seen("models").parameters?.contains("aspect_ratio") == true)
            #expect(try seen("general").ids == models)
            let endpoints = try seen("endpoints")
            #expect(endpoints.id == "test/paid")
            let line = try #require(endpoints.prices?.first)
            #expect(line.billable == "output_image" && line.unit == "image")
            #expect(line.cost == price)
            for (step, error, status, reason) in [
                ("stranger", "UnauthorizedResponseError", 401, "authentication"),
                ("poor", "PaymentRequiredResponseError", 402, "payment_required"),
                ("model", "BadRequestResponseError", 400, "invalid_request"),
                ("value", "BadRequestResponseError", 400, "invalid_request"),
                ("endpointsOfNothing", "NotFoundResponseError", 404, "not_found"),
                ("generationOfNobody", "NotFoundResponseError", 404, "not_found"),
            ] {
                let seen = try seen(step)
                #expect(seen.error == error && seen.status == status)
                #expect(seen.code?.text == "#\(status)" && seen.message?.isEmpty == false)
                #expect(seen.metadata?.error_type == reason, "\(step)")
            }
        }
    }
}
