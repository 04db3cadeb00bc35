import Gateway
import HTTP
import Pictures
import Units

extension Application {
    /// `POST /v1/images/generations`, dialect (b): PNG as base64 unless told otherwise. An unknown
    /// member is a 400, as at OpenAI.
    func openAIGeneration(_ request: Request) async throws -> Response {
        try await generated(request, as: OpenAIBody.self) { asked, finished in
            let size = finished.images.first?.size ?? PixelSize(width: 0, height: 0)
            let echo = asked.safetyIdentifier.map { [("safety_identifier", JSON.string($0))] } ?? []
            let data = finished.images.map { JSON.object([item($0, asked.delivery)]) }
            return await answer(
                .object(
                    [
                        ("created", .int(finished.endedAt.seconds)),
                        ("background", .string("opaque")),
                        ("output_format", .string(finished.format.rawValue)),
                        ("quality", .string(asked.quality)),
                        ("size", .string("\(size.width)x\(size.height)")), ("data", .array(data)),
                        ("cost", .credits(finished.money.captured)), ("id", .id(finished.id)),
                        ("receipt", finished.receipt.json),
                    ] + echo), imageBytes: finished.carried(asked.delivery))
        }
    }
}

/// The body of dialect (b).
struct OpenAIBody: GenerationBody {
    let request: GenerationRequest
    let delivery: Delivery
    /// As answered: a resolved value, never `auto`.
    let quality: String
    /// Echoed, as OpenAI does.
    let safetyIdentifier: String?

    private static let known: Set<String> = [
        "prompt", "model", "n", "size", "quality", "response_format", "output_format",
        "output_compression", "background", "moderation", "style", "stream", "partial_images",
        "user", "safety_identifier", "seed", "provider", "metadata",
    ]

    /// What other models know; these draw from a prompt alone.
    private static let beyondTheseModels = [
        "complexity", "frame_count", "frame_duration_ms", "svg", "aspect_ratio", "resolution",
        "negative_prompt", "input_references",
    ]

    /// `quality`, of all models together.
    static let qualities = ["auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"]

    init(_ fields: Fields) throws(Refusal) {
        try fields.refuseUnknown(beyond: Self.known.union(Self.beyondTheseModels))
        for name in Self.beyondTheseModels where fields.has(name) {
            throw Refusal(
                .invalidValue, "This model does not take '\(name)': leave it out.", field: name)
        }
        let prompt = try fields.requiredString("prompt")
        let quality = try fields.word("quality", of: Self.qualities)
        self.quality = quality.flatMap { $0 == "auto" ? nil : $0 } ?? "medium"
        safetyIdentifier = try fields.string("safety_identifier")
        delivery = try fields.delivery(default: .base64, of: [.url, .base64])
        let format = try fields.format(default: .png, of: [.png, .jpeg, .webp])
        try Self.refuseUnsupported(fields)
        request = GenerationRequest(
            dialect: .openAI, model: try fields.requiredString("model"), prompt: prompt,
            n: try fields.integer("n", in: 1...10) ?? 1,
            size: try .init(pixels: fields.string("size") ?? "auto", field: "size"),
            quality: quality, format: format, compression: try Self.compression(fields, format),
            seed: try fields.integer("seed", in: 0...Int(Int32.max)).map(Int64.init),
            keeping: delivery.keeping)
    }

    private static func compression(
        _ fields: Fields, _ format: ImageFormat
    ) throws(Refusal) -> Int? {
        guard let compression = try fields.integer("output_compression", in: 0...100) else {
            return nil
        }
        guard format != .png || compression == 100 else {
            throw Refusal(
                .invalidValue,
                "Compression less than 100 is not supported for PNG output format.",
                field: "output_compression")
        }
        return format == .png ? nil : compression
    }

    /// What the test models cannot do is refused rather than dropped in silence; what cannot show
    /// in the picture is checked and ignored.
    private static func refuseUnsupported(_ fields: Fields) throws(Refusal) {
        if try fields.boolean("stream") == true {
            throw Refusal(
                .invalidValue, "This model does not stream: leave 'stream' out.", field: "stream")
        }
        if try fields.word("background", of: ["auto", "transparent", "opaque"]) == "transparent" {
            throw Refusal(
                .invalidValue, "This model draws no transparent background.", field: "background")
        }
        _ = try fields.integer("partial_images", in: 0...3)
        _ = try fields.word("moderation", of: ["auto", "low"])
        _ = try fields.word("style", of: ["vivid", "natural"])
        _ = try fields.string("user")
    }
}
