import Glibc
import Pictures
import Testing

/// The recorded pictures in `Tests/Fixtures/pictures`.
enum Fixture {
    static let accepted = [
        "alpha.png", "alpha.webp", "baseline.jpg", "cmyk.jpg", "full.jpg", "grey.jpg", "grey.png",
        "interlaced.png", "lossless.webp", "lossy.webp", "onebit.png", "palette-alpha.png",
        "palette.png", "plain.png", "progressive.jpg", "rgb16.png",
    ]

    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = #filePath.split(separator: "/", omittingEmptySubsequences: false)
            .dropLast(2).joined(separator: "/")
        let file = unsafe open("\(folder)/Fixtures/pictures/\(name)", O_RDONLY)
        try #require(file >= 0, "there is a fixture \(name)")
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 100_000)
        let count = unsafe read(file, &bytes, bytes.count)
        return Array(bytes.prefix(count))
    }
}

/// The same sequence in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state ^ (state >> 29)
    }
}

/// The mean difference of two pictures' samples; larger than any when their sizes differ.
func distance(_ left: Bitmap, _ right: Bitmap) -> Double {
    guard left.size == right.size else { return 256 }
    let sum = zip(left.pixels, right.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    return Double(sum) / Double(left.pixels.count)
}
