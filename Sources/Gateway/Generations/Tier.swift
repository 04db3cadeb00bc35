public import Pictures

/// A class of picture sizes, named by the side of its square: 512, 1K, 2K.
public struct Tier: Hashable, Comparable, Sendable {
    /// Pixels a side of the square.
    public let edge: Int

    /// Reads `512`, `1K`, `1.5K` or `2MP`, in either case; nil for anything else.
    public init?(_ text: String) {
        switch text.uppercased() {
        case "512", "512PX", "0.5K": edge = 512
        case "768": edge = 768
        case "1K": edge = 1024
        case "1.5K": edge = 1536
        case "2K": edge = 2048
        case "3K": edge = 3072
        case "4K": edge = 4096
        // Squares of so many megapixels of 1024 × 1024.
        case "0.5MP": edge = 724
        case "1MP": edge = 1024
        case "2MP": edge = 1448
        case "4MP": edge = 2048
        default: return nil
        }
    }

    /// `512`, `1K`, `2K`.
    public var text: String {
        switch edge {
        case 512, 768: "\(edge)"
        case 1536: "1.5K"
        default: "\(edge / 1024)K"
        }
    }

    /// The tier of a picture: of 512, 1K, 2K and 4K the one whose square is nearest in area.
    init(nearest size: PixelSize) {
        let tiers = [512, 1024, 2048, 4096].map(Tier.init(edge:))
        self = tiers.min { $0.distance(to: size) < $1.distance(to: size) } ?? .oneK
    }

    /// How far a picture's area is from this tier's, as a factor of 1 or more of the edge.
    func distance(to size: PixelSize) -> Double {
        let edge = Double(size.pixels).squareRoot()
        return max(edge / Double(self.edge), Double(self.edge) / max(1, edge))
    }

    init(edge: Int) {
        self.edge = edge
    }

    public static let oneK = Tier(edge: 1024)

    /// The largest picture of this tier: sides are rounded, which may add a little.
    var pixelsMax: Int { (edge + 16) * (edge + 16) }

    /// The picture of `ratio` with this tier's area, each side to the nearest 16.
    public func size(of ratio: Ratio) -> PixelSize {
        let area = Double(edge * edge)
        func side(_ exact: Double) -> Int { max(16, Int((exact / 16).rounded()) * 16) }
        return PixelSize(
            width: side((area * ratio.value).squareRoot()),
            height: side((area / ratio.value).squareRoot()))
    }

    public static func < (left: Tier, right: Tier) -> Bool { left.edge < right.edge }
}

/// Width to height.
public struct Ratio: Hashable, Sendable {
    /// As it was written: `16:9`, `9:19.5`.
    public let text: String
    public let value: Double

    /// Reads `16:9`; nil for anything else, and for a picture that is a line.
    public init?(_ text: String) {
        let sides = text.split(separator: ":", omittingEmptySubsequences: false)
            .map { Double($0) ?? 0 }
        guard sides.count == 2, sides.allSatisfy({ (0.1...10_000).contains($0) }),
            (0.05...20).contains(sides[0] / sides[1])
        else { return nil }
        self.text = text
        value = sides[0] / sides[1]
    }

    init(_ size: PixelSize) {
        text = "\(size.width):\(size.height)"
        value = Double(size.width) / Double(max(1, size.height))
    }

    public static let square = Ratio(PixelSize(width: 1, height: 1))

    /// How far apart two are, as a factor of 1 or more.
    func distance(to other: Ratio) -> Double { max(value / other.value, other.value / value) }
}
