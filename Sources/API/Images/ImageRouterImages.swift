import Gateway
import HTTP
import Pictures
import Units

extension Application {
    /// `POST /v1/openai/images/generations` and `…/edits`, dialect (a): WebP and a URL unless told
    /// otherwise. Both are the same: pictures to start from make it an edit. Unknown members are
    /// ignored.
    func imageRouterGeneration(_ request: Request) async throws -> Response {
        let started = clock.now
        return try await generated(request, as: ImageRouterBody.self) { asked, finished in
            let revised = finished.report.revisedPrompt.map {
                [("revised_prompt", JSON.string($0))]
            }
            let data = finished.images.map { image in
                JSON.object([item(image, asked.delivery)] + (revised ?? []))
            }
            return await answer(
                .object([
                    ("created", .int(finished.endedAt.milliseconds)), ("data", .array(data)),
                    ("latency", .int((clock.now - started).milliseconds)),
                    ("cost", .credits(finished.money.captured)), ("id", .id(finished.id)),
                    ("size", .optional(finished.images.first) { .string($0.size.words) }),
                    ("receipt", finished.receipt.json),
                ]), imageBytes: finished.carried(asked.delivery))
        }
    }
}

/// The body of dialect (a).
private struct ImageRouterBody: GenerationBody {
    let request: GenerationRequest
    let delivery: Delivery

    /// Characters of a prompt. Source: the ImageRouter server's own limit.
    static let promptMax = 10_000

    private static let names = ["prompt", "n", "size", "quality", "output_format", "mask"]

    /// What would change a picture or who may make it, and has no meaning here. Other unknown members
    /// are ignored, as documented; these would be charged for and not be had.
    private static let refused = [
        "images", "masks", "image_url", "image_urls", "input_image", "input_images",
        "input_reference", "input_references", "provider", "seed", "negative_prompt",
        "aspect_ratio", "resolution", "background",
    ]

    init(_ fields: Fields) throws(Refusal) {
        try fields.refuse(Self.refused)
        let prompt = try fields.string("prompt") ?? ""
        guard prompt.unicodeScalars.count <= Self.promptMax else {
            throw Refusal(
                .invalidValue,
                "The prompt has \(prompt.unicodeScalars.count) characters; at most "
                    + "\(Self.promptMax) are accepted.", field: "prompt")
        }
        let quality = try fields.word("quality", of: ["auto", "low", "medium", "high"])
        delivery = try fields.delivery(default: .url, of: Delivery.allCases)
        var request = GenerationRequest(
            dialect: .imageRouter, model: try fields.requiredString("model"), prompt: prompt,
            n: try fields.integer("n", in: 1...10) ?? 1,
            size: try .init(pixels: fields.string("size") ?? "auto", field: "size"),
            names: FieldNames(own: Self.names, pictures: "image"), quality: quality,
            format: try fields.format(
                default: .webp, of: [.webp, .jpeg, .png], ignoringCase: true),
            keeping: delivery.keeping, metadata: try fields.metadata())
        request.endUser = try fields.endUser()
        request.mayFitSize = true
        request.pictures = try fields.pictures(["image", "image[]"])
        request.mask = try fields.mask(["mask", "mask[]"])
        self.request = request
    }
}
