import Gateway
import GatewaySupport
import Ledger
import Pictures
import Postgres
import Testing
import Units

@Suite struct CatalogueTests {
    private func ask(_ model: String) -> GenerationRequest {
        GenerationRequest(dialect: .openAI, model: model, prompt: "a fox", format: .png)
    }

    private func refusal(
        _ model: String, for customer: Customer, on gateway: TestGateway
    ) async -> Refusal? {
        await #expect(throws: Refusal.self) {
            _ = try await gateway.engine.finish(ask(model), for: customer.hash)
        }
    }

    @Test(arguments: [
        "flux-2-pro", "black-forest-labs/flux-2-pro", "black-forest-labs/flux.2-pro",
        "Black-Forest-Labs/FLUX.2-Pro",
    ])
    func aModelAnswersToItsIDItsSlugAndItsAliases(name: String) async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            #expect(gateway.engine.model(named: name)?.id == "flux-2-pro")
        }
    }

    @Test func whatNobodyServesIsUnavailableAndNothingIsHeld() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(credits: "1.00")
            let refusal = await refusal("flux-2-pro", for: acme, on: gateway)
            #expect(refusal?.kind == .modelNotServed)
            // Waiting does not help: it says what can be called.
            #expect(refusal?.retryAfter == nil)
            #expect(refusal?.message.contains("test/paid") == true)
            #expect(try await gateway.wallet(of: acme).held == .zero)
        }
    }

    @Test func aRetiredModelNamesItsReplacement() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(credits: "1.00")
            let refusal = await refusal("openai/dall-e-3", for: acme, on: gateway)
            #expect(refusal?.kind == .modelRetired)
            #expect(
                refusal?.message
                    == "The model 'dall-e-3' was retired on 2026-05-12. Use 'gpt-image-2' instead.")
        }
    }

    @Test func aModelRetiresOnItsDay() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let model = try #require(gateway.engine.model(named: "gpt-image-1.5"))
            let day = try #require(CivilDate("2026-12-01")).midnight
            #expect(model.life.state(at: day - .microseconds(1)) == .deprecated)
            #expect(model.life.state(at: day) == .retired)
            let nano = try #require(gateway.engine.model(named: "nano-banana-2"))
            #expect(nano.life.state(at: day) == .deprecated)
            #expect(nano.life.state(at: try #require(CivilDate("2026-10-05")).midnight) == .active)
        }
    }

    @Test func aDisabledModelIsThereForNobody() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let actor = gateway.actor
            let set: @Sendable (Bool) async throws -> Void = { enabled in
                try await gateway.database.transaction {
                    _ = try Catalogue.setEnabled(enabled, "Test/Paid", by: actor, in: $0)
                }
                try await gateway.engine.reloadCatalogue()
            }
            try await set(false)
            #expect(await refusal("test/paid", for: acme, on: gateway)?.kind == .modelNotFound)
            // A sync does not overrule an admin.
            try await gateway.sync()
            #expect(await refusal("test/paid", for: acme, on: gateway)?.kind == .modelNotFound)
            try await set(true)
            _ = try await gateway.engine.finish(ask("test/paid"), for: acme.hash)
        }
    }
}
