import Gateway
import GatewaySupport
import Ledger
import Postgres
import ProviderSupport
import Providers
import Testing
import Units

@testable import atelier_admin

@Suite struct UsageCommandTests {
    /// Two pictures of a vendor that says what it charges, and one that another made for it.
    private func withMonth(
        _ body: @escaping @Sendable (TestGateway, Customer) async throws -> Void
    ) async throws {
        try await withEmulator(of: "xai") { xAI in
            try await withEmulator(of: "openai") { openAI in
                try await withEmulator(of: "azure") { azure in
                    try await withGateway(vendors: [xAI.ready, openAI.ready, azure.ready]) {
                        gateway in
                        try await gateway.sync()
                        let acme = try await gateway.customer(credits: "5.00")
                        _ = try await AdminDesk(gateway: gateway).run(
                            "models", "price", "set", "grok-imagine-image", "--provider", "xai",
                            "--line", "output_image/image=0.030000001", "--reason", "x")
                        try await gateway.engine.reloadCatalogue()
                        for _ in 0..<2 {
                            _ = try await gateway.picture(of: "grok-imagine-image", for: acme)
                        }
                        openAI.will(.fails(.overloaded))
                        _ = try await gateway.picture(
                            of: "gpt-image-2", for: acme, size: .square, quality: "low")
                        try await body(gateway, acme)
                    }
                }
            }
        }
    }

    @Test func marginIsToldOfWhatIsKnownToTheNanodollar() async throws {
        try await withMonth { gateway, _ in
            let summed = try await AdminDesk(gateway: gateway).run(
                "usage", "summary", "--by", "provider", "--month", "2026-11")
            let json = summed.json
            #expect(
                json.contains(
                    #"{"provider":"xai","generations":2,"failed":0,"images":2,"#
                        + #""charged":0.060000002,"our_cost":0.04,"cost_known":2,"#
                        + #""margin":0.020000002}"#), "\(json)")
            // Whoever delivered, not whoever was asked first; and what is not known is no profit.
            #expect(
                json.contains(#"{"provider":"azure","generations":1,"failed":0,"images":1,"#),
                "\(json)")
            #expect(json.contains(#""our_cost":0,"cost_known":0,"margin":null}"#), "\(json)")
            #expect(!json.contains("openai"))
            #expect(
                summed.text.contains(
                    "of 2 generations we know that they cost us $0.04, which leaves $0.020000002"),
                "\(summed.text)")
        }
    }

    @Test func everyGroupingSumsToTheSame() async throws {
        try await withMonth { gateway, acme in
            for grouping in UsageSummary.Grouping.allCases {
                let text = try await AdminDesk(gateway: gateway).run(
                    "usage", "summary", "--by", grouping.rawValue, "--month", "2026-11",
                    "--account", "\(acme.account)"
                ).text
                #expect(text.hasPrefix(grouping.rawValue))
                let spent = try #require(Credits(dollars: "5"))
                let charged = spent - (try await gateway.wallet(of: acme).posted)
                #expect(text.contains("total $\(charged) charged"), "\(text)")
            }
        }
    }

    @Test func aJobIsShownWithEveryAttempt() async throws {
        try await withMonth { gateway, acme in
            let desk = AdminDesk(gateway: gateway)
            let ids = try await gateway.database.read {
                try $0.rows("select id::text from generation where served_by = 'azure'") {
                    try $0.next(String.self)
                }
            }
            let shown = try await desk.run(
                "jobs", "show", "--account", "\(acme.account)", "--job", try #require(ids.first))
            let job = try #require(JSONValue(json: Array(shown.json.utf8)))
            #expect(job["provider"]?.text == "openai" && job["served_by"]?.text == "azure")
            guard case .array(let attempts) = job["attempts"] else {
                Issue.record("\(shown.json)")
                return
            }
            #expect(attempts.map { $0["provider"]?.text } == ["openai", "azure"])
            #expect(attempts.map { $0["outcome"]?.text } == ["broken", "done"])
            #expect(attempts[0]["message"]?.text?.contains("overloaded") == true)
            #expect(attempts[1]["message"] == .null)
            #expect(attempts.allSatisfy { $0["model"]?.text?.isEmpty == false })
            let lines = shown.text.split(separator: "\n")
            #expect(lines.contains("attempts") && lines.contains { $0.contains("overloaded") })
        }
    }
}
