import Pictures

/// What it costs to see that a picture is whole, beside decoding it: milliseconds of one thread per
/// megapixel of 1024 × 1024.
enum PictureLoad {
    /// Prints a line for each format; the median of `rounds`, the two interleaved.
    static func measure(rounds: Int) throws {
        let size = PixelSize(width: 2048, height: 2048)
        let bitmap = Bitmap(size: size, pixels: pixels(of: size))
        let clock = ContinuousClock()
        for format in ImageFormat.allCases {
            let file = try Picture.encode(bitmap, as: format)
            var looks: [Duration] = []
            var decodings: [Duration] = []
            for _ in 0..<max(1, rounds) {
                looks.append(try clock.measure { _ = try Picture.inspectWhole(file) })
                decodings.append(try clock.measure { _ = try Picture.decode(file) })
            }
            func perMegapixel(_ times: [Duration]) -> Double {
                let median = times.sorted()[times.count / 2]
                return Double(median.components.attoseconds) / 1e15 / 4
                    + Double(median.components.seconds) * 1000 / 4
            }
            print(
                "\(format.rawValue) of \(file.count) bytes: whole \(perMegapixel(looks)) ms/MP, "
                    + "decoded \(perMegapixel(decodings)) ms/MP")
        }
    }

    /// Neither flat nor noise: waves with some grain, as a photograph has.
    private static func pixels(of size: PixelSize) -> [UInt8] {
        var pixels = [UInt8](repeating: 255, count: size.pixels * 4)
        var grain: UInt32 = 1
        for y in 0..<size.height {
            for x in 0..<size.width {
                grain = grain &* 1_664_525 &+ 1_013_904_223
                let start = (y * size.width + x) * 4
                let wave = UInt8(truncatingIfNeeded: (x * y >> 9) ^ (x >> 3))
                pixels[start] = wave &+ UInt8(grain >> 29)
                pixels[start + 1] = UInt8(truncatingIfNeeded: y >> 2) &+ UInt8(grain >> 30)
                pixels[start + 2] = UInt8(truncatingIfNeeded: x >> 2)
            }
        }
        return pixels
    }
}
