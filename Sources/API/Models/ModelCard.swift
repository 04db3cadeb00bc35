import Gateway
import Pictures
import Units

/// A model that is sold, with what every list tells of it.
struct ModelCard {
    /// One provider's offer, as of now.
    struct Offer {
        let endpoint: Catalogue.Endpoint
        let price: Price
        let capabilities: Capabilities
        /// Whether a live key can use it now.
        let isServed: Bool

        /// What one image costs.
        var range: PriceRange { price.range(for: capabilities) }

        /// Pictures that a request may start from, at most.
        var referencesMax: Int { capabilities.referenceCounts.upperBound }
    }

    let model: Catalogue.Model
    /// At least one, in order of preference.
    let offers: [Offer]
    let isDeprecated: Bool
    /// What to use instead, when it is deprecated.
    let replacement: Catalogue.Model?

    /// The id alone: of dialects (b) and (e).
    var id: String { model.id }

    /// `author/id`: of dialects (a) and (d).
    var slug: String { model.slug }

    /// What stands before the slash of `slug`.
    var author: String { String(slug.prefix { $0 != "/" }) }

    /// When it was released: seconds since 1970.
    var created: Int64 { model.releasedOn.midnight.seconds }

    /// Whether a live key can use it now. A test key always can.
    var isServed: Bool { offers.contains(where: \.isServed) }

    /// What one image costs by those who can be called, or by all when nobody can.
    var range: PriceRange {
        let ranges = offers.filter { $0.isServed || !isServed }.map(\.range)
        return PriceRange(
            least: ranges.map(\.least).min() ?? .zero, usual: ranges.first?.usual ?? .zero,
            most: ranges.map(\.most).max() ?? .zero,
            isCountedAfterwards: ranges.contains(where: \.isCountedAfterwards))
    }

    /// Whether some provider makes every picture for nothing.
    var isFree: Bool { offers.contains { $0.range.most == .zero } }

    var takesPictures: Bool { offers.contains { $0.referencesMax > 0 } }

    /// Whether words alone are enough.
    var takesWordsAlone: Bool { offers.contains { $0.capabilities.referenceCounts.contains(0) } }

    /// Whether some provider has a parameter of that name.
    func knows(_ parameter: String) -> Bool {
        offers.contains { $0.capabilities.parameters[parameter] != nil }
    }

    /// Every size to choose from, the default first.
    var sizes: [PixelSize] {
        var seen: Set<PixelSize> = []
        return offers.flatMap(\.capabilities.sizes.choices).filter { seen.insert($0).inserted }
    }

    /// What it draws, and what speaks against choosing it; `replacement` as the dialect spells it.
    func description(_ spell: (Catalogue.Model) -> String) -> String {
        var sentences = [model.description]
        if isDeprecated {
            sentences.append(
                "Deprecated" + (model.life.retiresOn.map { ", and gone on \($0)" } ?? "")
                    + (replacement.map { ": use \(spell($0)) instead" } ?? "") + ".")
        }
        if !isServed {
            sentences.append("Not available at the moment, except to test keys.")
        }
        return sentences.filter { !$0.isEmpty }.joined(separator: " ")
    }
}

extension Application {
    /// Everything on sale, in order of the ids.
    var cards: [ModelCard] {
        let now = clock.now
        return engine.models.compactMap { card(of: $0, at: now) }
    }

    /// The card of a model by any of its names; nil for one that does not exist or is not on sale.
    func card(named id: String) -> ModelCard? {
        engine.model(named: id).flatMap { card(of: $0, at: clock.now) }
    }

    private func card(of model: Catalogue.Model, at now: Timestamp) -> ModelCard? {
        let state = model.life.state(at: now)
        let offers = model.endpoints.compactMap { endpoint -> ModelCard.Offer? in
            guard let price = endpoint.price(at: now), let able = endpoint.capabilities else {
                return nil
            }
            return ModelCard.Offer(
                endpoint: endpoint, price: price, capabilities: able,
                isServed: engine.isServed(endpoint.provider))
        }
        guard state != .retired, !offers.isEmpty else { return nil }
        return ModelCard(
            model: model, offers: offers, isDeprecated: state == .deprecated,
            replacement: model.life.replacement.flatMap { engine.model(named: $0) })
    }
}
