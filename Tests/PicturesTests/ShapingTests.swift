import Pictures
import Testing

/// Pictures that are not done yet, or stand on nothing.
@Suite struct ShapingTests {
    private let fox = TestPicture.draw(
        prompt: "a fox", seed: 3, size: PixelSize(width: 97, height: 61))

    /// The mean distance of two pictures' samples.
    private func distance(_ left: Bitmap, _ right: Bitmap) -> Double {
        let sum = zip(left.pixels, right.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(left.pixels.count)
    }

    @Test func aCoarserViewComesNearerWithEveryStep() {
        let views = [16, 8, 4].map { fox.coarser(by: $0) }
        #expect(views.allSatisfy { $0.size == fox.size })
        let distances = views.map { distance($0, fox) }
        #expect(distances == distances.sorted(by: >))
        #expect(distances[2] > 0 && distances[0] < 40)
        #expect(fox.coarser(by: 1).pixels == fox.pixels)
    }

    @Test(arguments: [1, 2, 15]) func aTinyPictureIsCoarsenedToo(side: Int) {
        let tiny = TestPicture.draw(
            prompt: "a fox", seed: 3, size: PixelSize(width: side, height: 1))
        #expect(tiny.coarser(by: 16).size == tiny.size)
    }

    @Test func aCutOutPictureIsTransparentAtItsCornersAndWholeInItsMiddle() {
        let cut = fox.cutOut()
        func alpha(_ column: Int, _ row: Int) -> UInt8 { cut.pixels[(row * 97 + column) * 4 + 3] }
        #expect(alpha(0, 0) == 0 && alpha(96, 60) == 0 && alpha(96, 0) == 0)
        #expect(alpha(48, 30) == 255 && alpha(48, 0) == 255 && alpha(0, 30) == 255)
        #expect(!cut.isOpaque)
    }
}
