import GatewaySupport
import Pictures
import Testing
import Units

@testable import Gateway

/// What every endpoint of the product's file says it can do is what it accepts.
@Suite struct CapabilityTests {
    private func withEndpoints(
        _ body: (Catalogue.Model, Capabilities) throws -> Void
    ) async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            for model in gateway.engine.models {
                for endpoint in model.endpoints {
                    try body(model, try #require(endpoint.capabilities, "\(model.id)"))
                }
            }
        }
    }

    private func ask(
        _ size: GenerationRequest.Size = .auto, n: Int = 1, quality: String? = nil,
        seed: Int64? = nil, prompt: String = "a fox"
    ) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: "", prompt: prompt, n: n, size: size, quality: quality,
            format: .png, seed: seed)
    }

    private func field(_ able: Capabilities, _ request: GenerationRequest) -> String? {
        do throws(Refusal) {
            _ = try able.accept(request, seed: 1)
            return nil
        } catch {
            return error.field
        }
    }

    @Test func everyValueOfEveryEnumIsAcceptedAndOneBesideItRefused() async throws {
        try await withEndpoints { model, able in
            #expect(field(able, ask()) == nil, "\(model.id)")
            for word in able.parameters["quality"]?.words ?? [] {
                #expect(field(able, ask(quality: word)) == nil, "\(model.id) \(word)")
            }
            let knowsQuality = able.parameters["quality"] != nil
            #expect(field(able, ask(quality: "no")) == (knowsQuality ? "quality" : nil))
            for word in able.parameters["size"]?.words ?? [] {
                let sides = word.split(separator: "x").compactMap { Int($0) }
                let size = PixelSize(width: sides[0], height: sides[1])
                #expect(try able.accept(ask(.pixels(size)), seed: 1).size == size)
            }
            for tier in able.parameters["resolution"]?.words ?? ["1K"] {
                for ratio in able.parameters["aspect_ratio"]?.words ?? [] {
                    let size = GenerationRequest.Size.shape(
                        Ratio(ratio), Tier(tier))
                    #expect(field(able, ask(size)) == nil, "\(model.id) \(ratio) \(tier)")
                    #expect(Ratio(ratio) != nil && Tier(tier) != nil)
                    // Its pixels, asked for as such, are the same picture again.
                    let pixels = try able.accept(ask(size), seed: 1).size
                    #expect(try able.accept(ask(.pixels(pixels)), seed: 1).size == pixels)
                }
            }
            let odd = PixelSize(width: 7, height: 7)
            #expect(field(able, ask(.pixels(odd))) == "size", "\(model.id)")
        }
    }

    @Test func bothEndsOfARangeAreAcceptedAndWhatIsBeyondRefused() async throws {
        try await withEndpoints { model, able in
            let n = able.parameters["n"]
            for count in n?.whole.map({ [$0.lowerBound, $0.upperBound] }) ?? [1, 4] {
                #expect(field(able, ask(n: count)) == nil, "\(model.id)")
            }
            for count in [0, 11] { #expect(field(able, ask(n: count)) == "n") }
            if let seeds = able.parameters["seed"]?.whole {
                #expect(field(able, ask(seed: Int64(seeds.lowerBound))) == nil)
                #expect(field(able, ask(seed: Int64(seeds.upperBound))) == nil)
                #expect(field(able, ask(seed: Int64(seeds.upperBound) + 1)) == "seed")
            }
            let long = String(repeating: "x", count: able.promptMax)
            #expect(field(able, ask(prompt: long)) == nil)
            #expect(field(able, ask(prompt: long + "x")) == "prompt")
            #expect(field(able, ask(prompt: "")) == "prompt")
        }
    }

    @Test func aRefusalSaysWhatCameAndWhatIsAccepted() async throws {
        try await withEndpoints { model, able in
            guard model.id == "midjourney" else { return }
            let refusal = #expect(throws: Refusal.self) {
                _ = try able.accept(ask(n: 2), seed: 1)
            }
            #expect(refusal?.message == "Invalid 'n': 2. Accepted: 1, 4.")
        }
    }

    @Test func whatIsWrittenDownIsReadBackTheSame() throws {
        let text = CapabilityText(
            #"{"parameters":{"guidance":{"type":"range","min":1.5,"max":10},"mask":{"type":"boolean"}},"per_call":1,"prompt_max":9}"#
        )
        let read = try #require(text)
        #expect(CapabilityText(read.json.text) == read)
        #expect(
            read.json.text
                == #"{"parameters":{"guidance":{"type":"range","min":1.5,"max":10},"mask":{"type":"boolean"}},"per_call":1,"prompt_max":9,"streaming":false}"#
        )
    }
}
