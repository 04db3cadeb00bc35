import Gateway
import HTTP
import Pictures
import Providers
import Units

/// The body of dialect (d). Members that it does not know are ignored, and so is what stands in
/// `HTTP-Referer`, `X-OpenRouter-Title` and `X-OpenRouter-Categories`.
struct OpenRouterBody: GenerationBody {
    let request: GenerationRequest
    /// There is no other form here.
    let delivery = Delivery.base64
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

    static let formats: [ImageFormat] = [.png, .jpeg, .webp]

    init(_ fields: Fields) throws(Refusal) { try self.init(fields, [:]) }

    init(_ fields: Fields, _ headers: Headers) throws(Refusal) {
        streams = try fields.boolean("stream") == true
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
        request.options = try fields.options([.background])
        request.pictures = try fields.pictures(["input_references"])
        request.routing = try Routing(fields)
        request.partials = streams ? Self.partials : 0
        self.request = request
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
