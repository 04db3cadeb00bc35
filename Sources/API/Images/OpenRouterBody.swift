import Gateway
import HTTP
import Pictures
import Units

/// The body of dialect (d). Members that it does not know are ignored, and so is what stands in
/// `HTTP-Referer`, `X-OpenRouter-Title` and `X-OpenRouter-Categories`.
struct OpenRouterBody: GenerationBody {
    let request: GenerationRequest
    /// There is no other form here.
    let delivery = Delivery.base64
    /// Read and checked; every model has one provider so far.
    let providers: ProviderPreferences

    /// Characters of `session_id`, and pictures that a prompt may refer to. Source: the SDK.
    private static let sessionMax = 256
    private static let referencesMax = 16

    /// Members of `trace` that have a meaning; others are the caller's own.
    static let traceWords = [
        "trace_id", "trace_name", "span_name", "generation_name", "parent_span_id",
    ]

    static let formats: [ImageFormat] = [.png, .jpeg, .webp]

    init(_ fields: Fields) throws(Refusal) { try self.init(fields, [:]) }

    init(_ fields: Fields, _ headers: Headers) throws(Refusal) {
        if try fields.boolean("stream") == true {
            throw Refusal(
                .invalidValue, "Images are not streamed here yet: leave 'stream' out.",
                field: "stream")
        }
        let model = try fields.requiredString("model")
        let prompt = try fields.requiredString("prompt")
        providers = try ProviderPreferences(fields)
        try Self.refuseReferences(fields)
        let format = try Self.format(fields)
        let compression = try fields.integer("output_compression", in: 0...100)
        // Dropped where a model has no such knob, as documented.
        _ = try fields.word("quality", of: ["auto", "low", "medium", "high", "xhigh", "max"])
        try Self.check(trace: try fields.object("trace"))
        request = GenerationRequest(
            dialect: .openRouter, model: model, prompt: prompt,
            n: try fields.integer("n", in: 1...10) ?? 1, size: try OpenRouterSize.read(fields),
            format: format, compression: format == .png ? nil : compression,
            seed: try fields.integer("seed", in: 0...Int(Int32.max)).map(Int64.init),
            metadata: try Self.metadata(fields, headers))
    }

    private static func format(_ fields: Fields) throws(Refusal) -> ImageFormat {
        let format = try fields.format(default: .png, of: formats)
        let background = try fields.word("background", of: ["auto", "transparent", "opaque"])
        if background == "transparent" {
            throw Refusal(
                .invalidValue,
                format == .jpeg
                    ? "A transparent background needs 'output_format' png or webp."
                    : "This model draws no transparent background.", field: "background")
        }
        return format
    }

    /// Checks how `input_references` are written, and refuses them: no model here looks at any.
    private static func refuseReferences(_ fields: Fields) throws(Refusal) {
        guard let references = try fields.objects("input_references"), !references.isEmpty else {
            return
        }
        guard references.count <= referencesMax else {
            throw Refusal(
                .invalidValue,
                "'input_references' has \(references.count) items; up to \(referencesMax) are "
                    + "accepted.", field: "input_references")
        }
        for reference in references {
            _ = try reference.word("type", of: ["image_url"])
            guard let image = try reference.object("image_url") else {
                throw Refusal(
                    .missingParameter, "An item of 'input_references' needs an 'image_url'.",
                    field: "input_references")
            }
            let url = try image.requiredString("url")
            guard ["http://", "https://", "data:"].contains(where: url.hasPrefix) else {
                throw Refusal(
                    .invalidValue, "An input reference is an http(s) URL or a data URL.",
                    field: "input_references")
            }
        }
        throw Refusal(
            .invalidValue, "This model takes no input pictures: leave 'input_references' out.",
            field: "input_references")
    }

    private static func check(trace: Fields?) throws(Refusal) {
        for name in traceWords { _ = try trace?.string(name) }
    }

    /// What is told again by `GET /api/v1/generation`: the session and the end user.
    private static func metadata(
        _ fields: Fields, _ headers: Headers
    ) throws(Refusal) -> [String: String] {
        var metadata: [String: String] = [:]
        // The body's session wins over the header's, which has to be right all the same.
        for (name, place, value) in [
            ("session_id", "X-Session-Id", headers["X-Session-Id"]),
            ("session_id", "session_id", try fields.string("session_id")),
            ("user", "user", try fields.string("user")),
        ] {
            guard let value else { continue }
            // Not as letters are seen: one can be of a thousand code points.
            let length = value.unicodeScalars.count
            guard length <= sessionMax else {
                throw Refusal(
                    .invalidValue,
                    "'\(place)' has \(length) characters; up to \(sessionMax) are accepted.",
                    field: place)
            }
            metadata[name] = value
        }
        return metadata
    }
}
