import Gateway
import GatewaySupport
import Pictures
import Testing
import Units

@testable import atelier_admin

/// Names that operators give to models, and what they know of providers.
@Suite struct AliasAndPolicyTests {
    @Test func anAliasIsSetListedAndRemoved() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let desk = AdminDesk(gateway: gateway)
            _ = try await desk.run("models", "alias", "set", "DALL-E-2", "openai/gpt-image-2")
            let listed = try await desk.run("models", "alias", "list").text
            #expect(listed.contains("dall-e-2") && listed.contains("gpt-image-2"))
            try await gateway.engine.reloadCatalogue()
            #expect(gateway.engine.model(named: "dall-e-2")?.id == "gpt-image-2")
            _ = try await desk.run("models", "alias", "remove", "dall-e-2")
            try await gateway.engine.reloadCatalogue()
            #expect(gateway.engine.model(named: "dall-e-2")?.id == "dall-e-2")
            #expect(
                try await desk.audited("dall-e-2").suffix(2) == [
                    "model.alias_set: - by cli:ann", "model.alias_removed: - by cli:ann",
                ])
            await #expect(throws: Refusal.self) {
                _ = try await desk.run("models", "alias", "remove", "dall-e-2")
            }
        }
    }

    @Test func aFileDoesNotChangeWhatAContractSays() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let desk = AdminDesk(gateway: gateway)
            _ = try await desk.run(
                "providers", "policy", "set", "openai", "--trains", "no", "--retention", "0",
                "--source", "our contract of May")
            #expect(try await gateway.sync().contains { $0.contains("kept") })
            let listed = try await desk.run("providers", "policies").text
            #expect(listed.contains("our contract of May") && listed.contains("admin"))
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await desk.run(
                    "providers", "policy", "set", "nobody", "--trains", "no", "--retention", "0",
                    "--source", "x")
            }
            #expect(refusal?.message.hasPrefix("There is no provider 'nobody'") == true)
        }
    }

    @Test func anEarlierGenerationOfAHiddenModelIsStillItsOwn() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            let before = try await gateway.engine.finish(
                GenerationRequest(
                    dialect: .openAI, model: "dall-e-2", prompt: "a fox", format: .png),
                for: acme.hash, in: .test)
            _ = try await AdminDesk(gateway: gateway).run(
                "models", "alias", "set", "dall-e-2", "gpt-image-2")
            try await gateway.engine.reloadCatalogue()
            let after = try await gateway.engine.finish(
                GenerationRequest(
                    dialect: .openAI, model: "dall-e-2", prompt: "a fox", format: .png),
                for: acme.hash, in: .test)
            #expect(before.model == "dall-e-2" && after.model == "gpt-image-2")
        }
    }
}
