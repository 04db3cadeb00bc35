import GatewaySupport
import Ledger
import Pictures
import Postgres
import Providers
import Testing
import Units

@testable import Gateway

/// A provider that is taken out of use, as seen by what was admitted before.
@Suite struct WithdrawnTests {
    private let maker = "black-forest-labs"

    private func ready(_ name: String) throws -> ReadyVendor {
        ReadyVendor(vendor: try #require(Vendor.named(name)), credentials: [Secret("a key")])
    }

    private func order(
        _ gateway: TestGateway, task: String?, fallbacks: Bool = true
    ) async throws -> Order {
        let acme = try await gateway.customer(credits: "1.00")
        let now = gateway.time.clock.now
        var request = GenerationRequest(
            dialect: .openAI, model: "flux-1.1-pro", prompt: "a fox", format: .png)
        request.routing.allowsFallbacks = fallbacks
        let plan = try gateway.engine.plan(request, in: .live, at: now)
        return Order(
            wallet: .init(account: acme.account, mode: .live), generation: ID(at: now),
            model: plan.offer.model.id, provider: plan.offer.endpoint.provider,
            request: plan.stored, price: plan.offer.price, createdAt: now,
            deadline: now + .seconds(600), run: 0, task: task)
    }

    private func disable(_ gateway: TestGateway) async throws {
        let actor = AuditEvent.Actor(
            name: "test", reason: "bad hour", now: gateway.time.clock.now)
        try await gateway.database.transaction {
            try Catalogue.setProvider(maker, enabled: false, by: actor, in: $0)
        }
        try await gateway.engine.reloadCatalogue()
    }

    @Test func whatItHasAcceptedIsAskedForThereAndNothingElse() async throws {
        try await withGateway(vendors: [ready(maker), ready("fal")]) { gateway in
            try await gateway.sync()
            let waiting = try await order(gateway, task: nil)
            let begun = try await order(gateway, task: "\(maker)\nits task")
            let alone = try await order(gateway, task: "\(maker)\nits task", fallbacks: false)
            func asked(_ order: Order) -> [String] {
                gateway.engine.candidates(for: order).map(\.endpoint.provider)
            }
            #expect(asked(waiting).first == maker)
            try await disable(gateway)
            #expect(asked(waiting).contains(maker) == false)
            #expect(asked(begun).contains(maker))
            #expect(asked(alone) == [maker])
        }
    }

    @Test func whatWasAdmittedUnderItsPriceIsChargedByIt() async throws {
        try await withGateway(vendors: [ready(maker)]) { gateway in
            try await gateway.sync()
            try await disable(gateway)
            let catalogue = gateway.engine.catalogue.current
            let price = catalogue.price(of: "flux-1.1-pro", by: maker, version: 1)
            #expect(price?.lines.first?.amount.dollars == "0.04")
            let refusal = #expect(throws: Refusal.self) {
                _ = try gateway.engine.plan(
                    GenerationRequest(
                        dialect: .openAI, model: "flux-1.1-pro", prompt: "a fox", format: .png),
                    in: .live, at: gateway.time.clock.now)
            }
            #expect(refusal?.kind == .modelNotServed)
        }
    }
}
