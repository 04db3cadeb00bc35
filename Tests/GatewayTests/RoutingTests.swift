import GatewaySupport
import Pictures
import Postgres
import Testing
import Threads
import Units

@testable import Gateway

/// Which provider's offer is taken, as the caller prefers.
@Suite struct RoutingTests {
    /// FLUX 1.1 Pro is sold by its maker, by fal and by Replicate, in this order.
    private let model = "flux-1.1-pro"

    private func providers(_ change: (inout Routing) -> Void) async throws -> [String] {
        var routing = Routing()
        change(&routing)
        let wanted = routing
        let found = Lock<[String]>([])
        try await withGateway { gateway in
            try await gateway.sync()
            let offers = try gateway.engine.catalogue.current.offers(
                of: model, at: gateway.time.clock.now, routing: wanted)
            found.withLock { $0 = offers.map(\.endpoint.provider) }
        }
        return found.withLock { $0 }
    }

    @Test func offersComeInTheCataloguesOrder() async throws {
        #expect(try await providers { _ in } == ["black-forest-labs", "fal", "replicate"])
    }

    @Test func whoIsNamedComesFirst() async throws {
        #expect(
            try await providers { $0.order = ["replicate", "nobody", "fal"] }
                == ["replicate", "fal", "black-forest-labs"])
    }

    @Test func onlyAndIgnoreLeaveOut() async throws {
        #expect(try await providers { $0.only = ["fal"] } == ["fal"])
        #expect(try await providers { $0.ignore = ["fal"] } == ["black-forest-labs", "replicate"])
    }

    @Test func withoutFallbacksThereIsOne() async throws {
        let chosen = try await providers {
            $0.order = ["fal"]
            $0.allowsFallbacks = false
        }
        #expect(chosen == ["fal"])
    }

    @Test func whenNobodyIsLeftTheRefusalSaysWhoThereIs() async throws {
        let refusal = await #expect(throws: Refusal.self) {
            _ = try await providers { $0.only = ["openai"] }
        }
        #expect(refusal?.kind == .modelNotServed && refusal?.field == "provider")
        #expect(refusal?.message.contains("black-forest-labs, fal, replicate") == true)
    }

    /// The price is the chosen provider's, also where the sandbox draws.
    @Test func theChosenProviderIsWrittenDown() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            var request = GenerationRequest(
                dialect: .openRouter, model: model, prompt: "a fox",
                size: .pixels(.init(width: 256, height: 256)), format: .jpeg)
            request.routing.order = ["replicate"]
            let estimate = try await gateway.engine.estimate(request, in: .test)
            #expect(estimate.provider == "replicate")
            _ = try await gateway.engine.finish(request, for: acme.hash, in: .test)
            let used = try await gateway.database.read {
                try $0.rows("select provider from generation") { try $0.next(String.self) }
            }
            #expect(used == ["replicate"])
        }
    }
}
