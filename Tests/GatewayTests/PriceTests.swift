import Gateway
import GatewaySupport
import Pictures
import Testing
import Units

@Suite struct PriceTests {
    private func cost(
        _ model: String, _ size: (Int, Int), n: Int = 1, quality: String? = nil,
        promptBytes: Int = 0, references: Int = 0, of gateway: TestGateway
    ) throws -> String {
        let endpoint = try #require(gateway.engine.model(named: model)?.endpoints.first)
        let price = try #require(endpoint.price(at: gateway.time.clock.now))
        let work = Work(
            images: n, size: PixelSize(width: size.0, height: size.1), quality: quality,
            promptBytes: promptBytes,
            references: Array(
                repeating: PixelSize(width: 1024, height: 1024), count: references))
        return price.cost(of: work).dollars
    }

    /// One line a case: what it costs by the lines of the product's file.
    @Test func whatIsListedIsWhatItCosts() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            // An image is an image, whatever its size.
            #expect(try cost("flux-1.1-pro", (256, 256), n: 3, of: gateway) == "0.12")
            // The first megapixel, the others, and input pictures.
            #expect(try cost("flux-2-pro", (1024, 1024), of: gateway) == "0.03")
            #expect(try cost("flux-2-pro", (1024, 1040), of: gateway) == "0.045")
            #expect(try cost("flux-2-pro", (2048, 2048), n: 2, of: gateway) == "0.15")
            #expect(try cost("flux-2-pro", (512, 512), references: 2, of: gateway) == "0.06")
            #expect(try cost("flux-2-dev", (1024, 1024), n: 4, of: gateway) == "0.048")
            // A call, however many of its four pictures are wanted; the dearest way counts.
            #expect(try cost("midjourney", (1024, 1024), n: 4, of: gateway) == "0.108")
            // The quality named, or the dearest.
            #expect(try cost("ideogram-character", (1, 1), quality: "turbo", of: gateway) == "0.1")
            #expect(try cost("ideogram-character", (1, 1), of: gateway) == "0.2")
            // An edit, and what is no edit.
            #expect(try cost("reve-create", (1024, 1024), of: gateway) == "0.024")
            #expect(try cost("reve-create", (1024, 1024), references: 1, of: gateway) == "0.04")
            #expect(
                try cost("grok-imagine-image", (1024, 1024), n: 2, references: 3, of: gateway)
                    == "0.046")
        }
    }

    @Test func whatIsBilledByTokenIsBoundedByItsEstimates() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let model = "gpt-image-2"
            #expect(try cost(model, (1024, 1024), quality: "low", of: gateway) == "0.006")
            // The smallest size listed that is large enough.
            #expect(try cost(model, (1536, 1024), quality: "high", of: gateway) == "0.165")
            #expect(try cost(model, (1920, 1088), quality: "low", of: gateway) == "0.007")
            // Nobody said which quality: the dearest.
            #expect(try cost(model, (1024, 1024), of: gateway) == "0.211")
            // A byte is at least as much as a token: 100 × $0.000005.
            #expect(
                try cost(model, (1024, 1024), quality: "low", promptBytes: 100, of: gateway)
                    == "0.0065")
            // Larger than any that is listed: in proportion, rounded up.
            #expect(
                try cost("gpt-image-1-mini", (1024, 1536), quality: "high", of: gateway) == "0.054")
            // Tiers, which a rounded side may pass a little; and words beside the picture.
            #expect(try cost("nano-banana-pro", (1568, 672), of: gateway) == "0.146288")
            #expect(try cost("nano-banana-pro", (4096, 4096), of: gateway) == "0.252288")
            // A quality that is not listed costs as the dearest that is.
            #expect(
                try cost("gpt-image-2.5-flare", (1024, 1024), quality: "low", of: gateway)
                    == "0.21072")
            #expect(
                try cost("grok-imagine-image-2.0", (2048, 2048), quality: "low", of: gateway)
                    == "0.06")
        }
    }

    /// Fewer images never cost more: what is captured stays within what was held.
    @Test func everyModelHasAPriceThatGrowsWithItsImages() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            for model in gateway.engine.models where model.id != "test/test" {
                for endpoint in model.endpoints {
                    let price = try #require(
                        endpoint.price(at: gateway.time.clock.now), "\(model.id)")
                    let costs = (0...10).map {
                        price.cost(of: Work(images: $0, promptBytes: 99))
                    }
                    #expect(costs == costs.sorted() && costs[0] == .zero, "\(model.id)")
                    #expect(costs[1] > .zero || model.id == "local-test", "\(model.id)")
                    let work = Work(images: 7, promptBytes: 99)
                    let sum = price.charges(for: work).reduce(Credits.zero) { $0 + $1.total }
                    #expect(sum == price.cost(of: work), "\(model.id)")
                }
            }
        }
    }
}
