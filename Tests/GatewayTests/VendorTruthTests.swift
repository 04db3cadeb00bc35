import FoundationEssentials
import GatewaySupport
import Ledger
import Pictures
import Postgres
import ProviderSupport
import Providers
import Testing
import Units

@testable import Gateway

/// What a vendor says is believed where it can be true, and what it leaves out is not said. What it may
/// have done is not bought again.
@Suite struct VendorTruthTests {
    private func ask(
        n: Int = 1, quality: String? = nil, model: String = "gpt-image-2"
    ) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: model, prompt: "a fox", n: n,
            size: .pixels(PixelSize(width: 1024, height: 1024)), quality: quality, format: .png)
    }

    /// OpenAI alone, with its real prices.
    private func withOpenAI(
        _ body: @escaping @Sendable (TestGateway, Customer, Emulator) async throws -> Void
    ) async throws {
        try await withEmulator(of: "openai") { vendor in
            let ready = ReadyVendor(
                vendor: try vendor.vendor, credentials: [Emulator.credential])
            try await withGateway(vendors: [ready]) { gateway in
                try await gateway.sync()
                try await body(gateway, gateway.customer(credits: "10.00"), vendor)
            }
        }
    }

    // MARK: Figures

    @Test(
        arguments: [
            ["input_tokens": 0, "output_tokens": 0, "total_tokens": 0],
            ["output_tokens": -5, "input_tokens": -1], [:], ["input_tokens": 12],
            ["output_tokens": 0],
            ["output_tokens_details": .object(["image_tokens": 0, "text_tokens": 0])],
        ] as [[String: JSONValue]])
    func figuresThatCannotBeTrueAreNotSaidAndTheEstimateIsCharged(
        _ usage: [String: JSONValue]
    ) async throws {
        try await withOpenAI { gateway, acme, vendor in
            vendor.will(.says(["usage": .object(usage)]))
            let made = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
            #expect(made.money.captured == made.money.held && made.money.captured > .zero)
            #expect(made.report.outputImage == nil && made.report.countsTokens)
            #expect(gateway.engine.figures.generationsWithoutUsage == 1)
        }
    }

    /// Whatever the figures: nothing that is delivered is free, and nothing costs more than its hold.
    @Test func aDeliveredPictureIsNeverFree() throws {
        let tokens = Price(
            version: 1, startsAt: Timestamp(seconds: 0),
            lines: [
                .init(unit: .token, amount: Credits(nanodollars: 30_000)),
                .init(.inputText, unit: .token, amount: Credits(nanodollars: 5_000)),
                .init(
                    unit: .image, amount: Credits(nanodollars: 50_000_000), isEstimate: true),
            ])
        for figures in [nil, -7, 0, 1, 300, Int.max] as [Int?] {
            for input in [nil, -1, 0, 9] as [Int?] {
                var usage = VendorUsage()
                usage.outputImage = figures
                usage.inputText = input
                let work = Work(images: 2, promptBytes: 10)
                let lines = tokens.charged(for: work, taking: usage.believable)
                let cost = lines.reduce(Credits.zero) { $0 + $1.amount }
                #expect(cost > .zero, "\(String(describing: figures))")
                let isSaid = (figures ?? 0) > 0
                #expect(isSaid || cost == tokens.cost(of: work))
                // An input that is not told is not free either.
                #expect(!isSaid || lines.contains { $0.line == 2 })
            }
        }
    }

    @Test func whatOneOfTwoCallsDoesNotTellIsNotToldOfBoth() {
        var one = VendorUsage()
        one.outputImage = 300
        one.cost = 2
        #expect(one.adding(VendorUsage()).outputImage == nil)
        #expect(one.adding(one).outputImage == 600 && one.adding(one).cost == 4)
        var delivered = Delivered([])
        var part = Delivered([[1]])
        part.usage = one
        delivered.add(part)
        #expect(delivered.usage == one)
    }

    @Test func aVendorsCostOfZeroIsNoCost() {
        var usage = VendorUsage()
        usage.cost = 0
        usage.credits = -1
        #expect(usage.believable == VendorUsage())
    }

    // MARK: Resolved values

    @Test(arguments: [nil, "auto"] as [String?])
    func theQualityThatTheVendorChoseIsChargedAndTold(_ asked: String?) async throws {
        try await withOpenAI { gateway, acme, vendor in
            let chosenLow: Behaviour = .says([
                "usage": .null, "quality": "low", "background": "opaque",
            ])
            vendor.will(
                chosenLow, .says(["usage": .null, "quality": .null]),
                .says(["usage": .null, "quality": "auto"]), chosenLow)
            let low = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
            // Where nothing is said, what was held for is charged and told.
            for _ in 0..<2 {
                let made = try await gateway.engine.finish(ask(quality: asked), for: acme.hash)
                #expect(made.report.quality == "high" && made.money.captured == made.money.held)
            }
            let chosen = try await gateway.engine.finish(ask(quality: asked), for: acme.hash)
            #expect(chosen.report.quality == "low" && chosen.report.background == "opaque")
            #expect(chosen.money.captured == low.money.captured)
            #expect(chosen.money.captured < chosen.money.held)
        }
    }

    @Test func whatAVendorSaysOfAPictureIsToldAgain() async throws {
        try await withOpenAI { gateway, acme, vendor in
            vendor.will(.saysOfPictures(["revised_prompt": "a red fox\u{0}"]))
            let made = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
            #expect(made.report.revisedPrompt == "a red fox")
            #expect(made.report.output == 300 && made.report.inputText == 10)
            let line = try await gateway.database.read {
                try GenerationLine.find(JobName(account: acme.account, id: made.id), in: $0)
            }
            #expect(line?.report == made.report)
        }
    }

    // MARK: What may have been accepted

    @Test(arguments: [
        Behaviour.cut, .truncated, .garbage, .damages, .fails(.timeout), .failsInside(.noImage),
        .says(["data": .array([])]), .saysOfPictures(["b64_json": .null]),
    ])
    func whatMayHaveBeenAcceptedIsSubmittedOnce(_ behaviour: Behaviour) async throws {
        try await withOpenAI { gateway, acme, vendor in
            vendor.will(behaviour)
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
            }
            #expect(vendor.submissions == 1)
            #expect(refusal?.kind == .providerFailed && refusal?.retryAfter == nil)
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.available.dollars == "10" && wallet.held == .zero)
        }
    }

    /// Half of it, without its end, nothing but a head, and where the format has checksums a bit turned.
    @Test(arguments: ImageFormat.allCases)
    func aPictureThatIsNotWholeIsNotChargedFor(_ format: ImageFormat) async throws {
        let size = PixelSize(width: 64, height: 64)
        let pixels: [UInt8] = (0..<size.width * size.height * 4).map {
            UInt8(truncatingIfNeeded: $0 &* $0 >> 3) | 1
        }
        let whole = try Picture.encode(Bitmap(size: size, pixels: pixels), as: format)
        try await withOpenAI { gateway, acme, vendor in
            var turned = whole
            turned[whole.count / 2] ^= 1
            for bytes in [
                Array(whole[..<(whole.count / 2)]), whole.dropLast(3), Array(whole.prefix(40)),
            ] + (format == .png ? [turned] : []) {
                let text = Data(bytes).base64EncodedString()
                vendor.will(.saysOfPictures(["b64_json": .string(text)]))
                var request = ask(quality: "low")
                request.format = format
                let refusal = await #expect(throws: Refusal.self) {
                    _ = try await gateway.engine.finish(request, for: acme.hash)
                }
                #expect(refusal?.kind == .providerFailed)
            }
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.available.dollars == "10" && wallet.held == .zero)
        }
    }

    @Test func aStreamWithoutAnEndIsSubmittedOnce() async throws {
        try await withOpenAI { gateway, acme, vendor in
            vendor.will(.cut)
            var request = ask(quality: "low")
            request.partials = 2
            let streamed = request
            await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(streamed, for: acme.hash)
            }
            #expect(vendor.submissions == 1)
        }
    }

    @Test func whatCertainlyWasNotAcceptedIsTriedAgain() async throws {
        try await withOpenAI { gateway, acme, vendor in
            vendor.will(.fails(.rateLimited), .fails(.rateLimited))
            _ = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
            #expect(vendor.submissions == 3 && vendor.accepted == 1)
        }
    }

    /// Two vendors at most may charge for one picture, and neither twice; it is written down before the
    /// second is asked, so no other server asks the first again.
    @Test func oneOtherIsAskedAtMost() async throws {
        try await withEmulator(of: "openai") { first in
            try await withEmulator(of: "azure") { second in
                let vendors = try [first, second].map {
                    ReadyVendor(vendor: try $0.vendor, credentials: [Emulator.credential])
                }
                try await withGateway(vendors: vendors) { gateway in
                    try await gateway.sync()
                    let acme = try await gateway.customer(credits: "10.00")
                    first.will(.garbage)
                    second.will(.fails(.rateLimited), .cut)
                    await #expect(throws: Refusal.self) {
                        _ = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
                    }
                    #expect(first.submissions == 1 && second.submissions == 2)
                    let notes = try await gateway.database.read {
                        try $0.rows("select task from generation") { try $0.next(String?.self) }
                    }
                    #expect(notes == ["!openai\n"])
                }
            }
        }
    }

    // MARK: What is there and says nothing

    @Test func wrappedBase64IsRead() async throws {
        try await withOpenAI { gateway, acme, vendor in
            vendor.will(.wraps)
            let made = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
            #expect(made.images.count == 1 && vendor.submissions == 1)
        }
    }

    @Test func base64IsReadHoweverItIsWritten() throws {
        let bytes = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* 7919) }
        let plain = Data(bytes).base64EncodedString()
        let wrapped = plain.enumerated().map {
            $0.offset % 76 == 75 ? "\($0.element)\\r\\n" : "\($0.element)"
        }
        .joined()
        for text in [
            plain, wrapped, plain.replacing("/", with: "\\/"), "data:image/png;base64," + wrapped,
            plain.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: ""),
        ] {
            let taken = LongTexts(Array("{\"p\":\"\(text)\"}".utf8), nonce: 1)
            let token = try #require(JSONValue(json: taken.json)?["p"]?.text)
            #expect(taken.picture(token) == bytes, "\(text.prefix(60))")
        }
    }

    @Test func anEmptyMemberIsNoMember() async throws {
        try await withOpenAI { gateway, acme, vendor in
            let empty: [String: JSONValue] = [
                "error": .object([:]), "usage": .null, "quality": "", "background": " ",
            ]
            vendor.will(.says(empty), .saysOfPictures(["url": "", "revised_prompt": "  "]))
            for _ in 0..<2 {
                let made = try await gateway.engine.finish(ask(quality: "low"), for: acme.hash)
                #expect(made.images.count == 1 && made.report.revisedPrompt == nil)
                #expect(made.report.quality == "low" && made.report.background == nil)
            }
        }
        let reply = Reply(
            status: 200,
            bytes: Array(#"{"data":[{"b64_json":"","url":"https://a.invalid/x"}],"e":null}"#.utf8))
        #expect(reply.json?["data"]?[0] == .object(["url": "https://a.invalid/x"]))
        #expect(reply.json?["e"] == nil)
    }
}
