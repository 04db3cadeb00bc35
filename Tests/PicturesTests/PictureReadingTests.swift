import Pictures
import Testing

@Suite struct PictureReadingTests {
    @Test(arguments: [
        ("interlaced.png", 0), ("rgb16.png", 1), ("lossless.webp", 0), ("palette.png", 14),
        ("full.jpg", 4), ("baseline.jpg", 12), ("progressive.jpg", 12), ("lossy.webp", 12),
        ("cmyk.jpg", 12),
    ])
    func everyKindShowsTheSameDrawing(name: String, within: Double) throws {
        let plain = try Picture.decode(Fixture.bytes("plain.png"))
        let picture = try Picture.decode(Fixture.bytes(name))
        #expect(picture.size == PixelSize(width: 48, height: 32))
        #expect(picture.isOpaque)
        #expect(distance(plain, picture) <= within)
    }

    @Test(arguments: ["grey.png", "grey.jpg", "onebit.png"])
    func greyBecomesEqualRedGreenAndBlue(name: String) throws {
        let picture = try Picture.decode(Fixture.bytes(name))
        for pixel in stride(from: 0, to: picture.pixels.count, by: 4) {
            #expect(Set(picture.pixels[pixel..<pixel + 3]).count == 1)
        }
    }

    @Test(arguments: ["alpha.png", "alpha.webp", "palette-alpha.png"])
    func transparencyIsKeptAndAnnounced(name: String) throws {
        let bytes = try Fixture.bytes(name)
        #expect(try Picture.inspect(bytes).hasAlpha)
        #expect(try !Picture.decode(bytes).isOpaque)
    }

    @Test(arguments: Fixture.accepted)
    func aHeaderSaysWhatThePictureIs(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let info = try Picture.inspect(bytes)
        #expect(info.size == (try Picture.decode(bytes).size))
        #expect(info.format.fileExtension == name.split(separator: ".").last.map(String.init))
        #expect(Picture.format(of: bytes) == info.format)
        #expect(info.hasAlpha == name.contains("alpha"))
    }

    @Test func mediaTypesNameFormats() {
        for format in ImageFormat.allCases {
            #expect(ImageFormat(mediaType: format.mediaType) == format)
        }
        #expect(ImageFormat(mediaType: "IMAGE/JPG; q=1") == .jpeg)
        #expect(ImageFormat(mediaType: "image/gif") == nil)
        #expect(ImageFormat(mediaType: "image/pngx") == nil)
    }
}

@Suite struct PictureRefusalTests {
    private func failure(_ bytes: [UInt8], limits: PictureLimits = .standard) -> PictureFailure? {
        do {
            _ = try Picture.decode(bytes, limits: limits)
            return nil
        } catch {
            return error
        }
    }

    @Test func textNamedPNGIsNoPicture() {
        #expect(failure(Array("<!doctype html><p>not here".utf8)) == .notAPicture)
        #expect(failure([]) == .notAPicture)
        #expect(failure([0x89]) == .notAPicture)
    }

    @Test(arguments: [
        ("animation.gif", "a GIF"), ("bitmap.bmp", "a BMP"), ("tiff.tiff", "a TIFF"),
        ("animated.webp", "an animated WebP"),
    ])
    func aForeignFormatIsRefusedByName(name: String, kind: String) throws {
        let failure = failure(try Fixture.bytes(name))
        #expect(failure == .unsupported(kind))
        #expect(failure?.description.contains(kind) == true)
    }

    @Test func aPictureOfThirtyThousandPixelsASideIsRefusedByItsHeader() throws {
        let side = PixelSize(width: 30_000, height: 30_000)
        var png = try Fixture.bytes("plain.png")
        png.replaceSubrange(16..<24, with: [0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30])
        #expect(failure(png) == .sideTooLong(side, sideMax: 8192))
        var jpeg = try Fixture.bytes("baseline.jpg")
        let frame = try #require(
            jpeg.indices.first { jpeg[$0] == 0xFF && $0 + 1 < jpeg.count && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x75, 0x30, 0x75, 0x30])
        #expect(failure(jpeg) == .sideTooLong(side, sideMax: 8192))
        var webp = try Fixture.bytes("lossy.webp")
        webp.replaceSubrange(26..<30, with: [0xFF, 0x3F, 0xFF, 0x3F])
        let largest = PixelSize(width: 16_383, height: 16_383)
        #expect(failure(webp) == .sideTooLong(largest, sideMax: 8192))
    }

    @Test func limitsHoldExactly() throws {
        let bytes = try Fixture.bytes("plain.png")
        let size = PixelSize(width: 48, height: 32)
        let exact = PictureLimits(bytesMax: bytes.count, sideMax: 48, pixelsMax: 48 * 32)
        #expect(failure(bytes, limits: exact) == nil)
        var limits = exact
        limits.bytesMax -= 1
        #expect(
            failure(bytes, limits: limits) == .tooManyBytes(bytes.count, bytesMax: limits.bytesMax))
        limits = exact
        limits.sideMax = 47
        #expect(failure(bytes, limits: limits) == .sideTooLong(size, sideMax: 47))
        limits = exact
        limits.pixelsMax -= 1
        #expect(failure(bytes, limits: limits) == .tooManyPixels(size, pixelsMax: limits.pixelsMax))
    }

    @Test func aPictureWithoutPixelsIsRefused() throws {
        var png = try Fixture.bytes("plain.png")
        png.replaceSubrange(16..<20, with: [0, 0, 0, 0])
        #expect(failure(png) == .noPixels)
    }

    @Test func aDamagedPixelChunkIsRefused() throws {
        var png = try Fixture.bytes("plain.png")
        let data = try #require(png.firstRange(of: Array("IDAT".utf8)))
        png[data.upperBound + 20] ^= 0x55
        guard case .corrupt(.png, _) = failure(png) else {
            Issue.record(
                "accepted, or refused for another reason: \(String(describing: failure(png)))")
            return
        }
    }

    @Test func aPictureOfHundredsOfScansIsRefused() throws {
        let jpeg = try Fixture.bytes("progressive.jpg")
        let scans = [[UInt8]](repeating: [0xFF, 0xDA], count: 200).flatMap { $0 }
        #expect(
            failure(jpeg.dropLast(2) + scans + jpeg.suffix(2))
                == .unsupported("a JPEG with 210 scans"))
    }

    @Test(arguments: Fixture.accepted)
    func aPictureCutAnywhereIsRefused(name: String) throws {
        let bytes = try Fixture.bytes(name)
        // A PNG is whole with its last pixel chunk, a WebP without the byte that pads it.
        var needed = bytes.count - 1
        if name.hasSuffix("png") {
            let data = try #require(bytes.ranges(of: Array("IDAT".utf8)).last)
            let length = bytes[data.lowerBound - 4..<data.lowerBound].reduce(0) {
                $0 << 8 | Int($1)
            }
            // zlib's own checksum ends the chunk; libpng forgives its loss.
            needed = data.upperBound + length - 5
        }
        for count in 0..<bytes.count {
            let failure = failure(Array(bytes.prefix(count)))
            if count < needed {
                #expect(failure != nil, "\(name) cut to \(count) of \(bytes.count)")
            }
        }
    }

    @Test(arguments: Fixture.accepted)
    func aMutatedFileIsReadOrRefusedAndNothingElse(name: String) throws {
        let bytes = try Fixture.bytes(name)
        var generator = SeededGenerator(state: UInt64(bytes.count))
        let limits = PictureLimits(bytesMax: 1 << 20, sideMax: 2048, pixelsMax: 1_000_000)
        for _ in 0..<600 {
            var mutant = bytes
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                Self.mutate(&mutant, using: &generator)
            }
            do {
                let picture = try Picture.decode(mutant, limits: limits)
                #expect(picture.pixels.count == picture.size.pixels * 4)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }

    private static func mutate(_ bytes: inout [UInt8], using generator: inout SeededGenerator) {
        guard bytes.count > 16 else { return }
        let position = Int.random(in: 0..<bytes.count, using: &generator)
        switch UInt8.random(in: 0..<6, using: &generator) {
        case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1: bytes[position] = UInt8.random(in: 0...255, using: &generator)
        case 2: bytes.remove(at: position)
        case 3: bytes.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 4: bytes.removeSubrange(position..<min(bytes.count, position + 16))
        default:
            let length = min(16, bytes.count - position)
            let other = Int.random(in: 0...bytes.count - length, using: &generator)
            bytes.replaceSubrange(
                position..<position + length, with: Array(bytes[other..<other + length]))
        }
    }
}
