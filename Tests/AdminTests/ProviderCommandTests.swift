import Gateway
import GatewaySupport
import Ledger
import ProviderSupport
import Providers
import Testing
import Units

@testable import atelier_admin

@Suite struct ProviderCommandTests {
    /// The environment of a server that can reach `emulator`.
    private func environment(_ emulator: Emulator) throws -> [String: String] {
        let vendor = try emulator.vendor
        var variables = [
            vendor.baseVariable: vendor.base ?? "", "ATELIER_ALLOW_ADDRESSES": "127.0.0.0/8",
        ]
        if let name = vendor.variables.first { variables[name] = Emulator.credential.reveal() }
        return variables
    }

    private func rows(_ result: atelier_admin.Result) throws -> [JSONValue] {
        let json = try #require(JSONValue(json: Array(result.json.utf8)))
        guard case .array(let rows) = json else { return [json] }
        return rows
    }

    private func row(_ name: String, _ desk: AdminDesk) async throws -> JSONValue {
        try #require(
            try rows(await desk.run("providers", "list")).first { $0["name"]?.text == name })
    }

    @Test func everyVendorIsListedWithWhatItLacks() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let desk = AdminDesk(
                gateway: gateway,
                environment: [
                    "OPENAI_API_KEY": "sk-a-secret", "A1111_BASE_URL": "http://ann:pass@10.0.0.7",
                ])
            let listed = try await desk.run("providers", "list")
            #expect(try rows(listed).compactMap { $0["name"]?.text } == Vendor.all.map(\.name))
            #expect(!listed.json.contains("sk-a-secret") && !listed.json.contains("pass"))
            let openAI = try await row("openai", desk)
            #expect(openAI["ready"]?.text == "ready" && openAI["enabled"] == .bool(true))
            #expect(openAI["base_url"]?.text == "https://api.openai.com/v1")
            #expect(openAI["adapter"]?.text == Vendor.named("openai")?.adapter.name)
            let azure = try await row("azure", desk)
            #expect(
                azure["ready"]?.text == "lacks AZURE_OPENAI_BASE_URL and AZURE_OPENAI_API_KEY")
            let own = try await row("a1111", desk)
            #expect(own["ready"]?.text == "ready" && own["base_url"]?.text == "http://10.0.0.7")
            #expect(own["endpoints"] == JSONValue(json: Array("0".utf8)))
            #expect(try await row("reve", desk)["endpoints"] == JSONValue(json: Array("1".utf8)))
        }
    }

    @Test func theLastHoursCallsAreTold() async throws {
        try await withTwoSellers { two in
            two.openAI.will(.fails(.overloaded))
            for _ in 0..<2 {
                try await two.picture()
            }
            #expect(
                try await row("openai", two.desk)["last_hour"]
                    == .array([.string("broken=1"), .string("done=1")]))
            #expect(
                try await row("azure", two.desk)["last_hour"] == .array([.string("done=1")]))
            two.gateway.time.pass(.seconds(3601))
            #expect(try await row("azure", two.desk)["last_hour"] == .array([]))
        }
    }

    @Test func aDisabledProviderIsAskedForNothingUntilItIsEnabled() async throws {
        try await withTwoSellers { two in
            _ = try await two.desk.run(
                "providers", "disable", "openai", "--reason", "bad hour")
            try await two.picture()
            #expect(two.openAI.submissions == 0 && two.azure.accepted == 1)
            let listed = try await two.desk.run("providers", "list").text
            #expect(listed.contains("openai is disabled since 2026-11-21"))
            #expect(listed.contains(": bad hour"))
            #expect(try await row("openai", two.desk)["enabled"] == .bool(false))
            _ = try await two.desk.run("providers", "disable", "azure", "--reason", "too")
            let refusal = await #expect(throws: Refusal.self) { try await two.picture() }
            #expect(refusal?.kind == .modelNotServed)
            _ = try await two.desk.run("providers", "enable", "openai")
            try await two.picture()
            #expect(two.openAI.accepted == 1 && two.azure.accepted == 1)
            #expect(
                try await two.desk.audited("openai") == [
                    "provider.disabled: bad hour by cli:ann",
                    "provider.enabled: - by cli:ann",
                ])
        }
    }

    @Test func anUnknownProviderIsRefused() async throws {
        try await withGateway { gateway in
            for words in [["disable", "nobody", "--reason", "x"], ["test", "nobody"]] {
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await AdminDesk(gateway: gateway).run(["providers"] + words)
                }
                #expect(refusal?.message.hasPrefix("There is no provider 'nobody'") == true)
            }
        }
    }

    @Test(arguments: ["xai", "black-forest-labs"])
    func aTestSaysWhatCameBack(vendor: String) async throws {
        try await withEmulator(of: vendor) { emulator in
            try await withGateway { gateway in
                try await gateway.sync()
                let desk = AdminDesk(gateway: gateway, environment: try environment(emulator))
                let told = try await desk.run("providers", "test", vendor, "--yes")
                let made = try #require(try rows(told).first)
                #expect(!told.refused && made["outcome"]?.text == "done")
                #expect(made["format"]?.text == "PNG" && made["size"]?.text?.isEmpty == false)
                #expect(emulator.accepted == 1)
                if vendor == "xai" {
                    #expect(made["vendor_cost"] == JSONValue(json: Array("0.02".utf8)))
                }
                #expect(
                    try await desk.audited(vendor) == ["provider.tested: - by cli:ann"])
            }
        }
    }

    @Test(arguments: [
        (Behaviour.fails(.operatorFunds), "out", "operator_funds: "),
        (.fails(.rateLimited), "busy", "too many calls"), (.garbage, "broken", "malformed: "),
        (.failsInside(.moderated), "refused", "safety system"), (.cut, "broken", ""),
    ])
    func aTestThatFailsSaysWhy(
        behaviour: Behaviour, outcome: String, words: String
    ) async throws {
        try await withEmulator(of: "xai") { emulator in
            emulator.will(behaviour)
            try await withGateway { gateway in
                try await gateway.sync()
                let desk = AdminDesk(gateway: gateway, environment: try environment(emulator))
                let told = try await desk.run("providers", "test", "xai", "--yes")
                let said = try #require(try rows(told).first)
                #expect(told.refused && said["outcome"]?.text == outcome)
                #expect(said["message"]?.text?.contains(words) == true, "\(told.json)")
            }
        }
    }

    @Test func aRefusedCredentialIsNotShown() async throws {
        try await withEmulator(of: "openai") { emulator in
            try await withGateway { gateway in
                try await gateway.sync()
                var variables = try environment(emulator)
                variables["OPENAI_API_KEY"] = "sk-unmistakable-walrus"
                let desk = AdminDesk(gateway: gateway, environment: variables)
                let told = try await desk.run("providers", "test", "openai", "--yes")
                #expect(told.refused && told.text.contains("operator_auth: "))
                #expect(!told.text.contains("walrus") && emulator.accepted == 0)
            }
        }
    }

    @Test func nothingIsAskedForUntilSomebodySaysYes() async throws {
        try await withEmulator(of: "openai") { emulator in
            try await withGateway { gateway in
                try await gateway.sync()
                var desk = AdminDesk(gateway: gateway, environment: try environment(emulator))
                for answer in [nil, "", "no"] {
                    desk.answer = answer
                    let asked = desk
                    let refusal = await #expect(throws: Refusal.self) {
                        _ = try await asked.run("providers", "test", "openai")
                    }
                    #expect(refusal?.kind == .cancelled)
                }
                #expect(emulator.submissions == 0)
                desk.answer = "y"
                let told = try await desk.run(
                    "providers", "test", "openai", "--model", "gpt-image-2")
                #expect(!told.refused && emulator.accepted == 1)
            }
        }
    }

    @Test func aTestNeedsACredentialAndSomethingThatIsSold() async throws {
        try await withGateway { gateway in
            let fault = await #expect(throws: UsageFault.self) {
                _ = try await AdminDesk(gateway: gateway).run("providers", "test", "kling", "--yes")
            }
            #expect(fault?.description.contains("is not set") == true)
            let desk = AdminDesk(
                gateway: gateway, environment: ["COMFYUI_BASE_URL": "http://10.0.0.7:8188"])
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await desk.run("providers", "test", "comfyui", "--yes")
            }
            #expect(refusal?.message.contains("`models endpoint add`") == true)
        }
    }
}
