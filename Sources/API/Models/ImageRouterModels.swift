import Gateway
import HTTP
import Units

/// The lists of dialect (a): objects keyed by the models' ids.
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
            cards.removeAll { !contains($0.id, name) }
        }
        if let free = query.text("free") {
            cards.removeAll { ($0.imageCost == .zero) != (free == "true") }
        }
        let limit = try query.integer("limit", in: 0...limitMax) ?? limitMax
        return Array(sorted(cards, by: query.text("sort")).prefix(limit))
    }

    private static func contains(_ text: String, _ part: String) -> Bool {
        part.isEmpty || text.lowercased().contains(part)
    }

    /// Ties stay in the order of their ids; so does everything when the word is none of these.
    private static func sorted(_ cards: [ModelCard], by word: String?) -> [ModelCard] {
        switch word {
        case "provider": cards.sorted { ($0.author, $0.id) < ($1.author, $1.id) }
        case "price":
            cards.sorted { ($0.imageCost, $0.id) < ($1.imageCost, $1.id) }
        case "date":
            cards.sorted { $0.created != $1.created ? $0.created > $1.created : $0.id < $1.id }
        default: cards
        }
    }

    /// A model as `GET /v1/models` tells it.
    static func json(_ card: ModelCard) -> JSON {
        let provider = JSON.object([
            ("id", .string(card.endpoint.provider)),
            ("model_name", .string(card.endpoint.providerModel)),
            (
                "pricing",
                .object([("type", .string("fixed")), ("value", .credits(card.imageCost))])
            ),
        ])
        return .object([
            ("providers", .array([provider])),
            ("release_date", .string("\(card.model.releasedOn)")), ("sizes", sizes),
            ("output", .array([.string("image")])),
            (
                "supported_params",
                .object([
                    ("quality", .bool(true)), ("mask", .bool(false)), ("edit", .bool(false)),
                    ("text", .bool(true)),
                ])
            ),
        ])
    }

    /// A model as `GET /v2/models` tells it.
    static func v2JSON(_ card: ModelCard) -> JSON {
        let cost = JSON.credits(card.imageCost)
        return .object([
            ("price", .object([("min", cost), ("average", cost), ("max", cost)])),
            ("release_date", .string("\(card.model.releasedOn)")),
            ("output", .array([.string("image")])),
            (
                "inputs",
                .object([
                    ("image", .bool(false)), ("mask", .bool(false)), ("quality", .bool(true)),
                    ("size", sizes),
                ])
            ),
        ])
    }

    /// Any size in pixels is possible besides; these are the ones that clients offer to choose.
    private static var sizes: JSON {
        .array(["auto", "1024x1024", "1536x1024", "1024x1536"].map(JSON.string))
    }
}
