import Gateway
import Pictures
import Units

/// The dimensions of dialect (d): `size`, or `resolution` and `aspect_ratio`.
enum OpenRouterSize {
    /// Pixels a side of a square picture. Other ratios have the same area.
    static let tiers = [
        ("512", 512), ("768", 768), ("1K", 1024), ("1.5K", 1536), ("2K", 2048), ("4K", 4096),
    ]

    static let ratios = [
        "1:1", "1:2", "1:4", "1:8", "2:1", "2:3", "2.35:1", "3:2", "3:4", "4:1", "4:3", "4:5",
        "5:2", "5:4", "5:7", "7:5", "8:1", "9:16", "16:9", "9:19.5", "19.5:9", "9:20", "20:9",
        "9:21", "21:9",
    ]

    /// What the three members ask for together, or a refusal when they contradict each other.
    static func read(_ fields: Fields) throws(Refusal) -> GenerationRequest.Size {
        var tier = try fields.word("resolution", of: tiers.map(\.0))
        let ratio = try fields.word("aspect_ratio", of: ratios + ["auto"])
        if let size = try fields.string("size"), size != "auto" {
            guard tiers.contains(where: { $0.0 == size }) else {
                return try pixels(size, beside: tier, ratio)
            }
            if let tier, tier != size { throw contradiction("resolution", tier, size) }
            tier = size
        }
        let side = tier.flatMap(side)
        let sides = ratio.flatMap(proportion)
        switch (side, sides) {
        case (nil, nil): return .auto
        case (nil, let sides?): return .ratio(sides.width, sides.height)
        case (let side?, let sides):
            return .pixels(pixels(of: side, in: sides ?? (1, 1)))
        }
    }

    private static func side(of tier: String) -> Int? { tiers.first { $0.0 == tier }?.1 }

    /// A ratio in whole numbers, `2.35:1` as 235 to 100; nil for `auto`.
    private static func proportion(_ text: String) -> (width: Int, height: Int)? {
        let sides = text.split(separator: ":").compactMap { side -> Int? in
            let halves = side.split(separator: ".")
            guard let whole = Int(halves[0]) else { return nil }
            guard halves.count == 2 else { return whole * 100 }
            return Int(halves[1] + String(repeating: "0", count: 2 - halves[1].count))
                .map { whole * 100 + $0 }
        }
        return sides.count == 2 ? (sides[0], sides[1]) : nil
    }

    /// A square's area in another ratio, each side to the nearest 16.
    private static func pixels(
        of side: Int, in ratio: (width: Int, height: Int)
    ) -> PixelSize {
        let stretch = (Double(ratio.width) / Double(ratio.height)).squareRoot()
        func rounded(_ exact: Double) -> Int { Int((exact / 16).rounded()) * 16 }
        return PixelSize(
            width: rounded(Double(side) * stretch), height: rounded(Double(side) / stretch))
    }

    /// Pixels decide; what stands beside them must say the same.
    private static func pixels(
        _ text: String, beside tier: String?, _ ratio: String?
    ) throws(Refusal) -> GenerationRequest.Size {
        let size = try GenerationRequest.Size(pixels: text, field: "size")
        guard case .pixels(let pixels) = size, pixels.width > 0, pixels.height > 0 else {
            return size
        }
        if let tier, let side = side(of: tier) {
            let area = Double(pixels.width * pixels.height) / Double(side * side)
            let isNamedAfterItsLongSide = max(pixels.width, pixels.height) == side
            guard isNamedAfterItsLongSide || (0.9...1.1).contains(area) else {
                throw contradiction("resolution", tier, text)
            }
        }
        if let ratio, let sides = proportion(ratio) {
            // Sides are multiples of 8 or 16 at most providers, so a ratio is seldom met exactly.
            let quotient =
                Double(pixels.width * sides.height) / Double(pixels.height * sides.width)
            guard (0.97...1.03).contains(quotient) else {
                throw contradiction("aspect_ratio", ratio, text)
            }
        }
        return size
    }

    private static func contradiction(
        _ field: String, _ value: String, _ size: String
    ) -> Refusal {
        Refusal(
            .invalidValue,
            "'\(field)' is '\(value)', but 'size' is '\(size.prefix(40))': leave one out.",
            field: field)
    }
}
