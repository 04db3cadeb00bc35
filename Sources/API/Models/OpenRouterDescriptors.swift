import FoundationEssentials
import Gateway
import Pictures
import Providers
import Units

/// What an endpoint or a model accepts, by the names of dialect (d)'s request members.
///
/// Only what that dialect can say is told: pixels are its `size`, and what is no member of it, such
/// as a mask, is left out. Options of some models go through `provider.options`.
struct OpenRouterDescriptors {
    private(set) var members: [(name: String, descriptor: Descriptor)]

    /// Words that the dialect knows; others are refused before a model is asked.
    private static let qualities = ["auto", "low", "medium", "high", "xhigh", "max"]
    private static let backgrounds = ["auto", "transparent", "opaque"]

    /// Seeds that the dialect takes, and pictures that a prompt may refer to. Source: the SDK.
    private static let seedMax = Int(Int32.max)
    private static let referencesMax = 16

    /// What one endpoint accepts.
    init(_ capabilities: Capabilities) {
        let own = capabilities.parameters
        let sizes = capabilities.sizes
        let ratios = OpenRouterSize.ratios.filter { Ratio($0).map { sizes.makes($0) } == true }
        let tiers = OpenRouterSize.tiers.filter { Tier($0).map { sizes.makes(at: $0) } == true }
        let found: [(String, Descriptor?)] = [
            ("aspect_ratio", Self.choice(ratios)),
            ("background", own["background"]?.limited(to: Self.backgrounds)),
            (
                "input_references",
                own["input_references"]?.limited(to: 0...Self.referencesMax)
            ),
            ("n", own["n"] ?? .range(min: 1, max: 1, step: nil)),
            // What we do for every model, whatever its provider makes.
            ("output_compression", .range(min: 0, max: 100, step: nil)),
            ("output_format", .choice(OpenRouterBody.formats.map(\.rawValue))),
            ("quality", own["quality"]?.limited(to: Self.qualities)),
            ("resolution", Self.choice(tiers)),
            ("seed", own["seed"]?.limited(to: 0...Self.seedMax)),
            ("size", own["size"]),
        ]
        members = found.compactMap { name, descriptor in descriptor.map { (name, $0) } }
    }

    private static func choice(_ words: [String]) -> Descriptor? {
        words.isEmpty ? nil : .choice(words)
    }

    /// What some endpoint of a model accepts.
    init(_ card: ModelCard) {
        members = []
        for member in card.offers.flatMap({ Self($0.capabilities).members }) {
            if let index = members.firstIndex(where: { $0.name == member.name }) {
                members[index].descriptor = members[index].descriptor.union(member.descriptor)
            } else {
                members.append(member)
            }
        }
        members.sort { $0.name < $1.name }
    }

    var json: JSON { .object(members.map { ($0.name, $0.descriptor.json) }) }

    /// Our names of what `provider.options` may hold for an endpoint.
    static func passthrough(_ capabilities: Capabilities) -> JSON {
        let options = PictureOption.allCases.map(\.rawValue).sorted()
        return .array(options.filter { capabilities.parameters[$0] != nil }.map(JSON.string))
    }
}

extension Descriptor {
    /// The words that a dialect knows too; nil when there are none.
    fileprivate func limited(to words: [String]) -> Descriptor? {
        guard case .choice(let own) = self else { return self }
        let both = own.filter(words.contains)
        return both.isEmpty ? nil : .choice(both)
    }

    /// The part of a range that a dialect knows too; nil when there is none.
    fileprivate func limited(to known: ClosedRange<Int>) -> Descriptor? {
        guard case .range(let min, let max, let step) = self else { return self }
        let low = Swift.max(min, Decimal(known.lowerBound))
        let high = Swift.min(max, Decimal(known.upperBound))
        return low <= high ? .range(min: low, max: high, step: step) : nil
    }

    /// What one of two endpoints accepts: all words in the order in which they are first seen, the
    /// widest range. Of two kinds, the flag, which accepts most, or the first.
    fileprivate func union(_ other: Descriptor) -> Descriptor {
        switch (self, other) {
        case (.choice(let own), .choice(let others)):
            .choice(own + others.filter { !own.contains($0) })
        case (.range(let min, let max, let step), .range(let otherMin, let otherMax, let otherStep)):
            .range(
                min: Swift.min(min, otherMin), max: Swift.max(max, otherMax),
                step: step == otherStep ? step : nil)
        case (_, .flag): .flag
        default: self
        }
    }
}
