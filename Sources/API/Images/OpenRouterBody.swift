import Gateway
import HTTP
import Pictures
import Providers
import Units

/// The body of dialect (d). Members that it does not know are ignored but for those that would change
/// the picture, and so is what stands in `HTTP-Referer`, `X-OpenRouter-Title` and `X-OpenRouter-Categories`.
struct OpenRouterBody: GenerationBody {
    let request: GenerationRequest
    let delivery: Delivery
    let streams: Bool

    /// Characters of `session_id`. Source: the SDK.
    private static let sessionMax = 256
    /// Views of each picture in a stream: no member asks for a number.
    private static let partials = 2

    /// Members of `trace` that have a meaning; others are the caller's own.
    static let traceWords = [
        "trace_id", "trace_name", "span_name", "generation_name", "parent_span_id",
    ]

    private static let names = [
        "prompt", "n", "size", "aspect_ratio", "resolution", "quality", "seed", "output_format",
        "background",
    ]

    /// What other dialects have, and this one has under another name or not at all: it would be charged
    /// for and not be had.
    private static let refused = [
        "images", "image_url", "image_urls", "input_image", "input_images", "input_reference",
        "init_image", "reference_images", "masks", "negative_prompt", "style", "moderation",
        "input_fidelity", "partial_images", "width", "height",
    ]

    static let formats: [ImageFormat] = [.png, .jpeg, .webp]

    init(_ fields: Fields) throws(Refusal) { try self.init(fields, [:]) }

    init(_ fields: Fields, _ headers: Headers) throws(Refusal) {
        try fields.refuse(Self.refused)
        streams = try fields.boolean("stream") == true
        // OpenAI's clients may ask for it; OpenRouter's do not know the member.
        delivery = try fields.delivery(default: .base64, of: [.base64, .url])
        let model = try fields.requiredString("model")
        let prompt = try fields.requiredString("prompt")
        let format = try fields.format(default: .png, of: Self.formats)
        let compression = try fields.integer("output_compression", in: 0...100)
        let quality = try fields.word(
            "quality", of: ["auto", "low", "medium", "high", "xhigh", "max"])
        try Self.check(trace: try fields.object("trace"))
        var request = GenerationRequest(
            dialect: .openRouter, model: model, prompt: prompt,
            n: try fields.integer("n", in: 1...10) ?? 1, size: try OpenRouterSize.read(fields),
            names: FieldNames(own: Self.names, pictures: "input_references"), quality: quality,
            format: format, compression: format == .png ? nil : compression,
            seed: try fields.integer("seed", in: 0...Int(Int32.max)).map(Int64.init),
            metadata: try Self.metadata(fields, headers))
        request.endUser = try fields.endUser()
        request.takesAnyFormat = !fields.has("output_format") && compression == nil
        request.options = try fields.options([.background])
        // The general names of pictures and masks work too.
        request.pictures = try fields.pictures(["input_references", "image", "image[]"])
        request.mask = try fields.mask(["mask", "mask[]"])
        request.routing = try Routing(fields)
        request.partials = streams ? Self.partials : 0
        self.request = request
    }

    private static func check(trace: Fields?) throws(Refusal) {
        for name in traceWords { _ = try trace?.string(name) }
    }

    /// The caller's own words, and the session, which `GET /api/v1/generation` tells again.
    private static func metadata(
        _ fields: Fields, _ headers: Headers
    ) throws(Refusal) -> [String: String] {
        var metadata = try fields.metadata()
        // The body's session wins over the header's, which has to be right all the same.
        for (place, value) in [
            ("X-Session-Id", headers["X-Session-Id"]),
            ("session_id", try fields.string("session_id")),
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
            metadata["session_id"] = value
        }
        return metadata
    }
}
