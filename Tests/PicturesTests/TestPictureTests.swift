import Pictures
import Testing

@Suite struct TestPictureTests {
    private func draw(_ prompt: String, _ seed: Int64 = 1, _ width: Int = 96, _ height: Int = 64)
        -> Bitmap
    {
        TestPicture.draw(
            prompt: prompt, seed: seed, size: PixelSize(width: width, height: height))
    }

    /// FNV-1a of the pixels.
    private func checksum(_ bitmap: Bitmap) -> UInt64 {
        bitmap.pixels.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// Changing a drawing changes what customers' stored tests compare with: on purpose only.
    @Test(
        arguments: [
            ("a mountain lake at sunset", 1, 0xF66F60C79EDAD812),
            ("a fox in the forest", 2, 0xED208FC29FA12505),
            ("city at night", 3, 0xF0254D1AFD126C3C), ("snow", -4, 0xF886260C24AB5DCF),
            ("ocean with a boat", 5, 0xCA06DE620A58254E), ("desert", 6, 0x1FDAC61EB7B9D85D),
            ("", Int64.max, 0xD45D1B6FD9D33D54), ("крокодил 🐊", Int64.min, 0xD2AEDD6273B4B81C),
        ] as [(String, Int64, UInt64)])
    func aDrawingIsTheSameOnEveryMachine(prompt: String, seed: Int64, expected: UInt64) {
        #expect(checksum(draw(prompt, seed)) == expected)
    }

    /// The same for a size that is drawn with every detail.
    @Test(
        arguments: [
            ("a fox in the snow", 0x99BF7654C4613617), ("city at night", 0xB6A62CDD325D7A4D),
        ] as [(String, UInt64)])
    func aLargeDrawingIsTheSameOnEveryMachine(prompt: String, expected: UInt64) {
        #expect(checksum(draw(prompt, 5, 200, 128)) == expected)
    }

    /// From 128 pixels a side everything is drawn; below 48, outlines only.
    @Test(
        arguments: [
            ("a mountain lake at sunset", 128, 0xF90F15AB6F2D4658),
            ("a mountain lake at sunset", 32, 0xC1D1E7691D8BC758),
            ("a fox in the snow at night", 160, 0x14719E4D2249F039),
            ("a fox in the snow at night", 32, 0xA4A086D4D2F5849C),
            ("city bird", 128, 0xCE7271908F4ED61F), ("city bird", 16, 0x4628CBBD682926A1),
            ("a boat at night", 256, 0x14C0B6AF03C463EA),
            ("a boat at night", 47, 0xF69409A85BEFC067),
        ] as [(String, Int, UInt64)])
    func aDrawingOfEachDetailIsTheSameOnEveryMachine(prompt: String, side: Int, expected: UInt64) {
        #expect(checksum(draw(prompt, 7, side, side)) == expected)
    }

    @Test func fewerStarsAndFlakesFallOnAThumbnail() {
        // Flakes that covered a thumbnail like a large picture would hide its mountains.
        let pixels = draw("snow at night", 1, 32, 32).pixels
        let white = stride(from: 0, to: pixels.count, by: 4).count { pixels[$0] > 170 }
        #expect((1...80).contains(white), "\(white) white pixels")
    }

    @Test func anotherSeedIsAnotherView() {
        for prompt in ["a fox", "a lake", "night city", "desert", "forest"] {
            for seed: Int64 in 0..<4 {
                #expect(distance(draw(prompt, seed), draw(prompt, seed + 1)) > 2)
            }
        }
    }

    @Test func anotherPromptIsAnotherPicture() {
        let prompts = ["a fox", "sunset", "night", "forest", "ocean", "snow", "desert", "city"]
        for (index, left) in prompts.enumerated() {
            for right in prompts.dropFirst(index + 1) {
                #expect(distance(draw(left), draw(right)) > 4, "\(left) and \(right)")
            }
        }
    }

    @Test func wordsAreHeard() {
        func mean(_ prompt: String, _ channel: Int) -> Int {
            let pixels = draw(prompt).pixels
            return stride(from: channel, to: pixels.count, by: 4)
                .reduce(0) { $0 + Int(pixels[$1]) } / (pixels.count / 4)
        }
        #expect(mean("the lake at Night!", 0) < 90)
        #expect(mean("snow", 2) > 150)
        #expect(mean("SUNSETS", 0) > mean("SUNSETS", 2))
        #expect(mean("a summer day", 2) > mean("a summer day", 0))
    }

    @Test(arguments: [
        (1, 1), (16, 16), (1, 300), (300, 1), (2, 2), (3, 7), (64, 64), (1024, 16), (16, 1024),
    ])
    func everySizeIsDrawn(width: Int, height: Int) {
        for prompt in ["lake", "forest fox", "ocean boat", "desert", "snow", "city bird", "hills"] {
            let bitmap = draw(prompt, 9, width, height)
            #expect(bitmap.size == PixelSize(width: width, height: height))
            #expect(bitmap.isOpaque)
        }
    }

    @Test func aVeryLongPromptIsDrawn() {
        let prompt = String(repeating: "a very long story of a fox, ", count: 1200)
        #expect(draw(prompt).isOpaque)
    }
}
