import PictureSupport
import Pictures
import Testing

/// What a picture file says beside its pixels.
@Suite struct NotesTests {
    private static let files: [(String, ImageFormat)] = [
        ("plain.png", .png), ("alpha.png", .png), ("palette.png", .png), ("interlaced.png", .png),
        ("baseline.jpg", .jpeg), ("progressive.jpg", .jpeg), ("grey.jpg", .jpeg),
        ("lossy.webp", .webp), ("lossless.webp", .webp), ("alpha.webp", .webp),
    ]

    private func has(_ text: String, in bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: Unicode.ASCII.self).contains(text)
    }

    @Test(arguments: files)
    func nothingOfItIsLeftAndThePixelsStayAsTheyAre(name: String, format: ImageFormat) throws {
        let plain = try Fixture.bytes(name)
        let annotated = Annotated.file(plain, format, profile: Annotated.profile)
        #expect(has(Annotated.secret, in: annotated))
        let stripped = Picture.stripped(annotated, try Picture.inspectWhole(annotated))
        #expect(!has("SECRET", in: stripped) && stripped.count < annotated.count)
        #expect(try Picture.decode(stripped).pixels == Picture.decode(annotated).pixels)
        #expect(try Picture.decodeShown(stripped).profile == Annotated.profile)
        // Once is enough.
        #expect(Picture.stripped(stripped, try Picture.inspectWhole(stripped)) == stripped)
    }

    @Test(arguments: files)
    func howItIsTurnedStays(name: String, format: ImageFormat) throws {
        let annotated = Annotated.file(try Fixture.bytes(name), format, orientation: 6)
        let whole = try Picture.inspectWhole(annotated)
        #expect(whole.isTurned)
        let stripped = Picture.stripped(annotated, whole)
        #expect(!has("SECRET", in: stripped))
        let after = try Picture.inspectWhole(stripped)
        #expect(after.isTurned && after.shownSize == whole.shownSize)
        #expect(whole.shownSize.width == whole.info.size.height)
        #expect(try Picture.decode(stripped).size == whole.shownSize)
    }

    /// Exif 2.32, table 6: where the first stored row and the first stored column are seen.
    @Test(
        arguments: [
            (1, "top", "left"), (2, "top", "right"), (3, "bottom", "right"), (4, "bottom", "left"),
            (5, "left", "top"), (6, "right", "top"), (7, "right", "bottom"), (8, "left", "bottom"),
        ] as [(UInt8, String, String)])
    func aTurnedPictureIsDecodedAsItIsSeen(
        orientation: UInt8, firstRow: String, firstColumn: String
    ) throws {
        let size = PixelSize(width: 3, height: 2)
        var pixels: [UInt8] = []
        for row in 0..<size.height {
            for column in 0..<size.width { pixels += [UInt8(row), UInt8(column), 0, 255] }
        }
        let file = try Picture.encode(Bitmap(size: size, pixels: pixels), as: .png)
        let seen = try Picture.decode(Annotated.file(file, .png, orientation: orientation))
        let isAcross = firstRow == "top" || firstRow == "bottom"
        #expect(seen.size == (isAcross ? size : PixelSize(width: 2, height: 3)))
        for y in 0..<seen.size.height {
            for x in 0..<seen.size.width {
                func place(_ side: String) -> Int {
                    switch side {
                    case "top": y
                    case "bottom": seen.size.height - 1 - y
                    case "left": x
                    default: seen.size.width - 1 - x
                    }
                }
                let start = (y * seen.size.width + x) * 4
                #expect(Int(seen.pixels[start]) == place(firstRow), "row at \(x), \(y)")
                #expect(Int(seen.pixels[start + 1]) == place(firstColumn), "column at \(x), \(y)")
            }
        }
    }

    @Test(arguments: files)
    func contentCredentialsAreSeen(name: String, format: ImageFormat) throws {
        let plain = try Fixture.bytes(name)
        #expect(try !Picture.inspectWhole(Annotated.file(plain, format)).hasCredentials)
        #expect(
            try Picture.inspectWhole(Annotated.file(plain, format, credentials: true))
                .hasCredentials)
    }

    @Test(arguments: ImageFormat.allCases)
    func aConvertedPictureSaysThatAModelMadeIt(format: ImageFormat) throws {
        let bitmap = try Picture.decode(try Fixture.bytes("alpha.png"))
        let file = try Picture.encode(
            bitmap, as: format, profile: Annotated.profile, isGenerated: true)
        #expect(has("digitalsourcetype/trainedAlgorithmicMedia", in: file))
        #expect(has("http://iptc.org/std/Iptc4xmpExt/2008-02-29/", in: file))
        let shown = try Picture.decodeShown(file)
        #expect(shown.profile == Annotated.profile && shown.bitmap.size == bitmap.size)
        #expect(try Picture.inspectWhole(file).byteCount == file.count)
        let plain = try Picture.encode(bitmap, as: format)
        #expect(try Picture.decode(plain).pixels == shown.bitmap.pixels)
    }

    /// A profile for other than red, green and blue is not for the pixels that come of it.
    @Test func aProfileOfInkIsNotForColours() throws {
        var profile = Annotated.profile
        profile.replaceSubrange(16..<20, with: "CMYK".utf8)
        let file = Annotated.file(try Fixture.bytes("baseline.jpg"), .jpeg, profile: profile)
        #expect(try Picture.decodeShown(file).profile == nil)
    }

    /// A second picture is a place for a text too.
    @Test func whatNobodyDrawsIsLeftOut() throws {
        let secret = Array(Annotated.secret.utf8)
        let webp = try Fixture.bytes("lossless.webp")
        var twice = Annotated.file(webp, .webp)
        twice.removeLast(secret.count)
        let extra = Array("VP8L".utf8) + [UInt8(secret.count), 0, 0, 0] + secret + [0]
        twice += extra
        let length = twice.count - 8
        twice.replaceSubrange(
            4..<8, with: (0..<4).map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) })
        #expect(!has("SECRET", in: Picture.stripped(twice, try Picture.inspectWhole(twice))))
    }

    /// Nonsense in EXIF turns nothing, and costs nothing.
    @Test func nonsenseTurnsNothing() throws {
        let plain = try Fixture.bytes("plain.png")
        for orientation in [0, 9, 255] as [UInt8] {
            #expect(
                try !Picture.inspectWhole(Annotated.file(plain, .png, orientation: orientation))
                    .isTurned)
        }
    }
}
