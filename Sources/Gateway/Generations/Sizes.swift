public import Pictures
import Units

/// Which sizes an endpoint makes, and the one rule by which pixels, tiers and ratios become each
/// other: the README beside the catalogue has it in words.
public struct Sizes: Sendable {
    enum Kind: Sendable {
        /// Exactly these, the default first.
        case listed([PixelSize])
        /// Any within bounds.
        case free(Bounds)
        /// Each ratio at each tier.
        case shapes([Ratio], [Tier])
    }

    struct Bounds: Sendable {
        let width: ClosedRange<Int>
        let height: ClosedRange<Int>
        let step: Int
        /// Of the whole picture.
        let pixels: ClosedRange<Int>

        func contains(_ size: PixelSize) -> Bool {
            width.contains(size.width) && height.contains(size.height)
                && size.width % step == 0 && size.height % step == 0
                && pixels.contains(size.pixels)
        }
    }

    let kind: Kind

    /// Pixels a picture may have, whatever an endpoint says: more is not decoded.
    static let pixelsMax = 64 * 1024 * 1024

    init(_ parameters: [String: Descriptor]) {
        if let width = parameters["width"]?.whole, let height = parameters["height"]?.whole {
            var step = 1
            if case .range(_, _, let said) = parameters["width"] { step = said ?? 1 }
            let pixels = parameters["pixels"]?.whole ?? 1...Self.pixelsMax
            kind = .free(Bounds(width: width, height: height, step: step, pixels: pixels))
            return
        }
        let listed = (parameters["size"]?.words ?? []).compactMap(PixelSize.init(words:))
        if !listed.isEmpty {
            kind = .listed(listed)
            return
        }
        let ratios = (parameters["aspect_ratio"]?.words ?? []).compactMap { Ratio($0) }
        let tiers = (parameters["resolution"]?.words ?? []).compactMap { Tier($0) }
        kind = .shapes(
            ratios.isEmpty ? [.square] : ratios, tiers.isEmpty ? [.oneK] : tiers.sorted())
    }

    /// The pixels of a wish, or the refusal that says what is accepted.
    func resolve(
        _ wish: GenerationRequest.Size, names: FieldNames
    ) throws(Refusal) -> PixelSize {
        switch wish {
        case .auto: return automatic
        case .pixels(let size):
            guard let made = made(for: size) else {
                throw Refusal(
                    .invalidValue,
                    "Invalid size \(size.words). Accepted: \(accepted(names)).",
                    field: names["size"])
            }
            return made
        case .shape(let ratio, let tier):
            if let size = size(of: ratio ?? usual, at: tier) { return size }
            // Whichever of the two is at fault.
            let isRatio = ratio != nil && size(of: ratio ?? usual, at: nil) == nil
            throw Capabilities.refused(
                names[isRatio ? "aspect_ratio" : "resolution"],
                isRatio ? ratio?.text ?? "" : tier?.text ?? "", accepted: accepted(names))
        }
    }

    /// The ratio that is meant when none is named.
    var usual: Ratio {
        guard case .shapes(let ratios, _) = kind else { return .square }
        return ratios.first { $0.distance(to: .square) < 1.01 } ?? ratios.first ?? .square
    }

    /// What is made when nothing is said.
    var automatic: PixelSize {
        switch kind {
        case .listed(let sizes): sizes.first ?? Tier.oneK.size(of: .square)
        case .free, .shapes: size(of: usual, at: nil) ?? Tier.oneK.size(of: usual)
        }
    }

    /// How far a ratio may be from the one that was asked for, and a side from its tier's, when
    /// pixels are asked of an endpoint that knows none.
    private static let ratioSlack = 1.04
    private static let edgeSlack = 1.5

    /// What is made for so many pixels: exactly that, but where an endpoint knows only ratios and
    /// tiers, the nearest; nil when there is none near.
    private func made(for size: PixelSize) -> PixelSize? {
        switch kind {
        case .listed(let sizes): return sizes.contains(size) ? size : nil
        case .free(let bounds): return bounds.contains(size) ? size : nil
        case .shapes(let ratios, let tiers):
            guard size.width > 0, size.height > 0 else { return nil }
            let asked = Ratio(size)
            let ratio = ratios.min { $0.distance(to: asked) < $1.distance(to: asked) }
            let tier = tiers.min { $0.distance(to: size) < $1.distance(to: size) }
            guard let ratio, ratio.distance(to: asked) <= Self.ratioSlack, let tier,
                tier.distance(to: size) <= Self.edgeSlack
            else { return nil }
            return tier.size(of: ratio)
        }
    }

    /// The nearest to `asked` that is made, first by its ratio and then by how many pixels it has.
    func nearest(to asked: PixelSize) -> PixelSize? {
        guard asked.width > 0, asked.height > 0 else { return nil }
        switch kind {
        case .listed(let sizes): return Self.nearest(of: sizes, to: asked)
        case .shapes: return Self.nearest(of: choices, to: asked)
        case .free(let bounds): return bounds.fitted(asked) ?? Self.nearest(of: choices, to: asked)
        }
    }

    private static func nearest(of sizes: [PixelSize], to asked: PixelSize) -> PixelSize? {
        func distance(_ size: PixelSize) -> Double {
            let pixels = Double(size.width) * Double(size.height)
            let wanted = Double(asked.width) * Double(asked.height)
            let shape = Ratio(size).distance(to: Ratio(asked))
            return shape * max(pixels / wanted, wanted / pixels).squareRoot().squareRoot()
        }
        return sizes.min { distance($0) < distance($1) }
    }

    /// The picture of a ratio at a tier; nil for what is not made. Without a tier: 1K, or as near
    /// to it as is made.
    func size(of ratio: Ratio, at tier: Tier?) -> PixelSize? {
        switch kind {
        case .shapes(let ratios, let tiers):
            guard let ratio = ratios.first(where: { $0.distance(to: ratio) < 1.001 }) else {
                return nil
            }
            guard let tier else {
                return (tiers.contains(.oneK) ? .oneK : tiers[0]).size(of: ratio)
            }
            return tiers.contains(tier) ? tier.size(of: ratio) : nil
        case .listed(let sizes):
            let near = sizes.filter { Ratio($0).distance(to: ratio) <= Self.ratioSlack }
            let wanted = tier ?? .oneK
            let size = near.min { wanted.distance(to: $0) < wanted.distance(to: $1) }
            guard let size, tier == nil || tier == Tier(nearest: size) else { return nil }
            return size
        case .free(let bounds):
            let size = (tier ?? .oneK).size(of: ratio)
            if bounds.contains(size) { return size }
            return tier == nil ? bounds.fitted(size) : nil
        }
    }

    /// The ratio and tier behind a picture of this endpoint, as its descriptors spell them; neither
    /// where it knows pixels.
    func words(for size: PixelSize) -> (ratio: String?, tier: String?) {
        guard case .shapes(let ratios, let tiers) = kind else { return (nil, nil) }
        for tier in tiers {
            let ratio = ratios.first { tier.size(of: $0) == size }
            if let ratio { return (ratio.text, tier.text) }
        }
        return (nil, nil)
    }

    /// How many sizes a refusal lists, at most: of some models there are a hundred.
    private static let listedMax = 16

    /// For a refusal. Who cannot say a ratio and a tier is told pixels.
    private func accepted(_ names: FieldNames) -> String {
        switch kind {
        case .listed(let sizes):
            return sizes.map(\.words).joined(separator: ", ")
        case .shapes where !names.haveShapes:
            let pixels = choices.prefix(Self.listedMax).map(\.words)
            return pixels.joined(separator: ", ")
                + (choices.count > Self.listedMax ? " and others" : "")
        case .shapes(let ratios, let tiers):
            return ratios.map(\.text).joined(separator: ", ") + " at "
                + tiers.map(\.text).joined(separator: ", ")
        case .free(let bounds):
            let same = bounds.width == bounds.height
            let steps = bounds.step > 1 ? " in steps of \(bounds.step)" : ""
            let total =
                bounds.pixels.upperBound < bounds.width.upperBound * bounds.height.upperBound
                ? ", \(bounds.pixels.lowerBound) to \(bounds.pixels.upperBound) pixels in all" : ""
            let sides =
                same
                ? "\(bounds.width.inWords) pixels a side"
                : "\(bounds.width.inWords) pixels wide, \(bounds.height.inWords) high"
            return sides + steps + total
        }
    }
}

extension Sizes.Bounds {
    /// `size` scaled into these bounds with its ratio kept; nil when that cannot be.
    fileprivate func fitted(_ size: PixelSize) -> PixelSize? {
        let (wide, high) = (Double(size.width), Double(size.height))
        let most = min(
            Double(width.upperBound) / wide, Double(height.upperBound) / high,
            (Double(pixels.upperBound) / (wide * high)).squareRoot())
        let least = max(
            Double(width.lowerBound) / wide, Double(height.lowerBound) / high,
            (Double(pixels.lowerBound) / (wide * high)).squareRoot())
        let unit = max(step, 16)
        let scale = min(1, most) < least ? least : min(1, most)
        func side(_ exact: Double) -> Int {
            let units = exact * scale / Double(unit)
            return Int(scale < 1 ? units.rounded(.down) : units.rounded(.up)) * unit
        }
        let fitted = PixelSize(width: side(wide), height: side(high))
        return contains(fitted) ? fitted : nil
    }
}

extension PixelSize {
    /// As requests and answers write it: `1024x1024`.
    public var words: String { "\(width)x\(height)" }

    /// Reads `1024x1024`.
    fileprivate init?(words: String) {
        let sides = words.split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2, sides.allSatisfy({ $0 > 0 }) else { return nil }
        self.init(width: sides[0], height: sides[1])
    }
}
