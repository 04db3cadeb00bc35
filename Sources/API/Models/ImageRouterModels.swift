import Gateway
import HTTP
import Pictures
import Units

/// The lists of dialect (a): objects keyed by the models' slugs.
enum ImageRouterModels {
    /// What the lists are narrowed and ordered by. One of these in a query means dialect (a).
    static let filters: Set<String> = ["type", "provider", "free", "name", "sort", "limit"]

    /// Models that are asked for at once, at most: more than there are.
    static let limitMax = 10_000

    /// The cards that a query wants, in its order.
    static func chosen(_ cards: [ModelCard], by text: String?) throws(Refusal) -> [ModelCard] {
        let query = try Query(text, known: filters)
        var cards = cards
        if try query.word("type", of: ["image", "video"]) == "video" { cards = [] }
        if let provider = query.text("provider")?.lowercased() {
            cards.removeAll { !contains($0.author, provider) }
        }
        if let name = query.text("name")?.lowercased() {
            cards.removeAll { !contains($0.slug, name) }
        }
        if let free = query.text("free") {
            cards.removeAll { $0.isFree != (free == "true") }
        }
        let limit = try query.integer("limit", in: 0...limitMax) ?? limitMax
        return Array(sorted(cards, by: query.text("sort")).prefix(limit))
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        part.isEmpty || text.lowercased().contains(part)
    }

    /// Ties stay in the order of their slugs; so does everything when the word is none of these.
    private static func sorted(_ cards: [ModelCard], by word: String?) -> [ModelCard] {
        switch word {
        case "price":
            // Of the first provider, as documented; what is not fixed by its usual price.
            cards.map { ($0.offers.first?.range.usual ?? .zero, $0) }
                .sorted { ($0.0, $0.1.slug) < ($1.0, $1.1.slug) }.map(\.1)
        case "date":
            cards.sorted { $0.created != $1.created ? $0.created > $1.created : $0.slug < $1.slug }
        // A slug begins with the maker, which is what this dialect sorts by as `provider`.
        default: cards.sorted { ($0.author, $0.slug) < ($1.author, $1.slug) }
        }
    }

    /// A model as `GET /v1/models` tells it.
    static func json(_ card: ModelCard) -> JSON {
        let providers = card.offers.map { offer in
            JSON.object([
                ("id", .string(offer.endpoint.provider)),
                ("model_name", .string(offer.endpoint.providerModel)),
                ("pricing", pricing(offer.range)), ("available", .bool(offer.isServed)),
            ])
        }
        return .object(
            [
                ("providers", .array(providers)),
                ("release_date", .string("\(card.model.releasedOn)")), ("sizes", sizes(card)),
                ("output", .array([.string("image")])),
                (
                    "supported_params",
                    .object([
                        ("quality", .bool(card.knows("quality"))),
                        ("mask", .bool(card.knows("mask"))),
                        ("edit", .bool(card.takesPictures)), ("text", .bool(card.takesWordsAlone)),
                    ])
                ),
            ] + state(card))
    }

    /// A model as `GET /v2/models` tells it.
    static func v2JSON(_ card: ModelCard) -> JSON {
        .object(
            [
                ("price", json(card.range)),
                ("release_date", .string("\(card.model.releasedOn)")),
                ("output", .array([.string("image")])),
                (
                    "inputs",
                    .object([
                        ("image", .bool(card.takesPictures)), ("mask", .bool(card.knows("mask"))),
                        ("quality", .bool(card.knows("quality"))), ("size", sizes(card)),
                    ])
                ),
            ] + state(card))
    }

    private static func pricing(_ range: PriceRange) -> JSON {
        if range.isCountedAfterwards {
            return .object([("type", .string("post_generation")), ("range", json(range))])
        }
        if range.isFixed {
            return .object([("type", .string("fixed")), ("value", .credits(range.usual))])
        }
        return .object([
            ("type", .string("calculated")), ("value", .credits(range.usual)),
            ("range", json(range)),
        ])
    }

    private static func json(_ range: PriceRange) -> JSON {
        .object([
            ("min", .credits(range.least)), ("average", .credits(range.usual)),
            ("max", .credits(range.most)),
        ])
    }

    /// Where any size within bounds is made, these are some that clients offer to choose.
    private static func sizes(_ card: ModelCard) -> JSON {
        .array(
            [.string("auto")] + card.sizes.map { .string($0.words) })
    }

    /// Whether it can be used now, and for how long: ours, beside what the dialect knows.
    private static func state(_ card: ModelCard) -> [(String, JSON)] {
        var members: [(String, JSON)] = [("available", .bool(card.isServed))]
        guard card.isDeprecated else { return members }
        members.append(("deprecated", .bool(true)))
        if let day = card.model.life.retiresOn { members.append(("retires_on", .string("\(day)"))) }
        if let instead = card.replacement { members.append(("replacement", .string(instead.slug))) }
        return members
    }
}
