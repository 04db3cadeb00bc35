import GatewaySupport
import Ledger
import Pictures
import Postgres
import ProviderSupport
import Providers
import Testing
import Units

@testable import Gateway

/// A vendor's bad hour is not the customer's. OpenAI sells GPT Image 2, and so does Azure.
@Suite struct FailOverTests {
    private let model = "gpt-image-2"
    private let size = PixelSize(width: 1024, height: 1024)

    private func ask(_ prompt: String = "a fox", n: Int = 1) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: model, prompt: prompt, n: n, size: .pixels(size),
            quality: "low", format: .png)
    }

    private func ready(
        _ emulator: Emulator, credentials: [Secret]? = nil, timeout: Duration? = nil
    ) throws -> ReadyVendor {
        var vendor = try emulator.vendor
        if let timeout { vendor.timeout = timeout }
        return ReadyVendor(
            vendor: vendor, credentials: credentials ?? [Emulator.credential])
    }

    /// Both vendors, the whole catalogue, and a customer with a dollar.
    private func withTwo(
        firstTimeout: Duration? = nil,
        _ body: @escaping @Sendable (TestGateway, Customer, Emulator, Emulator) async throws -> Void
    ) async throws {
        try await withEmulator(of: "openai") { openAI in
            try await withEmulator(of: "azure") { azure in
                try await withGateway(vendors: [
                    ready(openAI, timeout: firstTimeout), ready(azure),
                ]) { gateway in
                    try await gateway.sync()
                    let acme = try await gateway.customer(credits: "10.00")
                    try await body(gateway, acme, openAI, azure)
                }
            }
        }
    }

    private func attempts(_ gateway: TestGateway) async throws -> [String] {
        try await gateway.database.read {
            try $0.rows(
                "select provider || ' ' || outcome from generation_attempt order by position"
            ) {
                try $0.next(String.self)
            }
        }
    }

    @Test(arguments: [
        (Behaviour.fails(.overloaded), "broken"), (.fails(.rateLimited), "busy"),
        (.fails(.operatorAuth), "out"), (.fails(.operatorFunds), "out"),
        (.fails(.modelGone), "out"), (.garbage, "failed"), (.truncated, "failed"),
        (.cut, "broken"), (.slow(.seconds(30)), "broken"), (.failsInside(.noImage), "failed"),
    ]) func theSecondDeliversAndTheCustomerPaysOnce(
        _ behaviour: Behaviour, _ outcome: String
    ) async throws {
        try await withTwo(firstTimeout: .milliseconds(400)) { gateway, acme, openAI, azure in
            openAI.will(behaviour)
            let made = try await gateway.engine.finish(ask(), for: acme.hash)
            #expect(made.images.count == 1)
            #expect(openAI.submissions == 1 && azure.accepted == 1)
            #expect(try await attempts(gateway) == ["openai \(outcome)", "azure done"])
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.held == .zero)
            #expect(wallet.posted + made.money.captured == Credits(dollars: "10"))
            let served = try await gateway.database.read {
                try $0.rows("select served_by from generation") { try $0.next(String.self) }
            }
            #expect(served == ["azure"])
        }
    }

    @Test func whenBothAreDownNothingIsHeldAndTheErrorSaysSo() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            let down = Array(repeating: Behaviour.fails(.overloaded), count: 8)
            for behaviour in down {
                openAI.will(behaviour)
                azure.will(behaviour)
            }
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .providerFailed)
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.held == .zero && wallet.posted.dollars == "10")
        }
    }

    @Test func aRefusedPromptIsTakenToNobodyElse() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            openAI.will(.fails(.moderated))
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .moderated)
            #expect(azure.submissions == 0)
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.posted.dollars == "10")
        }
    }

    @Test func theNextCredentialIsUsedWhenOneIsRefused() async throws {
        try await withEmulator(of: "openai") { openAI in
            try await withGateway(vendors: [
                ready(openAI, credentials: [Secret("revoked"), Emulator.credential])
            ]) { gateway in
                try await gateway.sync()
                let acme = try await gateway.customer(credits: "10.00")
                for _ in 0..<2 {
                    _ = try await gateway.engine.finish(ask(), for: acme.hash)
                }
                // The second call does not try the revoked one again.
                #expect(openAI.submissions == 3 && openAI.accepted == 2)
            }
        }
    }

    @Test func aCallerWithoutFallbacksIsToldTheFirstOnesError() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            for _ in 0..<8 { openAI.will(.fails(.rateLimited)) }
            var request = ask()
            request.routing.allowsFallbacks = false
            let wanted = request
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(wanted, for: acme.hash)
            }
            #expect(refusal?.kind == .rateLimited)
            #expect(azure.submissions == 0)
        }
    }

    @Test func anEndpointThatFailsAllTheTimeIsLeftAloneAndProbed() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            for _ in 0..<Breakers.failuresMax { openAI.will(.fails(.overloaded)) }
            for _ in 0..<8 { _ = try await gateway.engine.finish(ask(), for: acme.hash) }
            #expect(openAI.submissions == Breakers.failuresMax && azure.accepted == 8)
            try await gateway.live(for: 20)
            _ = try await gateway.engine.finish(ask(), for: acme.hash)
            #expect(openAI.accepted == 1)
            #expect(gateway.engine.endpointsLeftAlone == 0)
        }
    }

    /// What the emulation says it took, at the catalogue's prices: an estimate is never added.
    @Test func tokensAreChargedAsTheVendorCountedThem() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            var request = ask()
            request.quality = "high"
            let wanted = request
            let made = try await gateway.engine.finish(wanted, for: acme.hash)
            // 10 tokens of text at $5 a million, 40 of pictures at $8, 300 drawn at $30.
            #expect(made.money.captured.dollars == "0.00937")
            #expect(made.money.captured < made.money.held)
        }
    }
}
