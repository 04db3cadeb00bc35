import Gateway
import Pictures
import Providers
import Units

/// What all bodies of dialect (b) have in common.
struct OpenAIBody: Sendable {
    var request: GenerationRequest
    let delivery: Delivery
    /// Whether nothing was said of how pictures are to come: then with their URL too, which some
    /// clients read alone.
    let deliversBoth: Bool
    let streams: Bool
    /// Whether it starts from pictures: its events are called otherwise.
    var isEdit = false
    /// As asked; nil where it was left to the vendor.
    private let quality: String?
    private let background: String?
    /// Echoed, as OpenAI does.
    private let safetyIdentifier: String?

    /// Members beside a prompt. The last lines are ours; SDKs pass them as `extra_body`.
    static let known: Set<String> = Set([
        "prompt", "model", "n", "size", "quality", "response_format", "output_format",
        "output_compression", "background", "stream", "partial_images", "user",
        "safety_identifier",
        "seed", "provider", "metadata", "aspect_ratio", "resolution",
    ]).union(options.map(\.rawValue)).union(unsupported)

    /// `style` and `moderation` are not for every path.
    private static let options = PictureOption.allCases.filter {
        $0 != .style && $0 != .moderation
    }

    /// What no model of ours makes: animations and vector drawings.
    private static let unsupported = ["complexity", "frame_count", "frame_duration_ms", "svg"]

    /// `quality`, of all models together.
    static let qualities = ["auto", "low", "medium", "high", "xhigh", "max", "standard", "hd"]

    private static let partialsMax = 3

    /// `names` says what the path calls things.
    init(
        _ fields: Fields, prompt: String, names: FieldNames, delivery: Delivery? = nil
    ) throws(Refusal) {
        for name in Self.unsupported where fields.has(name) {
            throw Refusal(
                .invalidValue, "This model does not take '\(name)': leave it out.", field: name)
        }
        let quality = try fields.word("quality", of: Self.qualities)
        let options = try fields.options(PictureOption.allCases)
        self.quality = quality.flatMap { $0 == "auto" ? nil : $0 }
        background =
            switch options[.background] {
            case .text(let word) where word != "auto": word
            default: nil
            }
        let endUser = try fields.endUser()
        safetyIdentifier = try fields.string("safety_identifier")
        let standard = try fields.delivery(default: .base64, of: [.url, .base64])
        self.delivery = delivery ?? standard
        deliversBoth = delivery == nil && !fields.has("response_format")
        streams = try fields.boolean("stream") == true
        let partials = try fields.integer("partial_images", in: 0...Self.partialsMax) ?? 0
        let format = try fields.format(default: .png, of: [.png, .jpeg, .webp])
        let model = try fields.string("model")
        request = GenerationRequest(
            dialect: .openAI, model: model ?? "", prompt: prompt,
            n: try fields.integer("n", in: 1...10) ?? 1, size: try Self.size(fields),
            names: names, quality: quality, format: format,
            compression: try Self.compression(fields, format),
            seed: try fields.integer("seed", in: 0...Int(Int32.max)).map(Int64.init),
            keeping: self.delivery.keeping, metadata: try fields.metadata())
        request.modelIsLeftOut = model == nil
        request.endUser = endUser
        request.options = options
        request.partials = streams ? partials : 0
        request.routing = try Routing(fields)
    }

    /// What events tell of a picture that is being drawn: what was asked for, or `auto`.
    func echo(size: PixelSize) -> [(String, JSON)] {
        echo(size: size, background: background ?? "auto", quality: quality ?? "auto")
    }

    /// What answers and events tell of a finished picture: what its vendor says, or what was asked
    /// for. What neither says is left out.
    func echo(size: PixelSize, _ report: GenerationReport) -> [(String, JSON)] {
        echo(
            size: size, background: report.background ?? background,
            quality: report.quality ?? quality)
    }

    /// The same for an event, which must have each member: `auto` where nobody says what was chosen.
    func echo(ofEvent size: PixelSize, _ report: GenerationReport) -> [(String, JSON)] {
        echo(
            size: size, background: report.background ?? background ?? "auto",
            quality: report.quality ?? quality ?? "auto")
    }

    private func echo(
        size: PixelSize, background: String?, quality: String?
    ) -> [(String, JSON)] {
        (background.map { [("background", JSON.string($0))] } ?? []) + [
            ("output_format", .string(request.format.rawValue)),
            ("size", .string(size.words)),
        ] + (quality.map { [("quality", .string($0))] } ?? [])
            + (safetyIdentifier.map { [("safety_identifier", .string($0))] } ?? [])
    }

    /// `size`, or our `aspect_ratio` and `resolution` in its place.
    private static func size(_ fields: Fields) throws(Refusal) -> GenerationRequest.Size {
        guard fields.has("aspect_ratio") || fields.has("resolution") else {
            return try .init(pixels: fields.string("size") ?? "auto", field: "size")
        }
        return try OpenRouterSize.read(fields)
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
}
