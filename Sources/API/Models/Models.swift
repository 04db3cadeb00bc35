import Gateway
import HTTP
import Units

extension Application {
    /// `GET /v1/models` speaks two dialects, whose lists have nothing in common: a filter of
    /// dialect (a) asks for its map, OpenAI's client shows itself by its headers, and whoever else
    /// asks without a key is a client of dialect (a).
    func models(_ request: Request) async throws -> Response {
        let isFiltered = !Query.names(in: request.query)
            .isDisjoint(with: ImageRouterModels.filters)
        if !isFiltered, isOpenAIClient(request) { return try await openAIModels(request) }
        return try imageRouterModels(request)
    }

    /// `GET /v1/imagerouter/models`: always dialect (a)'s, for clients that are generated and know a path
    /// by one shape.
    func imageRouterModels(_ request: Request) throws(Refusal) -> Response {
        let chosen = try ImageRouterModels.chosen(cards, by: request.query)
        return .json(.object(chosen.map { ($0.slug, ImageRouterModels.json($0)) }))
    }

    /// `GET /v1/models/{id}`, told apart by the headers alone.
    func model(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        if isOpenAIClient(request) { return try await openAIModel(request, parameters) }
        return imageRouterModel(parameters)
    }

    /// `GET /v1/imagerouter/models/{id}`: always dialect (a)'s.
    func imageRouterModel(_ parameters: PathParameters) -> Response {
        do throws(Refusal) {
            return .json(ImageRouterModels.json(try card(at: parameters)))
        } catch {
            // Elsewhere in dialect (a) an unknown model is a 400.
            return .refusing(
                error,
                in: ErrorWords(
                    status: .notFound, type: "invalid_request_error", code: "model_not_found"),
                as: .imageRouter)
        }
    }

    /// `GET /v1/openai/models`, dialect (b): OpenAI's list. Its query is ignored, as there.
    func openAIModels(_ request: Request) async throws -> Response {
        try await checkKeyIfShown(request)
        return .json(
            .object([
                ("object", .string("list")), ("data", .array(cards.map(Self.openAIModel))),
            ]))
    }

    /// `GET /v1/openai/models/{id}`, dialect (b).
    func openAIModel(
        _ request: Request, _ parameters: PathParameters
    ) async throws -> Response {
        try await checkKeyIfShown(request)
        return .json(Self.openAIModel(try card(at: parameters)))
    }

    private static func openAIModel(_ card: ModelCard) -> JSON {
        let shutdown = card.model.life.retiresOn.map { day in
            ("shutdown_date", JSON.string("\(day)"))
        }
        return .object(
            [
                ("id", .string(card.id)), ("object", .string("model")),
                ("created", .int(card.created)), ("owned_by", .string(card.model.author)),
            ] + [shutdown].compactMap(\.self))
    }

    /// The model named by the rest of a path, whose slashes may be encoded.
    private func card(at parameters: PathParameters) throws(Refusal) -> ModelCard {
        let id = parameters.decoded("id") ?? parameters["id"]
        guard let card = card(named: id) else {
            throw Refusal(
                .modelNotFound,
                "The model '\(id.prefix(100))' does not exist or you do not have access to it.",
                field: "model")
        }
        return card
    }

    private func isOpenAIClient(_ request: Request) -> Bool {
        request.headers.fields.contains { field in
            Headers.same(field.name, "Authorization")
                || Headers.same(String(field.name.prefix(12)), "x-stainless-")
        }
    }

    /// What is asked for is public, but who shows a key wants to know whether it is good.
    private func checkKeyIfShown(_ request: Request) async throws {
        guard Credential.isShown(by: request) else { return }
        do {
            _ = try await caller(of: request, for: .read)
        } catch let refusal as Refusal where refusal.kind == .scopeMissing {
            // Any key may see what strangers may.
            return
        }
    }
}
