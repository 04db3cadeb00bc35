import Pictures
public import Units

/// What one picture of an endpoint can cost, whatever size and quality is asked for.
///
/// The prompt and pictures to start from come on top where they are billed by themselves.
public struct PriceRange: Hashable, Sendable {
    public let least: Credits
    /// Of the size that is made when none is asked for, in medium quality where there is one.
    public let usual: Credits
    public let most: Credits
    /// Whether the provider counts only when the picture is there; then this is what to expect, and
    /// the most is what is held.
    public let isCountedAfterwards: Bool

    public init(least: Credits, usual: Credits, most: Credits, isCountedAfterwards: Bool) {
        self.least = least
        self.usual = usual
        self.most = most
        self.isCountedAfterwards = isCountedAfterwards
    }

    public var isFixed: Bool { !isCountedAfterwards && least == most }
}

extension Price {
    /// What one picture costs that an endpoint of these `capabilities` makes.
    public func range(for capabilities: Capabilities) -> PriceRange {
        let works = works(of: capabilities)
        let pictures = works.map { Self.total(charges(for: $0), of: [.outputImage]) }
        let everything = works.map {
            Self.total(charges(for: $0), of: [.outputImage, .outputText])
        }
        let usual = Work(
            images: 1, size: capabilities.sizes.automatic,
            quality: capabilities.qualityChoices.first { $0 == "medium" },
            references: capabilities.referenceCounts.lowerBound > 0 ? [Self.reference] : [])
        return PriceRange(
            least: pictures.min() ?? .zero,
            usual: Self.total(charges(for: usual), of: [.outputImage]),
            most: everything.max() ?? .zero, isCountedAfterwards: isCountedAfterwards)
    }

    /// Whether lines count tokens of pictures, or only stand in for what the provider will say.
    public var isCountedAfterwards: Bool {
        lines.contains { $0.billable == .outputImage && ($0.unit == .token || $0.isEstimate) }
    }

    /// The lines that say what is billed: those that stand in for tokens are left out where the
    /// tokens have their own.
    public var billedLines: [Line] {
        let counted = Set(lines.filter { $0.unit == .token }.map(\.billable))
        return lines.filter { !$0.isEstimate || !counted.contains($0.billable) }
    }

    /// Any picture to start from will do: what it costs by itself is not counted here.
    private static let reference = PixelSize(width: 1024, height: 1024)

    /// Work for one picture each, among which are the cheapest and the dearest there are.
    private func works(of capabilities: Capabilities) -> [Work] {
        let steps = lines.compactMap(\.terms.pixelsMax)
        let qualities: [String?] = [nil] + capabilities.qualityChoices
        let counts = capabilities.referenceCounts
        let references: [[PixelSize]] =
            (counts.lowerBound == 0 ? [[]] : []) + (counts.upperBound > 0 ? [[Self.reference]] : [])
        return capabilities.sizes.corners(steps).flatMap { size in
            qualities.flatMap { quality in
                references.map {
                    Work(images: 1, size: size, quality: quality, references: $0)
                }
            }
        }
    }

    private static func total(_ charges: [Charge], of billables: Set<Billable>) -> Credits {
        charges.filter { billables.contains($0.line.billable) }.reduce(.zero) { $0 + $1.total }
    }
}

extension Capabilities {
    /// The qualities that can be asked for; `auto` asks for none.
    public var qualityChoices: [String] {
        (parameters["quality"]?.words ?? []).filter { $0 != "auto" }
    }

    /// How many pictures a request may start from.
    public var referenceCounts: ClosedRange<Int> { parameters["input_references"]?.whole ?? 0...0 }
}

extension Engine {
    /// Whether `provider` can be called with a live key.
    public func isServed(_ provider: String) -> Bool { self.provider(provider, in: .live) != nil }
}
