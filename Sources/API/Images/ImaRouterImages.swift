import Gateway
import HTTP
import Pictures
import Units

extension Application {
    /// `POST /v1/image/generate`, dialect (c): PNG and a URL unless told otherwise. Unknown
    /// members are ignored.
    func imaRouterGeneration(_ request: Request) async throws -> Response {
        let (asked, finished) = try await generated(request, as: ImaRouterBody.self)
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
                    ("receipt", finished.receipt),
                ]), imageBytes: finished.carried(asked.delivery))
    }
}

/// The body of dialect (c).
private struct ImaRouterBody: GenerationBody {
    let request: GenerationRequest
    let delivery: Delivery

    /// Pixels a side. Source: ImaRouter's landing page.
    private static let side = 512...4096

    init(_ fields: Fields) throws(Refusal) {
        try fields.refuseImages()
        if fields.has("prompts") {
            throw Refusal(
                .invalidValue, "'prompts' is for the asynchronous path; send one 'prompt'.",
                field: "prompts")
        }
        _ = try fields.word("quality", of: OpenAIBody.qualities)
        _ = try fields.word("background", of: ["auto", "opaque"])
        delivery = try fields.delivery(default: .url, of: [.url, .base64])
        let size = try GenerationRequest.Size(
            pixels: fields.string("size") ?? "auto", orRatios: ["1:1", "4:3", "16:9", "9:16"],
            field: "size")
        if case .pixels(let pixels) = size,
            !Self.side.contains(pixels.width) || !Self.side.contains(pixels.height)
        {
            throw Refusal(
                .invalidValue,
                "Invalid size \(pixels.width)x\(pixels.height). Accepted: 512 to 4096 pixels a "
                    + "side.", field: "size")
        }
        request = GenerationRequest(
            dialect: .imaRouter, model: try fields.requiredString("model"),
            prompt: try fields.requiredString("prompt"),
            n: try fields.integer("n", in: 1...10) ?? 1, size: size,
            format: try fields.format(default: .png, of: [.png, .jpeg]),
            seed: try fields.integer("seed", in: 0...Int(Int32.max)).map(Int64.init),
            keeping: delivery.keeping)
    }
}
