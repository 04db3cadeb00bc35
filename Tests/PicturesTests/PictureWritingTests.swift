import Pictures
import Testing

@Suite struct PictureWritingTests {
    private static let sizes = [
        PixelSize(width: 1, height: 1), PixelSize(width: 17, height: 5),
        PixelSize(width: 5, height: 130), PixelSize(width: 96, height: 64),
        PixelSize(width: 160, height: 128),
    ]

    /// A gradient with every alpha from none to full, or an opaque one.
    private func gradient(_ size: PixelSize, opaque: Bool) -> Bitmap {
        let pixels = (0..<size.pixels).flatMap { index -> [UInt8] in
            let (x, y) = (index % size.width, index / size.width)
            return [
                UInt8(x * 255 / size.width), UInt8(y * 255 / size.height), 128,
                opaque ? 255 : UInt8((x + y) * 255 / (size.width + size.height)),
            ]
        }
        return Bitmap(size: size, pixels: pixels)
    }

    @Test(arguments: sizes, [true, false])
    func pngKeepsEverySample(size: PixelSize, opaque: Bool) throws {
        let bitmap = gradient(size, opaque: opaque)
        let file = try Picture.encode(bitmap, as: .png)
        #expect(try Picture.decode(file).pixels == bitmap.pixels)
        #expect(try Picture.inspect(file).hasAlpha == !opaque)
    }

    /// Noise only grows when it is compressed: at each of the sizes where the way of writing changes.
    @Test(arguments: [1, 2, 3, 31, 32, 36, 37, 127, 128, 147, 148])
    func pngKeepsNoise(side: Int) throws {
        let size = PixelSize(width: side, height: side)
        var state: UInt32 = 7
        for opaque in [true, false] {
            let pixels = (0..<size.pixels * 4).map { index -> UInt8 in
                state = state &* 1_664_525 &+ 1_013_904_223
                return opaque && index % 4 == 3 ? 255 : UInt8(state >> 24)
            }
            let file = try Picture.encode(Bitmap(size: size, pixels: pixels), as: .png)
            #expect(try Picture.decode(file).pixels == pixels)
        }
    }

    /// Storing ends where it would cost a second block: 37 × 37 pixels need compression for that.
    @Test(arguments: [16, 32, 36, 37])
    func aTinyPNGFillsOneBlockOfADisk(side: Int) throws {
        let size = PixelSize(width: side, height: side)
        let bitmap = TestPicture.draw(prompt: "a lake", seed: 1, size: size)
        #expect(try Picture.encode(bitmap, as: .png).count <= 4096)
    }

    @Test(arguments: sizes, [ImageFormat.jpeg, .webp])
    func lossyFormatsStayNearTheOriginal(size: PixelSize, format: ImageFormat) throws {
        let bitmap = gradient(size, opaque: true)
        let file = try Picture.encode(bitmap, as: format)
        #expect(Picture.format(of: file) == format)
        // Half the colour resolution costs most where a few pixels hold the whole gradient.
        #expect(distance(bitmap, try Picture.decode(file)) < (size.pixels < 1000 ? 12 : 3))
    }

    @Test func webpKeepsTransparency() throws {
        let bitmap = gradient(PixelSize(width: 96, height: 64), opaque: false)
        let back = try Picture.decode(Picture.encode(bitmap, as: .webp))
        let alphas = stride(from: 3, to: bitmap.pixels.count, by: 4)
        #expect(alphas.allSatisfy { bitmap.pixels[$0] == back.pixels[$0] })
    }

    @Test func jpegShowsTransparencyOverWhite() throws {
        let size = PixelSize(width: 16, height: 16)
        let clear = Bitmap(size: size, pixels: [UInt8](repeating: 0, count: size.pixels * 4))
        let back = try Picture.decode(Picture.encode(clear, as: .jpeg))
        #expect(back.pixels.allSatisfy { $0 >= 254 })
        let half = Bitmap(
            size: size, pixels: (0..<size.pixels).flatMap { _ in [0, 0, 0, 128] as [UInt8] })
        let grey = try Picture.decode(Picture.encode(half, as: .jpeg)).pixels
        #expect((125...129).contains(grey[0]))
    }

    @Test(arguments: [ImageFormat.jpeg, .webp])
    func lessQualityMakesSmallerFiles(format: ImageFormat) throws {
        let bitmap = TestPicture.draw(
            prompt: "a lake", seed: 1, size: PixelSize(width: 128, height: 128))
        let counts = try [0, 30, 60, 90, 100].map {
            try Picture.encode(bitmap, as: format, quality: $0).count
        }
        #expect(counts == counts.sorted())
        #expect(Set(counts).count == counts.count)
    }

    @Test func aFormatsOwnLongestSideIsARefusal() {
        let size = PixelSize(width: 16_384, height: 1)
        let long = Bitmap(size: size, pixels: [UInt8](repeating: 9, count: size.pixels * 4))
        #expect(throws: PictureFailure.unwritable(.webp, "a side can have at most 16383 pixels")) {
            try Picture.encode(long, as: .webp)
        }
        #expect(throws: Never.self) { try Picture.encode(long, as: .png) }
    }
}
