import FoundationEssentials
import GatewaySupport
import Ledger
import PictureSupport
import Pictures
import Postgres
import Storage
import Testing
import Threads
import Units

@testable import Gateway

/// What pictures say beside their pixels: of customers' it reaches nobody, of vendors' it stays true.
@Suite struct InputNotesTests {
    private func picture(
        _ format: ImageFormat, _ width: Int = 24, _ height: Int = 16
    ) throws -> [UInt8] {
        let pixels = [UInt8](repeating: 200, count: width * height * 4)
        return try Picture.encode(
            Bitmap(size: PixelSize(width: width, height: height), pixels: pixels), as: format)
    }

    private func dataURL(_ bytes: [UInt8]) -> AskedPicture {
        AskedPicture(
            .url("data:image/png;base64," + Data(bytes).base64EncodedString()), field: "image")
    }

    private func spooled(_ bytes: [UInt8], _ inputs: Inputs) async throws -> SpooledFile {
        var spool = try await inputs.spool()
        try await spool.write(bytes)
        return try await spool.keep()
    }

    private func isClean(_ bytes: [UInt8]) -> Bool {
        !String(decoding: bytes, as: Unicode.ASCII.self).contains("SECRET")
    }

    /// As a file of a form, within the request, as an upload, and by an upload's URL.
    @Test(arguments: ImageFormat.allCases)
    func aPlaceAndACameraReachNobody(format: ImageFormat) async throws {
        try await withGateway { gateway in
            let inputs = gateway.inputs
            let bytes = Annotated.file(
                try picture(format), format, orientation: 6, profile: Annotated.profile)
            let sent = try await spooled(bytes, inputs)
            let upload = try await inputs.upload(sent, field: "file")
            let taken = try await inputs.take([
                AskedPicture(.spooled(sent), field: "image"), dataURL(bytes),
                AskedPicture(.url(upload.url), field: "image"),
            ])
            for picture in taken + [upload.picture] {
                let kept = try await inputs.read(picture)
                #expect(isClean(kept) && kept.count == picture.byteCount)
                // As it is seen.
                #expect(picture.size == PixelSize(width: 16, height: 24))
                #expect(try Picture.decodeShown(kept).profile == Annotated.profile)
            }
            await inputs.discard([sent])
            await inputs.discard(taken)
        }
    }

    /// A mask counts the pixels that its maker sees.
    @Test func aMaskFitsAPictureAsItIsSeen() async throws {
        try await withGateway { gateway in
            try await gateway.sync()
            let bytes = Annotated.file(try picture(.jpeg, 64, 32), .jpeg, orientation: 8)
            func plan(_ width: Int, _ height: Int) async throws -> Plan {
                var request = GenerationRequest(
                    dialect: .openAI, model: "gpt-image-2", prompt: "snow", format: .png)
                request.pictures = [dataURL(bytes)]
                let clear = [UInt8](repeating: 0, count: width * height * 4)
                request.mask = dataURL(
                    try Picture.encode(
                        Bitmap(size: PixelSize(width: width, height: height), pixels: clear),
                        as: .png))
                let bare = try gateway.engine.plan(
                    request, in: .test, at: gateway.time.clock.now)
                return try await gateway.engine.looking(at: request, bare)
            }
            let assignment = try await plan(32, 64).stored.assignment
            let first = try #require(assignment.inputs.first)
            let kept = try await gateway.inputs.read(first)
            #expect(first.size == PixelSize(width: 32, height: 64))
            // Whoever does not look at EXIF sees the same as who does.
            #expect(try Picture.inspect(kept).size == first.size)
            #expect(try !Picture.inspectWhole(kept).isTurned)
            await gateway.engine.discardInputs(of: assignment)
            let refusal = await #expect(throws: Refusal.self) { _ = try await plan(64, 32) }
            #expect(refusal?.message.contains("they must be the same") == true)
        }
    }

    private func finished(
        _ bytes: [UInt8], as format: ImageFormat, takesAny: Bool = false, by gateway: TestGateway
    ) async throws -> MadePicture {
        try await gateway.sync()
        var request = GenerationRequest(
            dialect: .openAI, model: "gpt-image-2", prompt: "snow", format: format)
        request.takesAnyFormat = takesAny
        let now = gateway.time.clock.now
        let plan = try gateway.engine.plan(request, in: .test, at: now)
        let made = try await gateway.engine.finish(
            [bytes], for: plan.stored.assignment, of: .init(high: 0, low: 1),
            by: now + .seconds(600))
        return try #require(made.first)
    }

    @Test(arguments: ImageFormat.allCases)
    func aVendorsCredentialsStayWithItsOwnBytes(format: ImageFormat) async throws {
        try await withGateway { gateway in
            let plain = try picture(format)
            let signed = Annotated.file(plain, format, credentials: true)
            let same = try await finished(signed, as: format, by: gateway)
            #expect(same.credentials == .kept && same.format == format)
            #expect(signed.starts(with: same.bytes))
            let other: ImageFormat = format == .png ? .webp : .png
            let converted = try await finished(signed, as: other, by: gateway)
            #expect(converted.credentials == .removed && converted.format == other)
            #expect(
                String(decoding: converted.bytes, as: Unicode.ASCII.self)
                    .contains("trainedAlgorithmicMedia"))
            let own = try await finished(signed, as: other, takesAny: true, by: gateway)
            #expect(own.credentials == .kept && own.format == format)
            #expect(try await finished(plain, as: other, by: gateway).credentials == nil)
        }
    }

    @Test func aVendorsTurnedPictureIsConvertedAsItIsSeen() async throws {
        try await withGateway { gateway in
            let turned = Annotated.file(
                try picture(.jpeg), .jpeg, orientation: 6, profile: Annotated.profile)
            let made = try await finished(turned, as: .webp, by: gateway)
            #expect(made.size == PixelSize(width: 16, height: 24))
            #expect(try Picture.inspect(made.bytes).size == made.size)
            #expect(try Picture.decodeShown(made.bytes).profile == Annotated.profile)
            let same = try await finished(turned, as: .jpeg, by: gateway)
            #expect(same.size == made.size)
        }
    }

    @Test func whatBecameOfTheCredentialsIsKeptWithTheGeneration() throws {
        for credentials in [ContentCredentials.kept, .removed, nil] {
            var report = GenerationReport()
            report.credentials = credentials
            #expect(GenerationReport(report.column?.text).credentials == credentials)
        }
    }
}
