public import Pictures

/// Which sizes can be asked for, for lists and for prices.
extension Sizes {
    /// Sizes to choose from, the default among them: all that are made, or some usual ones where any
    /// within bounds is made.
    public var choices: [PixelSize] {
        switch kind {
        case .listed(let sizes): unique(sizes)
        case .shapes(let ratios, let tiers):
            unique([automatic] + tiers.flatMap { tier in ratios.map { tier.size(of: $0) } })
        case .free(let bounds): unique([automatic] + Self.popular.filter(bounds.contains))
        }
    }

    /// What people ask for: OpenAI's sizes and what the rule makes of the commonest ratios.
    private static let popular: [PixelSize] = {
        let ratios = ["1:1", "3:2", "2:3", "16:9", "9:16"].compactMap { Ratio($0) }
        let openAI = [(1024, 1024), (1536, 1024), (1024, 1536)].map(PixelSize.init)
        return openAI
            + [512, 1024, 2048, 4096].flatMap { edge in ratios.map { Tier(edge: edge).size(of: $0) }
            }
    }()

    private func unique(_ sizes: [PixelSize]) -> [PixelSize] {
        var seen: Set<PixelSize> = []
        return sizes.filter { seen.insert($0).inserted }
    }

    /// Whether a ratio, a tier or both can be asked for.
    public func makes(_ ratio: Ratio? = nil, at tier: Tier? = nil) -> Bool {
        size(of: ratio ?? usual, at: tier) != nil
    }

    /// Pictures whose prices are all the prices there are: the smallest and the largest of each
    /// stretch between `steps`, in pixels, within which a price is the same or only grows.
    func corners(_ steps: [Int]) -> [PixelSize] {
        let steps = Set(steps).sorted()
        if case .free(let bounds) = kind {
            // Only the pixels count, so a line of as many will do.
            let range = bounds.possiblePixels
            return unique(
                ([range.lowerBound, range.upperBound] + steps.filter(range.contains))
                    .map { PixelSize(width: $0, height: 1) })
        }
        let stretches = Dictionary(grouping: choices) { size in
            steps.firstIndex { $0 >= size.pixels } ?? steps.count
        }
        return unique(
            stretches.values.flatMap { sizes in
                [sizes.min { $0.pixels < $1.pixels }, sizes.max { $0.pixels < $1.pixels }]
                    .compactMap(\.self)
            })
    }
}

extension Sizes.Bounds {
    /// From the smallest picture to the largest.
    fileprivate var possiblePixels: ClosedRange<Int> {
        let low = max(pixels.lowerBound, width.lowerBound * height.lowerBound)
        let high = min(pixels.upperBound, width.upperBound * height.upperBound)
        return low...max(low, high)
    }
}
