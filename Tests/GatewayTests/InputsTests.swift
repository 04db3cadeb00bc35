import GatewaySupport
import Glibc
import HTTP
import HTTPClient
import HTTPServer
import Log
import Pictures
import Storage
import Testing
import Threads
import Units

@testable import Gateway

private let pool = WorkerPool(name: "inputs-test", threads: 4, queueMax: 1000)

/// Inputs in a directory of their own, gone afterwards.
private struct Fixture {
    let inputs: Inputs
    let store: ImageStore
    let time = MovingClock()
    let directory: String

    init(_ fetcher: PictureFetcher = PictureFetcher { _ in throw PictureFetcher.Failure.busy })
        throws
    {
        var random = SystemRandomNumberGenerator()
        directory = "/tmp/atelier-test-inputs-\(random.next())"
        store = try ImageStore(directory: directory, pool: pool)
        inputs = Inputs(
            store: store, fetcher: fetcher, publicURL: "https://pictures.example",
            clock: time.clock, log: .silent)
    }

    static func with(
        _ fetcher: PictureFetcher = PictureFetcher { _ in throw PictureFetcher.Failure.busy },
        _ body: (Fixture) async throws -> Void
    ) async throws {
        let fixture = try Fixture(fetcher)
        defer { Files.removeAll(below: fixture.directory) }
        try await body(fixture)
    }

    func spooled(_ bytes: [UInt8]) async throws -> SpooledFile {
        var spool = try await inputs.spool()
        try await spool.write(Array(bytes.prefix(10)))
        try await spool.write(Array(bytes.dropFirst(10)))
        return try await spool.keep()
    }

    /// Files in the store.
    var count: Int {
        get async throws {
            // Looked at through what removes them: nothing else knows them all.
            try await store.removeOlder(than: Timestamp(seconds: 99_999_999_999))
        }
    }

    func refusal(of asked: AskedPicture) async throws -> Refusal? {
        do {
            _ = try await inputs.take([asked])
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }
}

private func png(_ width: Int = 3, _ height: Int = 2) throws -> [UInt8] {
    try Picture.encode(
        Bitmap(
            size: PixelSize(width: width, height: height),
            pixels: [UInt8](repeating: 99, count: width * height * 4)), as: .png)
}

/// The signature and header of a PNG that promises more than anybody can hold.
private func bomb(_ side: UInt32) -> [UInt8] {
    let sides = (0..<2).flatMap { _ in
        (0..<4).map { UInt8(truncatingIfNeeded: side >> (24 - 8 * $0)) }
    }
    return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
        + Array("IHDR".utf8) + sides + [8, 6, 0, 0, 0, 0, 0, 0, 0]
}

@Suite struct InputsTests {
    @Test func whatIsTakenIsOwnedAndOutlivesItsPart() async throws {
        try await Fixture.with { fixture in
            let bytes = try png()
            let file = try await fixture.spooled(bytes)
            let asked = AskedPicture(.spooled(file), field: "image")
            let taken = try await fixture.inputs.take([asked, asked])
            await fixture.inputs.discard([file])
            #expect(taken.map(\.format) == [.png, .png])
            #expect(taken[0].size == PixelSize(width: 3, height: 2))
            #expect(taken[0].byteCount == bytes.count)
            #expect(taken[0].name.text.hasSuffix(".png"))
            await fixture.inputs.discard([taken[0]])
            #expect(try await fixture.inputs.read(taken[1]) == bytes)
            await fixture.inputs.discard([taken[1]])
            #expect(try await fixture.count == 0)
        }
    }

    /// Pictures that are made are paid for, and those that come in are not.
    @Test func nothingIsTakenInWhileTheDiskIsNearlyFull() async throws {
        try await Fixture.with { fixture in
            let inputs = Inputs(
                store: fixture.store, fetcher: PictureFetcher { _ in [] },
                publicURL: "https://pictures.example", freeBytesMin: .max,
                clock: fixture.time.clock, log: .silent)
            let spooling = await #expect(throws: Refusal.self) { _ = try await inputs.spool() }
            #expect(spooling?.kind == .overloaded)
            let asked = AskedPicture(.url("https://example.com/a.png"), field: "image")
            let taking = await #expect(throws: Refusal.self) { _ = try await inputs.take([asked]) }
            #expect(taking?.kind == .overloaded)
            let left = try await fixture.count
            #expect(left == 0)
        }
    }

    @Test func aPictureIsWhatItsContentSays() async throws {
        try await Fixture.with { fixture in
            for bytes in [
                Array("a text named .png".utf8), [], Array("GIF89a".utf8), Array("<svg".utf8),
            ] {
                let file = try await fixture.spooled(bytes)
                let refusal = try await fixture.refusal(of: .init(.spooled(file), field: "image[]"))
                #expect(refusal?.kind == .invalidValue)
                #expect(refusal?.field == "image[]")
            }
        }
    }

    @Test func aPictureThatWouldBeTooLargeIsRefusedByItsHeader() async throws {
        try await Fixture.with { fixture in
            for side: UInt32 in [30_000, 8193, 2_000_000_000] {
                let file = try await fixture.spooled(bomb(side))
                let refusal = try await fixture.refusal(of: .init(.spooled(file), field: "mask"))
                #expect(refusal?.kind == .invalidValue, "\(side)")
                #expect(refusal?.field == "mask")
            }
        }
    }

    @Test func aPartPastSixteenMebibytesIsRefusedWhileItComes() async throws {
        try await Fixture.with { fixture in
            var spool = try await fixture.inputs.spool()
            let mebibyte = [UInt8](repeating: 1, count: 1 << 20)
            for _ in 0..<16 { try await spool.write(mebibyte) }
            await #expect(throws: Spool.TooLarge.self) { try await spool.write([1]) }
            await spool.abandon()
            #expect(try await fixture.count == 0)
        }
    }

    @Test func allAreTakenOrNoneIsLeftBehind() async throws {
        try await Fixture.with { fixture in
            let good = try await fixture.spooled(try png())
            let bad = try await fixture.spooled([1, 2, 3])
            await #expect(throws: Refusal.self) {
                try await fixture.inputs.take([
                    .init(.spooled(good), field: "a"), .init(.spooled(bad), field: "b"),
                ])
            }
            await fixture.inputs.discard([good, bad])
            #expect(try await fixture.count == 0)
        }
    }

    /// Its header is fine. A vendor would be paid to find out.
    @Test(arguments: ImageFormat.allCases)
    func aBrokenPictureIsRefusedByName(format: ImageFormat) async throws {
        let size = PixelSize(width: 32, height: 32)
        let pixels: [UInt8] = (0..<size.width * size.height * 4).map {
            UInt8(truncatingIfNeeded: $0 &* $0 >> 3)
        }
        let whole = try Picture.encode(Bitmap(size: size, pixels: pixels), as: format)
        try await Fixture.with { fixture in
            let broken = Array(whole[..<(whole.count * 2 / 3)])
            let file = try await fixture.spooled(broken)
            let url = "data:image/\(format.rawValue);base64," + base64(broken)
            for asked in [
                AskedPicture(.spooled(file), field: "image[1]"),
                .init(.url(url), field: "image[1]"),
            ] {
                let refusal = try await fixture.refusal(of: asked)
                #expect(refusal?.kind == .invalidValue && refusal?.field == "image[1]")
            }
        }
    }

    /// Opaque, without alpha, or so little transparent that no vendor takes it for transparent.
    @Test func aMaskThatChangesNothingIsRefused() async throws {
        try await Fixture.with { fixture in
            for (alpha, format) in [
                (255, .png), (255, .webp), (254, .png), (128, .png),
            ] as [(UInt8, ImageFormat)] {
                let refusal = try await #require(
                    throws: Refusal.self,
                    performing: { try await mask([alpha, 255], as: format, in: fixture) })
                #expect(refusal.kind == .invalidValue && refusal.field == "mask")
                #expect(refusal.message.contains("transparent"))
            }
        }
    }

    /// All of it may change: that is a wish too.
    @Test func aMaskNeedsOneTransparentPixel() async throws {
        try await Fixture.with { fixture in
            for alphas in [[0, 255], [0, 0], [127, 255]] as [[UInt8]] {
                let taken = try await mask(alphas, as: .png, in: fixture)
                #expect(taken.format == .png)
            }
            let converted = try await mask([0, 255], as: .webp, in: fixture)
            #expect(converted.format == .png)
        }
    }

    /// A mask of grey pixels with these alphas, half of the picture each.
    private func mask(
        _ alphas: [UInt8], as format: ImageFormat, in fixture: Fixture
    ) async throws -> InputPicture {
        let size = PixelSize(width: 16, height: 16)
        var pixels = [UInt8](repeating: 99, count: size.width * size.height * 4)
        for pixel in 0..<size.width * size.height {
            pixels[pixel * 4 + 3] = alphas[pixel * alphas.count / (size.width * size.height)]
        }
        let bytes = try Picture.encode(Bitmap(size: size, pixels: pixels), as: format)
        let file = try await fixture.spooled(bytes)
        let taken = try await fixture.inputs.take([.init(.spooled(file), field: "mask")])
        return try await fixture.inputs.mask(taken[0], named: "mask")
    }

    @Test func thereAreSixteenAndAMask() async throws {
        try await Fixture.with { fixture in
            let file = try await fixture.spooled(try png())
            let asked = (0..<18).map { AskedPicture(.spooled(file), field: "image[\($0)]") }
            #expect(try await fixture.inputs.take(Array(asked.prefix(17))).count == 17)
            await #expect {
                try await fixture.inputs.take(asked)
            } throws: { error in
                (error as? Refusal)?.field == "image[17]"
            }
        }
    }

    @Test func aDataURLHoldsItsPicture() async throws {
        try await Fixture.with { fixture in
            let text = "data:image/jpeg;base64," + (try base64(png()))
            let taken = try await fixture.inputs.take([.init(.url(text), field: "image")])
            #expect(taken.first?.format == .png)
            let broken = try await fixture.refusal(of: .init(.url(text + "!"), field: "image"))
            #expect(broken?.field == "image" && broken?.message.contains("base64") == true)
        }
    }

    private func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        JSON.base64(bytes).write(into: &text)
        return String(decoding: text, as: UTF8.self).replacing("\"", with: "").replacing(
            "\\/", with: "/")
    }

    @Test func anUploadIsTakenByItsURLForADay() async throws {
        try await Fixture.with { fixture in
            let bytes = try png()
            let upload = try await fixture.inputs.upload(
                try await fixture.spooled(bytes), field: "file")
            #expect(upload.url.hasPrefix("https://pictures.example/u/"))
            #expect(upload.expiresAt == fixture.time.clock.now + .seconds(86_400))
            let asked = AskedPicture(.url(upload.url), field: "image")
            fixture.time.pass(.seconds(86_399))
            let taken = try await fixture.inputs.take([asked])
            fixture.time.pass(.seconds(1))
            #expect(try await fixture.refusal(of: asked)?.message.contains("24 hours") == true)
            #expect(try await fixture.inputs.open(upload.picture.name) == nil)
            #expect(try await fixture.inputs.read(taken[0]) == bytes)
            for name in ["", "../x", "k7aaaaaaaaaaaaaaaaaaaaaa.png"] {
                let other = AskedPicture(.url("https://pictures.example/u/\(name)"), field: "image")
                #expect(try await fixture.refusal(of: other)?.field == "image")
            }
        }
    }

    @Test func whatNobodyDiscardedIsSweptWhenNoJobCanUseIt() async throws {
        try await Fixture.with { fixture in
            // The file's own dates are the system's: the moving clock starts with them.
            fixture.time.pass(Clock.system.now - fixture.time.clock.now)
            _ = try await fixture.spooled([1])
            fixture.time.pass(.seconds(26 * 3600 - 60))
            #expect(try await fixture.inputs.sweep() == 0)
            fixture.time.pass(.seconds(120))
            #expect(try await fixture.inputs.sweep() == 1)
        }
    }
}

/// Pictures fetched over the network, from servers on loopback.
@Suite struct PictureFetcherTests {
    /// Runs `body` with a server that answers with `handler`, reachable under 127.0.0.1 alone.
    private func withOrigin(
        _ handler: @escaping Handler, _ body: (UInt16, Fixture) async throws -> Void
    ) async throws {
        let server = try HTTPServer(
            address: try #require(SocketAddress("127.0.0.1:0")), loops: 1,
            problem: { status, _, _ in Response(status) }, handler: handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            try await Fixture.with(
                .over(try AddressFilter(allowing: "127.0.0.1/32"), within: .seconds(1200))
            ) { fixture in
                try await body(server.port, fixture)
            }
            group.cancelAll()
        }
    }

    private func asked(_ url: String) -> AskedPicture { .init(.url(url), field: "image") }

    @Test func aPictureIsFetchedPastUpToThreeRedirects() async throws {
        let bytes = try png()
        try await withOrigin { request in
            guard let count = Int(request.path.dropFirst()), count > 0 else {
                return Response(.ok, headers: ["Content-Type": "text/html"], body: .bytes(bytes))
            }
            return Response(Status(302), headers: ["Location": "\(count - 1)"])
        } _: { port, fixture async throws in
            for count in 0...3 {
                let url = "http://127.0.0.1:\(port)/\(count)"
                #expect(try await fixture.inputs.take([asked(url)]).first?.format == .png)
            }
            let refusal = try await fixture.refusal(of: asked("http://127.0.0.1:\(port)/4"))
            #expect(refusal?.message.contains("more than 3 times") == true)
        }
    }

    @Test func aRedirectToAPrivateAddressIsNotFollowed() async throws {
        let visits = Lock(0)
        try await withOrigin { request in
            visits.withLock { $0 += 1 }
            let port = request.headers["Host"]?.split(separator: ":").last ?? ""
            return Response(Status(302), headers: ["Location": "http://127.0.0.2:\(port)/"])
        } _: { port, fixture async throws in
            let refusal = try await fixture.refusal(of: asked("http://127.0.0.1:\(port)/"))
            #expect(refusal?.kind == .invalidValue && refusal?.field == "image")
            #expect(refusal?.message.contains("not public") == true)
            #expect(visits.withLock { $0 } == 1)
        }
    }

    @Test(arguments: [
        "http://10.0.0.1/fox.png", "http://169.254.169.254/latest", "http://[::1]/",
        "http://0x7f.1/",
        "http://localhost/", "file:///etc/passwd", "ftp://example.com/fox.png", "http://a b/",
        "http://user@example.com/",
    ])
    func whatMustNotBeCalledIsRefused(url: String) async throws {
        try await Fixture.with(.over(AddressFilter())) { fixture in
            let refusal = try await fixture.refusal(of: asked(url))
            #expect(refusal?.kind == .invalidValue && refusal?.field == "image")
        }
    }

    @Test func anErrorATextAndTooMuchAreRefused() async throws {
        try await withOrigin { request in
            switch request.path {
            case "/gone": Response(.notFound)
            case "/text": Response(.ok, headers: ["Content-Type": "image/png"], body: .bytes([65]))
            default: Response(.ok, body: .bytes([UInt8](repeating: 0, count: Inputs.bytesMax + 1)))
            }
        } _: { port, fixture async throws in
            let base = "http://127.0.0.1:\(port)"
            #expect(
                try await fixture.refusal(of: asked("\(base)/gone"))?.message.contains("404")
                    == true)
            #expect(try await fixture.refusal(of: asked("\(base)/text"))?.kind == .invalidValue)
            #expect(try await fixture.refusal(of: asked("\(base)/large"))?.kind == .bodyTooLarge)
            #expect(try await fixture.count == 0)
        }
    }

    @Test(
        arguments: [
            ("https://a.example/b", "https://a.example/b"),
            ("//b.example/x#y", "http://b.example/x"),
            ("/x?y", "http://a.example:1/x?y"), ("x", "http://a.example:1/p/x"),
            ("?z", "http://a.example:1/p/q?z"), ("javascript:alert(1)", nil), ("", nil),
        ] as [(String, String?)])
    func aLocationIsReadBesideItsURL(location: String, url: String?) {
        #expect(RelativeURL.resolve(location, from: "http://a.example:1/p/q?r#s") == url)
    }
}
