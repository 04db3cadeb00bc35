import GatewaySupport
import Jobs
import Ledger
import Pictures
import Postgres
import Providers
import Testing
import Units

@testable import Gateway

/// Test keys: every model, from the built-in sandbox, at its true price in play credits.
@Suite struct SandboxTests {
    private let small = GenerationRequest.Size.pixels(PixelSize(width: 256, height: 256))

    private func ask(
        _ model: String, n: Int = 1, size: GenerationRequest.Size = .auto, quality: String? = nil,
        prompt: String = "a fox"
    ) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: model, prompt: prompt, n: n, size: size, quality: quality,
            format: .jpeg)
    }

    /// Drawn by one that is quicker than the painter: what is looked at is the way there.
    @Test func everyModelThatIsNotRetiredDrawsItsDefaultForItsTruePrice() async throws {
        try await withGateway(provider: try ScriptedProvider()) { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            let now = gateway.time.clock.now
            var left = try await gateway.wallet(of: acme).posted
            for model in gateway.engine.models where model.life.state(at: now) != .retired {
                let request = asked(of: model)
                // What a picture to start from costs is tested with the prices.
                guard request.pictures.isEmpty else { continue }
                let made = try await gateway.engine.finish(request, for: acme.hash, in: .test)
                let size = try #require(made.images.first).size
                let price = try #require(model.endpoints[0].price(at: now))
                let cost = price.cost(of: Work(images: 1, size: size, promptBytes: 5))
                #expect(made.money.captured == cost, "\(model.id)")
                left -= cost
            }
            #expect(try await gateway.wallet(of: acme).posted == left)
        }
    }

    /// The default request, with as many pictures as the model wants at least.
    private func asked(of model: Catalogue.Model) -> GenerationRequest {
        var request = ask(model.id)
        let references = model.endpoints[0].capabilities?.parameters["input_references"]
        let picture = AskedPicture(.url(Self.picture), field: "image")
        request.pictures = Array(repeating: picture, count: references?.whole?.lowerBound ?? 0)
        return request
    }

    /// One small picture, as a data URL.
    private static let picture: String = {
        let bitmap = TestPicture.draw(
            prompt: "a fox", seed: 1, size: PixelSize(width: 16, height: 16))
        // What was just drawn can be written.
        let bytes = (try? Picture.encode(bitmap, as: .png)) ?? []
        var text = Array("data:image/png;base64,".utf8)
        Base64.append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }()

    /// What a customer would try: each value of each parameter by itself.
    private func variations(of model: Catalogue.Model) throws -> [GenerationRequest] {
        let able = try #require(model.endpoints[0].capabilities)
        var all: [GenerationRequest] = []
        func add(_ change: (inout GenerationRequest) -> Void) {
            var request = asked(of: model)
            change(&request)
            all.append(request)
        }
        for (name, descriptor) in able.parameters.sorted(by: { $0.key < $1.key }) {
            for word in descriptor.words {
                let sides = word.split(separator: "x").compactMap { Int($0) }
                switch name {
                case "n": add { $0.n = Int(word) ?? 1 }
                case "quality": add { $0.quality = word }
                case "aspect_ratio": add { $0.size = .shape(Ratio(word), nil) }
                case "resolution": add { $0.size = .shape(nil, Tier(word)) }
                case "output_format": add { $0.format = ImageFormat(rawValue: word) ?? .png }
                case "size" where sides.count == 2:
                    add { $0.size = .pixels(PixelSize(width: sides[0], height: sides[1])) }
                default:
                    guard let option = PictureOption(rawValue: name) else { continue }
                    add {
                        $0.options = [option: .text(word)]
                        $0.format = .png
                    }
                }
            }
            switch (descriptor, PictureOption(rawValue: name)) {
            case (.range(let min, let max, _), let option?):
                add { $0.options = [option: .number(min)] }
                add { $0.options = [option: .number(max)] }
            case (.range, nil) where name == "n": add { $0.n = 10 }
            case (.flag, let option?):
                add { $0.options = [option: option.kind == .flag ? .flag(true) : .text("blurry")] }
            default: continue
            }
        }
        return all
    }

    @Test func everyModelTakesEachValueOfEachOfItsParameters() async throws {
        try await withGateway(provider: try ScriptedProvider()) { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            let now = gateway.time.clock.now
            var made = 0
            for model in gateway.engine.models where model.life.state(at: now) != .retired {
                for request in try variations(of: model) {
                    let wanted = try await gateway.engine.finish(request, for: acme.hash, in: .test)
                    #expect(wanted.images.count == request.n, "\(model.id)")
                    made += 1
                }
            }
            #expect(made > 700)
        }
    }

    @Test func sizeQualityAndNumberReachThePicturesAndThePrice() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            let size = PixelSize(width: 256, height: 272)
            let made = try await gateway.engine.finish(
                ask("openai/gpt-image-2", n: 2, size: .pixels(size), quality: "low"),
                for: acme.hash, in: .test)
            #expect(made.model == "gpt-image-2")
            let pictures = try made.images.map { try Picture.inspect($0.bytes) }
            #expect(pictures.map(\.size) == [size, size])
            #expect(pictures.map(\.format) == [.jpeg, .jpeg])
            // Two pictures at $0.006, and five bytes of prompt at $0.000005.
            #expect(made.money.captured.dollars == "0.012025")
        }
    }

    @Test func aRehearsedFailureCostsNothingAndAPartIsPaidInPart() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            let before = try await gateway.wallet(of: acme).posted
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(
                    ask("flux-1.1-pro", prompt: "sandbox:moderated a fox"), for: acme.hash,
                    in: .test)
            }
            #expect(refusal?.kind == .moderated)
            #expect(try await gateway.wallet(of: acme).posted == before)
            let part = try await gateway.engine.finish(
                ask("flux-1.1-pro", n: 4, size: small, prompt: "sandbox:partial a fox"),
                for: acme.hash,
                in: .test)
            #expect(part.images.count == 2)
            #expect(part.money.held.dollars == "0.16" && part.money.captured.dollars == "0.08")
        }
    }

    /// The sandbox is also what a worker takes, on whichever server.
    @Test func aQueuedJobOfATestKeyIsDrawnByTheSandboxToo() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            let answer = try await gateway.engine.generate(
                ask("flux-1.1-pro", size: small), for: acme.hash, in: .test, patience: .none)
            guard case .accepted(let job, _, _) = answer else {
                Issue.record("it was not queued")
                return
            }
            let worker = Worker(engine: gateway.engine, slots: 4)
            try await worker.takeOnce()
            let line = try await gateway.engine.wait(
                for: job, atMost: .seconds(120), reading: gateway.jobs)
            #expect(line.state == "completed")
            #expect(line.captured.dollars == "0.04")
        }
    }

    @Test func aRetiredModelIsMadeForTestKeysAloneAndSaysSo() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let acme = try await gateway.customer(mode: .test)
            let finished = try await gateway.engine.finish(
                ask("imagen-4"), for: acme.hash, in: .test)
            #expect(finished.images.count == 1)
            #expect(finished.notices.first?.contains("'imagen-4' was retired on ") == true)
            let live = try await gateway.customer(credits: "1.00")
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(ask("imagen-4"), for: live.hash, in: .live)
            }
            #expect(refusal?.kind == .modelRetired)
        }
    }
}
