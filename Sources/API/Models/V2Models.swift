import Gateway
import HTTP
import Units

extension Application {
    /// `GET /v2/models`, dialect (e): what is sold, with what an image costs. Asked with a filter of
    /// dialect (a), it answers in that one's shape.
    func v2Models(_ request: Request) async throws -> Response {
        let names = Query.names(in: request.query)
        let isOurs = names.contains("modality") || request.headers["X-API-Key"] != nil
        if !isOurs, !names.isDisjoint(with: ImageRouterModels.filters) {
            let chosen = try ImageRouterModels.chosen(cards, by: request.query)
            return .json(.object(chosen.map { ($0.slug, ImageRouterModels.v2JSON($0)) }))
        }
        let query = try Query(request.query, known: ["modality"])
        _ = try query.word("modality", of: ["image"])
        return .json(.object([("models", .array(cards.map(v2Model)))]))
    }

    private func v2Model(_ card: ModelCard) -> JSON {
        let range = card.range
        let isByCall = card.offers.contains { offer in
            offer.price.billedLines.contains { $0.billable == .outputImage && $0.unit == .request }
        }
        return .object([
            ("id", .string(card.id)), ("label", .string(card.model.name)),
            ("modality", .string("image")), ("description", .string(card.description(\.id))),
            ("costMin", .int(V2Job.credits(range.least))),
            ("costMax", .int(V2Job.credits(range.most))),
            ("pricingMode", .string(isByCall ? "flat" : "per-output")),
            // Ours, beside what the dialect knows.
            ("available", .bool(card.isServed)), ("deprecated", .bool(card.isDeprecated)),
        ])
    }
}
