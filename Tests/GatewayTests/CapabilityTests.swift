import FoundationEssentials
import GatewaySupport
import Pictures
import Providers
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

    /// A picture that nobody looks at.
    private static let picture = AskedPicture(.url("https://example.com/fox.png"), field: "image")

    /// A default request with as many pictures as the endpoint wants at least.
    private func asked(_ able: Capabilities) -> GenerationRequest {
        var request = ask()
        let least = able.parameters["input_references"]?.whole?.lowerBound ?? 0
        request.pictures = Array(repeating: Self.picture, count: least)
        return request
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
        var request = request
        if request.pictures.isEmpty { request.pictures = asked(able).pictures }
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
                #expect(try made(able, .pixels(size)) == size)
            }
            for tier in able.parameters["resolution"]?.words ?? ["1K"] {
                for ratio in able.parameters["aspect_ratio"]?.words ?? [] {
                    let size = GenerationRequest.Size.shape(
                        Ratio(ratio), Tier(tier))
                    #expect(field(able, ask(size)) == nil, "\(model.id) \(ratio) \(tier)")
                    #expect(Ratio(ratio) != nil && Tier(tier) != nil)
                    // Its pixels, asked for as such, are the same picture again.
                    let pixels = try made(able, size)
                    #expect(try made(able, .pixels(pixels)) == pixels)
                    let words = able.sizes.words(for: pixels)
                    let isShaped = able.parameters["size"] == nil && able.parameters["width"] == nil
                    #expect((words.ratio != nil) == isShaped, "\(model.id) \(ratio) \(tier)")
                }
            }
            let odd = PixelSize(width: 7, height: 7)
            #expect(field(able, ask(.pixels(odd))) == "size", "\(model.id)")
        }
    }

    private func made(
        _ able: Capabilities, _ size: GenerationRequest.Size
    ) throws -> PixelSize {
        var request = ask(size)
        request.pictures = asked(able).pictures
        return try able.accept(request, seed: 1).size
    }

    /// A value that the descriptor takes and one that it does not, where there is one.
    private func values(
        of option: PictureOption, in descriptor: Descriptor
    ) -> (good: [PictureOption.Value], bad: PictureOption.Value?) {
        switch descriptor {
        case .choice(let words): (words.map(PictureOption.Value.text), .text("no such word"))
        case .range(let min, let max, _): ([.number(min), .number(max)], .number(max + 1))
        case .flag where option.kind == .flag: ([.flag(true), .flag(false)], nil)
        case .flag: ([.text("blurry")], .text(""))
        }
    }

    @Test func everyValueOfEveryOptionIsAcceptedAndAnyOtherRefusedByName() async throws {
        try await withEndpoints { model, able in
            for option in PictureOption.allCases {
                var request = asked(able)
                guard let descriptor = able.parameters[option.rawValue] else {
                    request.options = [option: .text("x")]
                    let isDropped = option == .moderation
                    #expect(
                        field(able, request) == (isDropped ? nil : option.rawValue), "\(model.id)")
                    continue
                }
                let (good, bad) = values(of: option, in: descriptor)
                for value in good {
                    request.options = [option: value]
                    let accepted = try able.accept(request, seed: 1).options
                    #expect(accepted == [option: value], "\(model.id) \(option)")
                }
                if let bad {
                    request.options = [option: bad]
                    #expect(field(able, request) == option.rawValue, "\(model.id) \(option)")
                }
            }
        }
    }

    @Test func asManyPicturesAreAcceptedAsTheEndpointTakesAndAMaskWhereItTakesOne() async throws {
        try await withEndpoints { model, able in
            let most = able.parameters["input_references"]?.whole?.upperBound ?? 0
            var request = ask()
            request.pictures = Array(repeating: Self.picture, count: most)
            if most > 0 { #expect(field(able, request) == nil, "\(model.id)") }
            request.pictures = Array(repeating: Self.picture, count: most + 1)
            #expect(field(able, request) == "image", "\(model.id)")
            guard most > 0 else { return }
            request.pictures.removeLast()
            request.mask = AskedPicture(.url("https://example.com/mask.png"), field: "mask")
            #expect(
                field(able, request) == (able.parameters["mask"] == nil ? "mask" : nil),
                "\(model.id)")
        }
    }

    @Test func aTransparentBackgroundNeedsAFormatThatHasOne() async throws {
        try await withEndpoints { model, able in
            guard able.parameters["background"] != nil else { return }
            var request = asked(able)
            request.options = [.background: .text("transparent")]
            #expect(field(able, request) == nil)
            request.format = .jpeg
            #expect(field(able, request) == "background", "\(model.id)")
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
