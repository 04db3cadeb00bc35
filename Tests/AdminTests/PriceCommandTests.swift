import DatabaseSupport
import Gateway
import GatewaySupport
import Testing
import Units

@testable import atelier_admin

@Suite struct PriceCommandTests {
    @Test func aPriceThatAnAdminSetsIsChargedFromThenOn() async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(gateway: gateway)
            let acme = try await gateway.customer(credits: "1.00")
            #expect(
                try await gateway.picture(of: "test/paid", for: acme).money.captured.dollars
                    == "0.004")
            let set = try await desk.run(
                "models", "price", "set", "test/paid", "--provider", "test", "--line",
                "output_image/image=0.012345678", "--reason", "dearer")
            #expect(
                set.json.hasPrefix(
                    #"{"id":"test/paid","provider":"test","version":2,"from":""#),
                "\(set.json)")
            try await gateway.engine.reloadCatalogue()
            let made = try await gateway.picture(of: "test/paid", for: acme)
            #expect(made.money.captured.dollars == "0.012345678" && made.priceVersion == 2)
            #expect(try await desk.audited("test/paid") == ["price.set: dearer by cli:ann"])
        }
    }

    @Test func aPriceCanBeginLaterAndTheHistoryTellsWhichIsInForce() async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(gateway: gateway)
            let acme = try await gateway.customer(credits: "1.00")
            _ = try await desk.run(
                "models", "price", "set", "test/paid", "--provider", "test", "--line",
                "output_image/image=0.5", "--from", "2026-12-01", "--reason", "winter")
            try await gateway.engine.reloadCatalogue()
            #expect(
                try await gateway.picture(of: "test/paid", for: acme).money.captured.dollars
                    == "0.004")
            let before = try await desk.run("models", "price", "history", "test/paid").text
            let lines = before.split(separator: "\n").map {
                $0.split(separator: " ").joined(separator: " ")
            }
            #expect(lines.count == 3)
            #expect(
                lines[1].hasPrefix("test 2 2026-12-01T00:00:00")
                    && lines[1].hasSuffix("no admin output_image by image $0.5"), "\(before)")
            #expect(lines[2].hasSuffix("yes file output_image by image $0.004"), "\(before)")
            gateway.time.pass(.seconds(11 * 86_400))
            let after = try await desk.run("models", "price", "history", "test/paid").text
            #expect(after.contains("yes       admin") && after.contains("no        file"))
        }
    }

    @Test(arguments: [
        (["output_image/image=0.04"], "nobody", "has no endpoint of 'nobody'"),
        (["output_image/image=4e-2"], "test", "no exact price"),
        (["output_image/image=0.0000000001"], "test", "no exact price"),
        (["output_image/image=-1"], "test", "no exact price"),
        (["output_image/token=2"], "test", "no exact price"),
        (["output_image/acre=1"], "test", "a unit is one of image, megapixel, token, request"),
        (["picture/image=1"], "test", "what is billed is one of output_image"),
        (["output_image=1"], "test", "not BILLABLE/UNIT=USD"),
        (["output_image/image"], "test", "not BILLABLE/UNIT=USD"),
        (["output_image/image=1:"], "test", "its variant is empty"),
        (["output_image/image=1:hihg"], "test", "'hihg' of the line"),
        (["output_image/image=1", "output_image/image=2"], "test", "says again"),
        (["input_text/token=0.000005"], "test", "what a picture costs at most"),
    ])
    func aPriceThatCannotBeRightIsRefused(
        lines: [String], provider: String, complaint: String
    ) async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(gateway: gateway)
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await desk.run(
                    [
                        "models", "price", "set", "test/paid", "--provider", provider,
                        "--reason", "x",
                    ] + lines.flatMap { ["--line", $0] })
            }
            #expect(
                refusal?.message.contains(complaint) == true, "\(String(describing: refusal))")
            let history = try await desk.run("models", "price", "history", "test/paid")
            #expect(history.text.split(separator: "\n").count == 2)
        }
    }

    @Test func whatIsOverStaysAsItWasSold() async throws {
        try await withGateway { gateway in
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await AdminDesk(gateway: gateway).run(
                    "models", "price", "set", "test/paid", "--provider", "test", "--line",
                    "output_image/image=1", "--from", "2026-11-20", "--reason", "x")
            }
            #expect(refusal?.field == "from")
        }
    }

    /// A qualities' word that only its prices know is one of the endpoint's, and estimates stay apart.
    @Test func tokensAndAnEstimateAreAWholePrice() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let set = try await AdminDesk(gateway: gateway).run(
                "models", "price", "set", "gpt-image-2", "--provider", "openai", "--line",
                "output_image/token=0.00003", "--line",
                "output_image/image=0.3:high 1024x1024 estimate", "--line",
                "input_text/token=0.000005", "--reason", "x")
            #expect(
                set.json.contains(
                    #""output_image by image $0.3 (high 1024x1024) as estimate""#), "\(set.json)")
        }
    }

    @Test func aSyncLeavesAnAdminsPriceUnlessItIsToldOtherwise() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let desk = AdminDesk(gateway: gateway)
            func sync(_ more: String...) async throws -> String {
                gateway.time.pass(.seconds(1))
                return try await desk.sync(more)
            }
            func price() async throws -> String? {
                try await gateway.engine.reloadCatalogue()
                return gateway.engine.model(named: "flux-1.1-pro")?.endpoints.first?
                    .price(at: gateway.time.clock.now)?.lines.first?.amount.dollars
            }
            _ = try await desk.run(
                "models", "price", "set", "flux-1.1-pro", "--provider", "black-forest-labs",
                "--line", "output_image/image=0.05", "--reason", "x")
            let kept = try await sync()
            #expect(
                kept.contains("as an admin has it, not priced: black-forest-labs from"), "\(kept)")
            #expect(kept.hasSuffix("nothing to change\n"))
            #expect(try await price() == "0.05")
            #expect(try await sync("--prices", "--dry-run").contains("priced  black-forest-labs"))
            #expect(try await price() == "0.05")
            #expect(try await sync("--prices").contains("priced  black-forest-labs from"))
            #expect(try await price() == "0.04")
            #expect(try await sync().split(separator: "\n").last == "nothing to change")
        }
    }
}
