import Gateway
import GatewaySupport
import Ledger
import ProviderSupport
import Testing
import Units

@testable import atelier_admin

/// Servers of an operator's own, and other routes.
@Suite struct EndpointCommandTests {
    private static let line = ["--line", "output_image/image=0.001"]

    private func add(
        _ desk: AdminDesk, _ model: String, _ provider: String, _ more: String...
    ) async throws -> atelier_admin.Result {
        try await desk.run(
            ["models", "endpoint", "add", model, "--provider", provider, "--model", "sdxl"]
                + Self.line + more)
    }

    private func refusal(_ body: () async throws -> Void) async -> Refusal? {
        await #expect(throws: Refusal.self) { try await body() }
    }

    @Test func aServerOfOnesOwnMakesThePicturesOfAModelAtItsOwnPrice() async throws {
        try await withEmulator(of: "a1111") { server in
            try await withGateway(vendors: [server.ready]) { gateway in
                try await gateway.sync()
                let desk = AdminDesk(gateway: gateway)
                let acme = try await gateway.customer(credits: "1.00")
                let before = await refusal {
                    _ = try await gateway.picture(of: "flux-1.1-pro", for: acme)
                }
                #expect(before?.kind == .modelNotServed)
                _ = try await add(desk, "flux-1.1-pro", "a1111")
                try await gateway.engine.reloadCatalogue()
                let made = try await gateway.picture(of: "flux-1.1-pro", for: acme)
                #expect(made.money.captured.dollars == "0.001" && server.accepted == 1)
                // A file that does not list it leaves it there.
                _ = try await desk.sync()
                try await gateway.engine.reloadCatalogue()
                _ = try await gateway.picture(of: "flux-1.1-pro", for: acme)
                #expect(
                    try await desk.audited("flux-1.1-pro").suffix(1) == [
                        "endpoint.added: - by cli:ann"
                    ])
                let used = await refusal {
                    _ = try await desk.run(
                        "models", "endpoint", "remove", "flux-1.1-pro", "--provider", "a1111")
                }
                #expect(used?.message.contains("disable it") == true)
            }
        }
    }

    @Test func aDisabledEndpointIsNotOfferedWhateverAFileSays() async throws {
        try await withTwoSellers { two in
            func set(_ verb: String) async throws -> String {
                try await two.desk.run(
                    "models", "endpoint", verb, "gpt-image-2", "--provider", "openai",
                    "--reason", "bad hour"
                ).json
            }
            #expect(
                try await set("disable")
                    == #"{"id":"gpt-image-2","provider":"openai","enabled":false}"# + "\n")
            try await two.picture()
            #expect(two.openAI.submissions == 0 && two.azure.accepted == 1)
            let shown = try await two.desk.run("models", "show", "gpt-image-2").json
            #expect(shown.contains(#""provider":"openai","offered":false"#), "\(shown)")
            #expect(shown.contains(#""provider":"azure","offered":true"#), "\(shown)")
            #expect(
                try await two.desk.sync().contains(
                    "as an admin has it, not endpoint enabled: openai"))
            try await two.picture()
            #expect(two.openAI.submissions == 0 && two.azure.accepted == 2)
            _ = try await set("enable")
            _ = try await set("enable")
            try await two.picture()
            #expect(two.openAI.accepted == 1)
            #expect(try await two.desk.sync().hasSuffix("nothing to change\n"))
            #expect(
                try await two.desk.audited("gpt-image-2").suffix(2) == [
                    "endpoint.disabled: bad hour by cli:ann",
                    "endpoint.enabled: bad hour by cli:ann",
                ])
        }
    }

    @Test func whatIsNotKnownIsRefusedByItsName() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let desk = AdminDesk(gateway: gateway)
            let nobody = await refusal { _ = try await add(desk, "flux-1.1-pro", "nobody") }
            #expect(nobody?.message.contains("There is no provider 'nobody'") == true)
            #expect(nobody?.message.contains("a1111") == true && nobody?.field == "provider")
            let nothing = await refusal { _ = try await add(desk, "flux-9", "a1111") }
            #expect(nothing?.message == "There is no model 'flux-9'.")
            let unlike = await refusal {
                _ = try await add(desk, "flux-1.1-pro", "a1111", "--like", "openai")
            }
            #expect(unlike?.field == "like")
            let twice = await refusal { _ = try await add(desk, "flux-1.1-pro", "fal") }
            #expect(twice?.kind == .conflict)
            let another = await refusal {
                _ = try await desk.run(
                    "models", "endpoint", "disable", "flux-1.1-pro", "--provider", "openai")
            }
            #expect(another?.message.contains("no endpoint of 'openai'") == true)
            let listed = await refusal {
                _ = try await desk.run(
                    "models", "endpoint", "remove", "flux-1.1-pro", "--provider", "fal")
            }
            #expect(listed?.message.contains("from the catalogue's file") == true)
        }
    }

    @Test func itCanDoWhatAnotherCanAndIsAskedWhenItIsItsTurn() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let desk = AdminDesk(gateway: gateway)
            _ = try await add(desk, "flux-1.1-pro", "comfyui", "--like", "fal", "--priority", "0")
            _ = try await add(desk, "flux-1.1-pro", "local")
            try await gateway.engine.reloadCatalogue()
            let endpoints = try #require(gateway.engine.model(named: "flux-1.1-pro")).endpoints
            #expect(endpoints.map(\.provider).suffix(1) == ["local"])
            #expect(endpoints.prefix(2).map(\.provider).contains("comfyui"))
            func able(_ provider: String) -> Set<String> {
                Set(
                    endpoints.first { $0.provider == provider }?.capabilities?.parameters.keys
                        .map(\.self) ?? [])
            }
            #expect(!able("fal").isEmpty && able("comfyui") == able("fal"))
            for provider in ["comfyui", "local"] {
                _ = try await desk.run(
                    "models", "endpoint", "remove", "flux-1.1-pro", "--provider", provider)
            }
            try await gateway.engine.reloadCatalogue()
            #expect(gateway.engine.model(named: "flux-1.1-pro")?.endpoints.count == 3)
            #expect(try await desk.sync() == "model  change  detail\nnothing to change\n")
        }
    }
}
