import FoundationEssentials
import Pictures
import Testing
import Units

@testable import Gateway

/// The rule of the catalogue's README: a wish becomes pixels, or a refusal that says what may be
/// asked for.
@Suite struct SizeTests {
    private static let listed = Sizes([
        "size": .choice(["1024x1024", "1536x1024", "1024x1536", "2048x2048"])
    ])
    private static let free = Sizes([
        "width": .range(min: 256, max: 1440, step: 16),
        "height": .range(min: 256, max: 1440, step: 16),
    ])
    private static let large = Sizes([
        "width": .range(min: 768, max: 1376, step: nil),
        "height": .range(min: 768, max: 1376, step: nil),
        "pixels": .range(min: 589_824, max: 1_056_768, step: nil),
    ])
    private static let shapes = Sizes([
        "aspect_ratio": .choice(["16:9", "1:1", "9:19.5"]), "resolution": .choice(["4K", "1K"]),
    ])

    /// `auto`, `1024x512`, `16:9`, `2K` or `16:9 2K`.
    private func made(_ wish: String, by sizes: Sizes) -> String {
        let words = wish.split(separator: " ").map(String.init)
        let sides = wish.split(separator: "x").compactMap { Int($0) }
        let size: GenerationRequest.Size =
            if wish == "auto" {
                .auto
            } else if sides.count == 2 {
                .pixels(PixelSize(width: sides[0], height: sides[1]))
            } else {
                .shape(
                    words.lazy.compactMap { Ratio($0) }.first,
                    words.lazy.compactMap { Tier($0) }.first)
            }
        do throws(Refusal) {
            let size = try sizes.resolve(size, names: .standard)
            return "\(size.width)x\(size.height)"
        } catch {
            return "\(error.field ?? "")! \(error.message)"
        }
    }

    @Test(arguments: [
        ("auto", "1024x1024"), ("1536x1024", "1536x1024"), ("3:2", "1536x1024"),
        ("2K", "2048x2048"), ("1:1 2K", "2048x2048"), ("2:3 1K", "1024x1536"),
        (
            "1000x1000",
            "size! Invalid size 1000x1000. Accepted: 1024x1024, 1536x1024, 1024x1536, 2048x2048."
        ),
        (
            "16:9",
            "aspect_ratio! Invalid 'aspect_ratio': 16:9. Accepted: 1024x1024, 1536x1024, 1024x1536, 2048x2048."
        ),
        (
            "3:2 4K",
            "resolution! Invalid 'resolution': 4K. Accepted: 1024x1024, 1536x1024, 1024x1536, 2048x2048."
        ),
    ])
    func aListedSizeIsTakenByItsPixelsItsRatioOrItsTier(wish: String, size: String) {
        #expect(made(wish, by: Self.listed) == size)
    }

    @Test(arguments: [
        ("auto", "1024x1024"), ("16:9", "1360x768"), ("1440x256", "1440x256"),
        // Too wide at 1K, so smaller, with the ratio kept as well as steps allow.
        ("21:9", "1440x608"), ("512", "512x512"), ("9:16 512", "384x688"),
        (
            "2K",
            "resolution! Invalid 'resolution': 2K. Accepted: 256 to 1440 pixels a side in steps of 16."
        ),
        (
            "1000x1008",
            "size! Invalid size 1000x1008. Accepted: 256 to 1440 pixels a side in steps of 16."
        ),
        (
            "1456x256",
            "size! Invalid size 1456x256. Accepted: 256 to 1440 pixels a side in steps of 16."
        ),
    ])
    func aFreeSizeIsAnythingWithinItsBounds(wish: String, size: String) {
        #expect(made(wish, by: Self.free) == size)
    }

    @Test(arguments: [
        ("auto", "1024x1024"), ("1376x768", "1376x768"),
        (
            "1376x1376",
            "size! Invalid size 1376x1376. Accepted: 768 to 1376 pixels a side, 589824 to 1056768 pixels in all."
        ),
    ])
    func aSizeStaysWithinItsPixels(wish: String, size: String) {
        #expect(made(wish, by: Self.large) == size)
    }

    @Test(arguments: [
        ("auto", "1024x1024"), ("16:9", "1360x768"), ("4K", "4096x4096"),
        ("16:9 4K", "5456x3072"), ("9:19.5", "688x1504"),
        // An exact size is made as the nearest shape, and the answer says which.
        ("1920x1080", "1360x768"), ("1024x1024", "1024x1024"), ("1024x1000", "1024x1024"),
        (
            "4:3",
            "aspect_ratio! Invalid 'aspect_ratio': 4:3. Accepted: 16:9, 1:1, 9:19.5 at 1K, 4K."
        ),
        ("1:1 2K", "resolution! Invalid 'resolution': 2K. Accepted: 16:9, 1:1, 9:19.5 at 1K, 4K."),
        ("1024x900", "size! Invalid size 1024x900. Accepted: 16:9, 1:1, 9:19.5 at 1K, 4K."),
        ("256x256", "size! Invalid size 256x256. Accepted: 16:9, 1:1, 9:19.5 at 1K, 4K."),
        ("0x1", "size! Invalid size 0x1. Accepted: 16:9, 1:1, 9:19.5 at 1K, 4K."),
    ])
    func ratiosAndTiersAreMadeTogether(wish: String, size: String) {
        #expect(made(wish, by: Self.shapes) == size)
    }
}
