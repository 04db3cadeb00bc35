import Gateway
import Pictures
import Units

/// The dimensions of dialect (d): `size`, or `resolution` and `aspect_ratio`.
enum OpenRouterSize {
    static let tiers = ["512", "768", "1K", "1.5K", "2K", "4K"]

    static let ratios = [
        "1:1", "1:2", "1:4", "1:8", "2:1", "2:3", "2.35:1", "3:2", "3:4", "4:1", "4:3", "4:5",
        "5:2", "5:4", "5:7", "7:5", "8:1", "9:16", "16:9", "9:19.5", "19.5:9", "9:20", "20:9",
        "9:21", "21:9",
    ]

    /// What the three members ask for together, or a refusal when they contradict each other.
    static func read(_ fields: Fields) throws(Refusal) -> GenerationRequest.Size {
        var tier = try fields.word("resolution", of: tiers)
        let ratio = try fields.word("aspect_ratio", of: ratios + ["auto"])
        if let size = try fields.string("size"), size != "auto" {
            guard tiers.contains(size) else { return try pixels(size, beside: tier, ratio) }
            if let tier, tier != size { throw contradiction("resolution", tier, size) }
            tier = size
        }
        let shape = (ratio.flatMap { Ratio($0) }, tier.flatMap { Tier($0) })
        return shape.0 == nil && shape.1 == nil ? .auto : .shape(shape.0, shape.1)
    }

    /// Pixels decide; what stands beside them must say the same.
    private static func pixels(
        _ text: String, beside tier: String?, _ ratio: String?
    ) throws(Refusal) -> GenerationRequest.Size {
        let size = try GenerationRequest.Size(pixels: text, field: "size")
        guard case .pixels(let pixels) = size, pixels.width > 0, pixels.height > 0 else {
            return size
        }
        if let tier, let side = Tier(tier)?.edge {
            let area = Double(pixels.width * pixels.height) / Double(side * side)
            let isNamedAfterItsLongSide = max(pixels.width, pixels.height) == side
            guard isNamedAfterItsLongSide || (0.9...1.1).contains(area) else {
                throw contradiction("resolution", tier, text)
            }
        }
        if let ratio, let wanted = Ratio(ratio) {
            // Sides are multiples of 8 or 16 at most providers, so a ratio is seldom met exactly.
            let quotient = Double(pixels.width) / Double(pixels.height) / wanted.value
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
