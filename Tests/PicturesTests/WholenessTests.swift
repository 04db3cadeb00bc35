import Pictures
import Testing

/// A picture is believed when all of it is there.
@Suite struct WholenessTests {
    private func isWhole(_ bytes: [UInt8]) -> Bool {
        (try? Picture.inspectWhole(bytes)) != nil
    }

    @Test(arguments: Fixture.accepted)
    func aWholePictureIsBelieved(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let whole = try Picture.inspectWhole(bytes)
        #expect(whole.info == (try Picture.inspect(bytes)))
        #expect(whole.byteCount == bytes.count)
    }

    @Test(arguments: ImageFormat.allCases)
    func whatWeWriteIsWhole(format: ImageFormat) throws {
        for (width, height) in [(1, 1), (3, 2), (8, 8), (17, 33), (64, 64), (257, 131)] {
            var generator = SeededGenerator(state: UInt64(width))
            let pixels = (0..<width * height * 4).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let bitmap = Bitmap(size: PixelSize(width: width, height: height), pixels: pixels)
            let bytes = try Picture.encode(bitmap, as: format)
            #expect(try Picture.inspectWhole(bytes).byteCount == bytes.count)
        }
    }

    /// At every byte, and so at every boundary of its parts too.
    @Test(arguments: Fixture.accepted)
    func aPictureCutAnywhereIsNotWhole(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for count in 0..<bytes.count {
            let isPadding = name.hasSuffix("webp") && count == bytes.count - 1
            #expect(!isWhole(Array(bytes[..<count])) || isPadding, "\(name) cut at \(count)")
        }
    }

    /// A PNG has checksums: no bit of it may turn.
    @Test(arguments: Fixture.accepted.filter { $0.hasSuffix("png") })
    func aPNGWithATurnedBitIsNotWhole(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for position in bytes.indices {
            var damaged = bytes
            damaged[position] ^= 1 << UInt8(position % 8)
            #expect(!isWhole(damaged), "\(name) at \(position)")
        }
    }

    /// A piece of the scan is gone, and all that frames it is there.
    @Test(arguments: ["baseline.jpg", "progressive.jpg", "full.jpg", "grey.jpg", "cmyk.jpg"])
    func aJPEGWithAHoleInItsScanIsNotWhole(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let half = bytes.count * 3 / 4
        #expect(!isWhole(Array(bytes[..<half]) + [0xFF, 0xD9]))
        // Half of it and all of it again: pixels that have no place.
        #expect(!isWhole(bytes.dropLast(2) + bytes[half..<bytes.count - 2] + [0xFF, 0xD9]))
    }

    @Test(arguments: ["lossy.webp", "lossless.webp", "alpha.webp"])
    func aWebPThatPromisesLessThanItHoldsIsNotWhole(name: String) throws {
        let bytes = try Fixture.bytes(name)
        for kept in [20, bytes.count / 3, bytes.count / 2] {
            var cut = Array(bytes[..<(kept / 2 * 2)])
            let length = cut.count - 8
            // The file's length is right, the chunk's is not.
            cut.replaceSubrange(4..<8, with: (0..<4).map { UInt8(length >> (8 * $0) & 255) })
            #expect(!isWhole(cut), "\(name) cut at \(kept)")
        }
    }

    /// Its checksums are right, and rows are missing, or there are too many.
    @Test func aPNGWithOtherThanItsRowsIsNotWhole() throws {
        let size = PixelSize(width: 16, height: 16)
        let bytes = try Picture.encode(
            Bitmap(size: size, pixels: [UInt8](repeating: 90, count: size.pixels * 4)), as: .png)
        for height in [15, 17] as [UInt8] {
            var other = bytes
            other[23] = height
            other.replaceSubrange(29..<33, with: checksum(other[12..<29]))
            #expect(!isWhole(other))
        }
    }

    @Test(arguments: ["plain.png", "baseline.jpg", "lossy.webp"])
    func whatFollowsAPictureIsNoneOfIt(name: String) throws {
        let bytes = try Fixture.bytes(name)
        let whole = try Picture.inspectWhole(bytes + Array("PK and more".utf8))
        #expect(whole.byteCount == bytes.count)
    }

    /// The checksum of PNG, bit by bit.
    private func checksum(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var sum: UInt32 = .max
        for byte in bytes {
            sum ^= UInt32(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ~sum >> $0) }
    }
}
