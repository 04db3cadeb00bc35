public import Units

/// Which providers a caller wants, in which order.
public struct Routing: Hashable, Sendable {
    /// What endpoints are put in order by.
    public enum Sort: String, CaseIterable, Sendable {
        case price, throughput, latency, exacto
    }

    /// Providers that alone are allowed; nil for all.
    public var only: [String]?
    /// Providers to be tried first, in this order.
    public var order: [String]?
    public var ignore: [String] = []
    public var sort: Sort?
    /// False: the first provider's error is the answer.
    public var allowsFallbacks = true
    /// What is passed on to the one that serves, by provider.
    public var options: [String: [String: JSONValue]] = [:]

    /// What whoever serves has to meet.
    public var restrictions = Restrictions()

    public init() {}

    /// Whether `provider` may be asked at all.
    func allows(_ provider: String) -> Bool {
        only?.contains(provider) != false && !ignore.contains(provider)
    }

    /// Puts `offers`, which come in the catalogue's order, into the caller's.
    ///
    /// Named providers come first. What is fastest is not known beforehand, so the catalogue's order
    /// stands for it.
    func sorted(_ offers: [Catalogue.Offer]) -> [Catalogue.Offer] {
        let named = order ?? []
        func rank(_ offer: Catalogue.Offer) -> Int {
            named.firstIndex(of: offer.endpoint.provider) ?? named.count
        }
        let ranked = offers.enumerated().sorted { left, right in
            let ranks = (rank(left.element), rank(right.element))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            guard sort == .price else { return left.offset < right.offset }
            let prices = (left.element.usualCost, right.element.usualCost)
            return prices.0 == prices.1 ? left.offset < right.offset : prices.0 < prices.1
        }
        return allowsFallbacks ? ranked.map(\.element) : ranked.prefix(1).map(\.element)
    }
}
