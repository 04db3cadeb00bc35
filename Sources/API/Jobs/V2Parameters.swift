import Gateway
import Pictures
import Providers
import Units

/// What a parameter object of dialect (e) asks for.
struct V2Parameters {
    private(set) var count = 1
    private(set) var quality: String?
    private(set) var format = ImageFormat.png
    /// Whether a format was named.
    private(set) var hasFormat = false
    private(set) var compression: Int?
    private(set) var seed: Int64?
    private(set) var options: [PictureOption: PictureOption.Value] = [:]
    private(set) var pictures: [AskedPicture] = []
    private(set) var mask: AskedPicture?
    private var ratio: Ratio?
    private var tier: Tier?
    private var width: Int?
    private var height: Int?
    private var pixels: GenerationRequest.Size?

    /// Pixels a side that may be asked for; what a model makes of it, its descriptors say.
    private static let sides = 1...16_384

    init() {}

    /// Reads the members that `family` knows; any other is refused, and so is null.
    init(_ fields: Fields, of family: V2Family) throws(Refusal) {
        try fields.refuseUnknown(beyond: Set(family.members.keys))
        for (name, meaning) in family.members.sorted(by: { $0.key < $1.key })
        where fields.names.contains(name) {
            // A list of pictures may be null; the vendor's own document refuses it elsewhere.
            guard fields.has(name) || name == "input_images" else {
                throw Refusal(.invalidValue, "'\(name)' must not be null.", field: name)
            }
            try read(name, as: meaning, in: fields)
        }
    }

    private mutating func read(
        _ name: String, as meaning: V2Family.Meaning, in fields: Fields
    ) throws(Refusal) {
        switch meaning {
        case .ratio: ratio = try Self.ratio(fields, name)
        case .tier: tier = try Self.tier(fields, name)
        case .width: width = try fields.integer(name, in: Self.sides)
        case .height: height = try fields.integer(name, in: Self.sides)
        case .namedSize: try readSize(fields, name)
        case .quality: quality = try fields.word(name, of: OpenAIBody.qualities)
        case .format:
            hasFormat = true
            format =
                try fields.format(
                    default: .png, of: [.png, .jpeg, .webp], ignoringCase: true)
        case .compression: compression = try fields.integer(name, in: 0...100)
        case .seed: seed = try fields.integer(name, in: 0...Int(Int32.max)).map(Int64.init)
        case .count: count = try fields.integer(name, in: 1...10) ?? 1
        case .pictures(let limit): try readPictures(fields, name, limit)
        case .mask: mask = try fields.mask([name])
        case .option(let option): options[option] = try fields.value(of: option, named: name)
        case .without(.text): _ = try fields.string(name)
        case .without(.number): _ = try fields.decimal(name)
        case .without(.flag): _ = try fields.boolean(name)
        }
    }

    private mutating func readPictures(
        _ fields: Fields, _ name: String, _ limit: Int
    ) throws(Refusal) {
        let more = try fields.pictures([name])
        guard more.count <= limit else {
            throw Refusal(
                .invalidValue,
                "'\(name)' takes up to \(limit.counted("picture")), not \(more.count).",
                field: name)
        }
        pictures += more
    }

    private static func ratio(_ fields: Fields, _ name: String) throws(Refusal) -> Ratio? {
        guard let text = try fields.string(name), text != "auto", text != "match_input_image" else {
            return nil
        }
        guard let ratio = Ratio(text) else {
            throw Refusal(
                .invalidValue,
                "Invalid '\(name)': '\(text.prefix(40))'. Accepted: a ratio such as 16:9.",
                field: name)
        }
        return ratio
    }

    private static func tier(_ fields: Fields, _ name: String) throws(Refusal) -> Tier? {
        guard let text = try fields.string(name), text != "auto", text != "match_input_image" else {
            return nil
        }
        guard let tier = Tier(text) else {
            throw Refusal(
                .invalidValue,
                "Invalid '\(name)': '\(text.prefix(40))'. Accepted: a tier such as 1K, 2K or 4K.",
                field: name)
        }
        return tier
    }

    /// `square_hd`, `portrait_4_3`, or pixels and ratios as in the other dialects.
    private mutating func readSize(_ fields: Fields, _ name: String) throws(Refusal) {
        guard let text = try fields.string(name) else { return }
        let named: [String: (String, Int)] = [
            "square": ("1:1", 512), "square_hd": ("1:1", 1024), "portrait_4_3": ("3:4", 1024),
            "portrait_16_9": ("9:16", 1024), "landscape_4_3": ("4:3", 1024),
            "landscape_16_9": ("16:9", 1024),
        ]
        if let (shape, edge) = named[text] {
            (ratio, tier) = (Ratio(shape), Tier(edge == 512 ? "512" : "1K"))
        } else {
            pixels = try GenerationRequest.Size(pixels: text, field: name)
        }
    }

    /// What its members ask for together.
    func size() throws(Refusal) -> GenerationRequest.Size {
        if let pixels, pixels != .auto, ratio != nil || tier != nil || width != nil {
            throw Refusal(
                .invalidValue, "Send 'size' or 'aspect_ratio', not both.", field: "size")
        }
        switch (width, height) {
        case (let width?, let height?):
            return .pixels(PixelSize(width: width, height: height))
        case (nil, nil): break
        default:
            throw Refusal(
                .missingParameter, "'width' and 'height' are given together.",
                field: width == nil ? "width" : "height")
        }
        if let pixels, pixels != .auto { return pixels }
        return ratio == nil && tier == nil ? .auto : .shape(ratio, tier)
    }
}
