import Gateway
import HTTP
import Pictures
import Providers
import Units

extension Application {
    /// How long a slow model is waited for before the caller is given the job's URL.
    static let syncBudget: Duration = .seconds(60)

    /// `POST /v1/image/generate`, dialect (c): PNG and a URL unless told otherwise. An unknown
    /// member is a 400, for what it restricts would cost without it. Past the budget the answer is 202 and the job goes on.
    func imaRouterGeneration(_ request: Request) async throws -> Response {
        try await generated(
            request, as: ImaRouterBody.self, budget: Self.syncBudget
        ) { asked, finished in
            let items = finished.images.map { image in
                [
                    item(image, asked.delivery), ("width", .int(image.size.width)),
                    ("height", .int(image.size.height)),
                ]
            }
            let picture: [(String, JSON)] =
                asked.delivery == .url
                ? items.first ?? [] : [("url", .null)] + (items.first ?? [])
            return await answer(
                .object(
                    [("id", .id(finished.id))] + picture + [
                        ("model", .string(finished.model)),
                        ("cost_usd", .credits(finished.money.captured)),
                        ("generation_time_ms", .int(finished.latency.total.milliseconds)),
                        ("created", .int(finished.endedAt.seconds)),
                        ("data", .array(items.map(JSON.object))),
                        ("receipt", finished.receipt.json),
                    ]), imageBytes: finished.carried(asked.delivery))
        }
    }
}

/// The body of dialect (c).
struct ImaRouterBody: GenerationBody {
    let request: GenerationRequest
    let delivery: Delivery

    /// Pixels a side. Source: ImaRouter's landing page.
    private static let side = 512...4096

    /// Its size is pixels or a ratio, under one name.
    private static let names = FieldNames(
        [
            "prompt", "n", "size", "quality", "output_format", "seed", "mask", "background",
            "negative_prompt",
        ].reduce(into: ["aspect_ratio": "size", "input_references": "images"]) { $0[$1] = $1 })

    /// Ratios that `size` may be.
    static let ratios = ["1:1", "4:3", "16:9", "9:16"]

    /// What a request may hold; of the asynchronous path there is more.
    private static let known: Set<String> = [
        "model", "prompt", "n", "size", "quality", "output_format", "response_format", "seed",
        "images", "image", "image[]", "mask", "mask[]", "background", "negative_prompt", "metadata",
        "user", "safety_identifier",
    ]

    /// What the asynchronous path knows beside: of a batch as a whole, or of its one request.
    private static let knownOfBatches: Set<String> = known.union([
        "prompts", "webhook_url", "webhookUrl", "webhook_events", "webhookEvents",
    ])

    /// Refuses what the asynchronous path does not know. Items of a batch have nothing of the batch.
    static func refuseUnknown(_ fields: Fields, ofItem: Bool = false) throws(Refusal) {
        try fields.refuseUnknown(beyond: ofItem ? known : knownOfBatches)
    }

    init(_ fields: Fields) throws(Refusal) {
        if fields.has("prompts") {
            throw Refusal(
                .invalidValue, "'prompts' is for the asynchronous path; send one 'prompt'.",
                field: "prompts")
        }
        for name in ["webhook_url", "webhookUrl"] where fields.has(name) {
            throw Refusal(
                .invalidValue, "'\(name)' is for the asynchronous path.", field: name)
        }
        try fields.refuseUnknown(beyond: Self.known)
        try self.init(item: fields, prompt: nil)
    }

    /// One request of the asynchronous path; `prompt` when it is not a member of `fields`.
    init(item fields: Fields, prompt: String?, webhook: RequestedWebhook? = nil) throws(Refusal) {
        let quality = try fields.word("quality", of: OpenAIBody.qualities)
        delivery = try fields.delivery(default: .url, of: [.url, .base64])
        let size = try GenerationRequest.Size(
            pixels: fields.string("size") ?? "auto", orRatios: Self.ratios,
            field: "size")
        if case .pixels(let pixels) = size,
            !Self.side.contains(pixels.width) || !Self.side.contains(pixels.height)
        {
            throw Refusal(
                .invalidValue,
                "Invalid size \(pixels.words). Accepted: 512 to 4096 pixels a "
                    + "side.", field: "size")
        }
        var request = GenerationRequest(
            dialect: .imaRouter, model: try fields.requiredString("model"),
            prompt: prompt == nil ? try fields.requiredString("prompt") : prompt ?? "",
            n: try fields.integer("n", in: 1...10) ?? 1, size: size, names: Self.names,
            quality: quality,
            format: try fields.format(default: .png, of: [.png, .jpeg]),
            seed: try fields.integer("seed", in: 0...Int(Int32.max)).map(Int64.init),
            keeping: delivery.keeping, webhook: webhook, metadata: try fields.metadata())
        request.endUser = try fields.endUser()
        request.pictures = try fields.pictures(["images", "image", "image[]"])
        request.mask = try fields.mask(["mask", "mask[]"])
        request.options = try fields.options([.background, .negativePrompt])
        self.request = request
    }
}
