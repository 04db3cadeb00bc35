import Providers
import Testing

/// Pictures that are shown while they are drawn.
@Suite struct StreamTests {
    private static let ask: Ask = {
        var ask = Ask(model: "gpt-image-2", prompt: "a fox")
        ask.partials = 2
        return ask
    }()

    private static func stream() throws -> PictureStream {
        PictureStream(of: ask, from: try #require(Vendor.named("openai")))
    }

    private static let text = """
        : keep-alive

        event: image_generation.partial_image
        data: {"type":"image_generation.partial_image","b64_json":"UEFSVA==","partial_image_index":0}

        event: image_generation.completed\r
        data: {"type":"image_generation.completed","b64_json":"QUJD",\r
        data: "usage":{"input_tokens":5,"output_tokens":300}}\r
        \r
        data: [DONE]


        """

    @Test func aCallThatWantsPartialsAsksForEvents() throws {
        let vendor = try #require(Vendor.named("openai"))
        let call = try vendor.submit(Self.ask, with: Fixture.secret, at: Fixture.now)
        #expect(call.isStreamed)
        let body = String(decoding: call.content(boundary: "b")?.bytes ?? [], as: UTF8.self)
        #expect(body.contains(#""stream":true,"partial_images":2"#))
    }

    /// However the bytes are cut.
    @Test(arguments: [1, 2, 7, 64, 4096]) func partialsComeBeforeThePicture(_ step: Int) throws {
        let bytes = Array(Self.text.utf8)
        var reader = ServerEventReader()
        var stream = try Self.stream()
        var partials: [PictureStream.Partial] = []
        for start in stride(from: 0, to: bytes.count, by: step) {
            let piece = bytes[start..<min(start + step, bytes.count)]
            let events = reader.take(piece)
            for event in try #require(events) {
                if let partial = try stream.take(event) { partials.append(partial) }
            }
        }
        #expect(partials.map(\.index) == [0])
        #expect(partials.map(\.picture) == [.base64("UEFSVA==")])
        guard case .done(let made) = try stream.finish() else {
            Issue.record("it is not done")
            return
        }
        #expect(made.pictures == [.base64("QUJD")])
        #expect(made.usage.outputImage == 300)
    }

    @Test(arguments: [
        (
            #"{"type":"error","error":{"code":"moderation_blocked","message":"safety system","type":"image_generation_user_error"}}"#,
            VendorFailure.Kind.moderated
        ),
        (
            #"{"error":{"code":"rate_limit_exceeded","message":"slow","type":"requests"}}"#,
            .rateLimited
        ),
        (#"{"error":{"code":502,"message":"Provider returned error"}}"#, .overloaded),
        (#"{"type":"error","error":{"type":"server_error","message":"oops"}}"#, .overloaded),
        ("{\"b64", .malformed),
    ]) func anErrorInsideTheStreamIsClassified(_ data: String, _ kind: VendorFailure.Kind) throws {
        var stream = try Self.stream()
        let event = ServerEvent(name: "", data: Array(data.utf8))
        #expect { try stream.take(event) } throws: { ($0 as? VendorFailure)?.kind == kind }
    }

    @Test func aStreamThatBreaksOffIsNoPicture() throws {
        let stream = try Self.stream()
        #expect { try stream.finish() } throws: {
            ($0 as? VendorFailure)?.kind == .malformed
                && ($0 as? VendorFailure)?.acceptance == .perhaps
        }
    }

    @Test func anEventWithoutEndIsNotCollectedForEver() {
        var reader = ServerEventReader(eventMaxBytes: 4096)
        let piece = [UInt8](repeating: UInt8(ascii: "a"), count: 1024)
        var pieces = 0
        while reader.take(piece) != nil, pieces < 100 { pieces += 1 }
        #expect(pieces == 4)
    }
}
