import Gateway
import HTTP
import Pictures
import Units

extension Application {
    /// `POST /v1/images/generations`, dialect (b): PNG as base64 unless told otherwise. An unknown
    /// member is a 400, as at OpenAI.
    func openAIGeneration(_ request: Request) async throws -> Response {
        try await openAIImages(request, as: OpenAIGenerationBody.self)
    }

    /// `POST /v1/images/edits`: the same, from up to 16 pictures and a mask.
    func openAIEdit(_ request: Request) async throws -> Response {
        try await openAIImages(request, as: OpenAIEditBody.self)
    }

    /// `POST /v1/images/variations`: the same, from one picture and no words.
    func openAIVariation(_ request: Request) async throws -> Response {
        try await openAIImages(request, as: OpenAIVariationBody.self)
    }

    private func openAIImages<Body: OpenAIImageBody>(
        _ request: Request, as: Body.Type
    ) async throws -> Response {
        try await generated(
            request, as: Body.self, telling: { asked, _ in OpenAIEvents(body: asked.body) }
        ) { asked, finished in
            let size = finished.images.first?.size ?? PixelSize(width: 0, height: 0)
            let revised = finished.report.revisedPrompt.map {
                [("revised_prompt", JSON.string($0))]
            }
            let data = finished.images.map { image in
                let url =
                    asked.body.deliversBoth && image.kept != nil
                    ? [("url", JSON.string(self.url(of: image)))] : []
                return JSON.object([item(image, asked.delivery)] + url + (revised ?? []))
            }
            return await answer(
                .object(
                    [("created", .int(finished.endedAt.seconds))]
                        + asked.body.echo(size: size, finished.report) + finished.report.usage + [
                            ("data", .array(data)), ("cost", .credits(finished.money.captured)),
                            ("id", .id(finished.id)), ("receipt", finished.receipt.json),
                        ]), imageBytes: finished.carried(asked.delivery))
        }
    }
}

/// The three ways to ask in dialect (b).
protocol OpenAIImageBody: GenerationBody {
    var body: OpenAIBody { get }
}

extension OpenAIImageBody {
    var request: GenerationRequest { body.request }
    var delivery: Delivery { body.delivery }
    var streams: Bool { body.streams }
}

struct OpenAIGenerationBody: OpenAIImageBody {
    let body: OpenAIBody

    private static let known = OpenAIBody.known.union(["moderation", "style", "input_references"])
    private static let names = FieldNames(own: known, pictures: "input_references")

    init(_ fields: Fields) throws(Refusal) {
        try fields.refuseUnknown(beyond: Self.known)
        var body = try OpenAIBody(
            fields, prompt: try fields.requiredString("prompt"), names: Self.names)
        body.request.pictures = try fields.pictures(["input_references"])
        self.body = body
    }
}

struct OpenAIEditBody: OpenAIImageBody {
    let body: OpenAIBody

    /// Where pictures may be: files of a form, or references in JSON.
    private static let pictures = ["image", "image[]", "images"]
    private static let known = OpenAIBody.known.union(pictures).union([
        "mask", "mask[]", "moderation", "markup",
    ])
    private static let names = FieldNames(own: known, pictures: "image")

    init(_ fields: Fields) throws(Refusal) {
        try fields.refuseUnknown(beyond: Self.known)
        if fields.has("markup") {
            throw Refusal(
                .invalidValue, "'markup' is not supported: send a 'mask'.", field: "markup")
        }
        var body = try OpenAIBody(
            fields, prompt: try fields.requiredString("prompt"), names: Self.names)
        body.isEdit = true
        body.request.pictures = try fields.pictures(Self.pictures)
        body.request.mask = try fields.mask(["mask", "mask[]"])
        guard !body.request.pictures.isEmpty else {
            throw Refusal(
                .missingParameter, "Missing required parameter: 'image'.", field: "image")
        }
        self.body = body
    }
}

struct OpenAIVariationBody: OpenAIImageBody {
    let body: OpenAIBody

    /// What a model is told that needs words; a caller has none to send here.
    private static let prompt = "A variation of this picture."

    private static let known: Set<String> = [
        "image", "model", "n", "size", "response_format", "user",
    ]
    private static let names = FieldNames(own: known, pictures: "image")

    init(_ fields: Fields) throws(Refusal) {
        try fields.refuseUnknown(beyond: Self.known)
        var body = try OpenAIBody(
            fields, prompt: Self.prompt, names: Self.names,
            delivery: try fields.delivery(default: .url, of: [.url, .base64]))
        body.isEdit = true
        body.request.pictures = try fields.pictures(["image"])
        guard let first = body.request.pictures.first else {
            throw Refusal(
                .missingParameter, "Missing required parameter: 'image'.", field: "image")
        }
        guard body.request.pictures.count == 1 else {
            throw Refusal(
                .invalidValue, "A variation starts from one picture.", field: first.field)
        }
        self.body = body
    }
}
