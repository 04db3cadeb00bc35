import Gateway
import HTTP
import Pictures
import Providers
import Units

extension Application {
    /// `GET /api/v1/images/models`, dialect (d): the models with what each accepts.
    func openRouterImageModels() -> Response {
        let items = cards.map { card in
            JSON.object([
                ("id", .string(card.slug)), ("name", .string(card.model.name)),
                ("description", .string(card.description(\.slug))),
                ("created", .int(card.created)),
                (
                    "architecture",
                    .object([
                        ("input_modalities", card.inputModalities),
                        ("output_modalities", .array([.string("image")])),
                    ])
                ),
                ("supported_parameters", OpenRouterDescriptors(card).json),
                (
                    "supports_streaming",
                    .bool(card.offers.contains(where: \.capabilities.streaming))
                ),
                ("endpoints", .string(card.endpointsPath)),
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
        return .json(
            .object([
                ("id", .string(card.slug)), ("endpoints", .array(card.offers.map(json))),
            ]))
    }

    private func json(_ offer: ModelCard.Offer) -> JSON {
        let provider = offer.endpoint.provider
        return .object([
            ("provider_name", .string(Vendor.title(of: provider))),
            ("provider_slug", .string(provider)), ("provider_tag", .string(provider)),
            ("supported_parameters", OpenRouterDescriptors(offer.capabilities).json),
            (
                "allowed_passthrough_parameters",
                OpenRouterDescriptors.passthrough(offer.capabilities)
            ),
            ("supports_streaming", .bool(offer.capabilities.streaming)),
            ("pricing", .array(offer.price.billedLines.map(json))),
            // Ours, beside what the dialect knows.
            ("data_policy", .optional(offer.endpoint.policy) { $0.json }),
            ("available", .bool(offer.isServed)),
        ])
    }

    private func json(_ line: Price.Line) -> JSON {
        .object(
            [
                ("billable", .string(line.billable.rawValue)),
                ("unit", .string(line.unit.rawValue)), ("cost_usd", .credits(line.amount)),
            ] + (line.variant.map { [("variant", .string($0))] } ?? [])
                // Ours: what stands in until the provider has said what it counted.
                + (line.isEstimate ? [("estimate", .bool(true))] : []))
    }

    /// `GET /api/v1/models`: the general list, of which images are all there is. Its filters are
    /// about other kinds of models and are ignored, but for one that asks for another output.
    func openRouterModels(_ request: Request) throws(Refusal) -> Response {
        let query = try Query(request.query, known: nil)
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
        let isFromPictures = card.takesPictures
        return .object([
            ("id", .string(card.slug)), ("canonical_slug", .string(card.slug)),
            ("name", .string(card.model.name)),
            ("description", .string(card.description(\.slug))), ("created", .int(card.created)),
            (
                "architecture",
                .object([
                    ("modality", .string(isFromPictures ? "text+image->image" : "text->image")),
                    ("input_modalities", card.inputModalities),
                    ("output_modalities", .array([.string("image")])),
                ])
            ),
            ("pricing", card.generalPricing),
            ("supported_parameters", .array(card.knows("seed") ? [.string("seed")] : [])),
            ("supported_voices", .null), ("context_length", .null),
            ("default_parameters", .null), ("per_request_limits", .null),
            ("top_provider", .object([("is_moderated", .bool(card.knows("moderation")))])),
            ("expiration_date", .optional(card.model.life.retiresOn) { .string("\($0)") }),
            ("links", .object([("details", .string(card.endpointsPath))])),
        ])
    }
}

extension ModelCard {
    fileprivate var endpointsPath: String { "/api/v1/images/models/\(slug)/endpoints" }

    fileprivate var inputModalities: JSON {
        .array((takesPictures ? ["text", "image"] : ["text"]).map(JSON.string))
    }

    /// Prices a token where the first provider counts them; otherwise of the usual picture.
    fileprivate var generalPricing: JSON {
        let lines = offers.first?.price.billedLines ?? []
        func token(_ billable: Billable) -> Credits? {
            lines.first { $0.billable == billable && $0.unit == .token }?.amount
        }
        let picture = token(.outputImage) ?? range.usual
        return .object([
            ("prompt", .string((token(.inputText) ?? .zero).dollars)),
            ("completion", .string((token(.outputText) ?? .zero).dollars)),
            ("image_output", .string(picture.dollars)),
        ])
    }
}
