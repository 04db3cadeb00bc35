import Gateway
import HTTP
import Pictures
import Units

extension Application {
    /// `GET /api/v1/images/models`, dialect (d): the models with what each accepts.
    func openRouterImageModels() -> Response {
        let items = cards.map { card in
            JSON.object([
                ("id", .string(card.id)), ("name", .string(card.model.name)),
                ("description", .string(card.model.description)),
                ("created", .int(card.created)),
                (
                    "architecture",
                    .object([
                        ("input_modalities", .array([.string("text")])),
                        ("output_modalities", .array([.string("image")])),
                    ])
                ),
                ("supported_parameters", card.descriptors), ("supports_streaming", .bool(false)),
                ("endpoints", .string("/api/v1/images/models/\(card.id)/endpoints")),
            ])
        }
        return .json(.object([("data", .array(items))]))
    }

    /// `GET /api/v1/images/models/{author}/{slug}/endpoints`: who makes it, for how much.
    func openRouterEndpoints(_ parameters: PathParameters) throws(Refusal) -> Response {
        guard let author = parameters.decoded("author"), let slug = parameters.decoded("slug"),
            let card = card(named: "\(author)/\(slug)")
        else {
            throw Refusal(.notFound, "There is no such model, or nobody serves it.", field: "slug")
        }
        let provider = card.endpoint.provider
        let endpoint = JSON.object([
            ("provider_name", .string(provider.prefix(1).uppercased() + provider.dropFirst())),
            ("provider_slug", .string(provider)), ("provider_tag", .string(provider)),
            ("supported_parameters", card.descriptors),
            ("allowed_passthrough_parameters", .array([])), ("supports_streaming", .bool(false)),
            ("pricing", .array(card.price.lines.map(json))),
        ])
        return .json(
            .object([("id", .string(card.id)), ("endpoints", .array([endpoint]))]))
    }

    private func json(_ line: Price.Line) -> JSON {
        .object([
            ("billable", .string("output_image")), ("unit", .string(line.unit.rawValue)),
            ("cost_usd", .credits(line.amount)),
        ])
    }

    /// `GET /api/v1/models`: the general list, of which images are all there is. Its filters are
    /// about other kinds of models and are ignored, but for one that asks for another output.
    func openRouterModels(_ request: Request) throws(Refusal) -> Response {
        let known = [
            "offset", "limit", "category", "supported_parameters", "output_modalities", "sort",
            "q", "input_modalities", "context", "min_price", "max_price",
        ]
        let query = try Query(
            request.query, known: Query.names(in: request.query).union(known))
        let wanted = query.text("output_modalities") ?? "all"
        let matches = wanted.split(separator: ",").contains { ["all", "image"].contains($0) }
        let found = matches ? cards : []
        let offset = try query.integer("offset", in: 0...Int(Int32.max)) ?? 0
        let limit = try query.integer("limit", in: 1...Self.pageMax) ?? found.count
        let page = found.dropFirst(offset).prefix(limit)
        let next = offset + page.count < found.count && !page.isEmpty
        return .json(
            .object([
                ("data", .array(page.map(general))), ("total_count", .int(found.count)),
                (
                    "links",
                    .object([
                        (
                            "next",
                            next
                                ? .string(
                                    "/api/v1/models?offset=\(offset + page.count)&limit=\(limit)")
                                : .null
                        )
                    ])
                ),
            ]))
    }

    /// Models of the general list that are asked for at once, at most. Source: the SDK.
    private static let pageMax = 1000

    private func general(_ card: ModelCard) -> JSON {
        .object([
            ("id", .string(card.id)), ("canonical_slug", .string(card.id)),
            ("name", .string(card.model.name)),
            ("description", .string(card.model.description)), ("created", .int(card.created)),
            (
                "architecture",
                .object([
                    ("modality", .string("text->image")),
                    ("input_modalities", .array([.string("text")])),
                    ("output_modalities", .array([.string("image")])),
                ])
            ),
            (
                "pricing",
                .object([
                    ("prompt", .string("0")), ("completion", .string("0")),
                    ("image_output", .string(card.imageCost.dollars)),
                ])
            ),
            ("supported_parameters", .array([.string("seed")])),
            ("supported_voices", .null), ("context_length", .null),
            ("default_parameters", .null), ("per_request_limits", .null),
            ("top_provider", .object([("is_moderated", .bool(false))])),
            (
                "links",
                .object([("details", .string("/api/v1/images/models/\(card.id)/endpoints"))])
            ),
        ])
    }
}

extension ModelCard {
    /// What it accepts, by the names of the request's members.
    fileprivate var descriptors: JSON {
        let own = capabilities.parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) }
        let known = Set(own.map(\.0))
        // What we do for every model, whatever its provider makes.
        let ours: [(String, JSON)] = [
            (
                "aspect_ratio",
                .object([
                    ("type", .string("enum")),
                    ("values", .array(OpenRouterSize.ratios.map(JSON.string))),
                ])
            ),
            (
                "output_format",
                .object([
                    ("type", .string("enum")),
                    ("values", .array(OpenRouterBody.formats.map { .string($0.rawValue) })),
                ])
            ),
        ]
        return .object(own + ours.filter { !known.contains($0.0) })
    }
}
