internal import HTTP
internal import Pictures
internal import Units

/// `openai-images`: one call, JSON or a form, that most vendors have copied and none exactly.
public struct OpenAIImages: Adapter {
    /// How pictures to start from are sent.
    enum Edits: Sendable {
        case none
        /// A form with files; `maskPath` where masks have a path of their own.
        case form(path: String, image: String, maskPath: String?, mask: MaskForm?)
        /// JSON: `image` is one object with a `url`, `images` are several.
        case objects(path: String)
        /// JSON on the path of text to image: `image` is one text or a list of them.
        case texts
    }

    enum SizeForm: Sendable {
        /// `size` is `1024x1024`.
        case pixels
        /// `aspect_ratio` is `16:9` and `resolution` `2k`.
        case shape
        /// `width` and `height` are numbers.
        case sides
    }

    /// What says how many pictures and tokens a call took.
    enum UsageForm: Sendable {
        case tokens
        /// `cost_in_usd_ticks`, each 10⁻¹⁰ USD.
        case ticks
        /// `credits`, of which a thousand are a dollar.
        case credits
        /// `generated_images`
        case images
    }

    public let name = "openai-images"
    var path = "/images/generations"
    var edits = Edits.form(
        path: "/images/edits", image: "image[]", maskPath: nil, mask: .transparentChanges)
    var sizes = SizeForm.pixels
    /// Whether the size is said where there are pictures to start from, which have one.
    var editsTakeSize = true
    /// Whether it draws several in one call.
    var takesN = true
    /// Sent as `response_format` where it is known.
    var responseFormat: String?
    /// The options of ours that it knows, and its words for them.
    var options: [PictureOption: String] = [:]
    var takesQuality = false
    /// Whether it is told a format, how far to compress, and about pictures before the last one.
    var takesFormat = false
    var streams = false
    var seedField: String?
    /// How far a picture may leave the one it starts from, for who must be told. A mask says it itself.
    var strength: String?
    /// What is said in every call.
    var always: [(String, JSON)] = []
    /// Follows the path, with its question mark.
    var query = ""
    var usage = UsageForm.tokens
    /// Whether its prompt is a way to other settings, which are cut off.
    var promptIsUnsafe = false
    var errors = ErrorTable(openAIErrors)

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        let hasInputs = !ask.inputs.isEmpty
        switch edits {
        case .form(let path, let image, let maskPath, let mask) where hasInputs:
            var parts = fields(of: ask).parts
            let single = !image.hasSuffix("[]")
            for (index, input) in ask.inputs.prefix(single ? 1 : ask.inputs.count).enumerated() {
                parts.append(Part(image, input, file: "image\(index)"))
            }
            if let own = ask.mask {
                guard let mask else { throw Self.noMask }
                parts.append(Part("mask", try mask.made(from: own), file: "mask"))
            }
            let place = ask.mask == nil ? path : maskPath ?? path
            return try call(place, .multipart(parts), ask, vendor)
        case .objects(let path) where hasInputs:
            if ask.mask != nil { throw Self.noMask }
            var fields = fields(of: ask)
            let images = ask.inputs.map { input in
                JSON.object([("type", .string("image_url")), ("url", input.dataURI)])
            }
            fields.set(
                images.count == 1 ? "image" : "images",
                images.count == 1 ? images[0] : .array(images))
            return try call(path, .json(fields.json), ask, vendor)
        case .texts where hasInputs:
            if ask.mask != nil { throw Self.noMask }
            var fields = fields(of: ask)
            let images = ask.inputs.map(\.dataURI)
            fields.set("image", images.count == 1 ? images[0] : .array(images))
            return try call(path, .json(fields.json), ask, vendor)
        default:
            try ask.refuse("input pictures", when: hasInputs, field: "image")
            if ask.mask != nil { throw Self.noMask }
            return try call(path, .json(fields(of: ask).json), ask, vendor)
        }
    }

    private static let noMask = VendorFailure(
        .badRequest, "this provider takes no mask", field: "mask")

    private func call(
        _ path: String, _ body: Call.Body, _ ask: Ask, _ vendor: Vendor
    ) throws(VendorFailure) -> Call {
        var call = Call(
            "POST", try vendor.url(path) + query, headers: ["Accept": "application/json"],
            body: body, timeout: vendor.timeout)
        if isStreamed(ask) {
            call.isStreamed = true
            call.headers["Accept"] = "text/event-stream"
        }
        return call
    }

    private func isStreamed(_ ask: Ask) -> Bool { streams && ask.partials > 0 }

    private func fields(of ask: Ask) -> Fields {
        var fields = Fields()
        fields.set("model", ask.model)
        fields.set("prompt", promptIsUnsafe ? PromptGuard.safe(ask.prompt) : ask.prompt)
        if takesN { fields.set("n", ask.n) }
        let isSized = ask.inputs.isEmpty || editsTakeSize
        switch sizes {
        case _ where !isSized: break
        case .pixels: fields.set("size", ask.size("x"))
        case .shape:
            fields.set("aspect_ratio", ask.ratio)
            fields.set("resolution", ask.tier?.lowercased())
        case .sides:
            fields.set("width", ask.size.width)
            fields.set("height", ask.size.height)
        }
        if takesQuality { fields.set("quality", ask.chosenQuality) }
        if takesFormat {
            fields.set("output_format", ask.format.rawValue)
            if ask.format != .png { fields.set("output_compression", ask.compression) }
        }
        for (option, field) in options.sorted(by: { $0.value < $1.value })
        where option != (ask.inputs.isEmpty ? .inputFidelity : .moderation) {
            fields.set(field, ask.options[option])
        }
        fields.set("response_format", responseFormat)
        if let strength, !ask.inputs.isEmpty, ask.mask == nil {
            fields.set("strength", ask.passthrough["strength"]?.json ?? .number(strength))
        }
        if let seed = ask.seed { fields.set(seedField, Int(seed)) }
        for (field, value) in always { fields.set(field, value) }
        if isStreamed(ask) {
            fields.set("stream", JSON.bool(true))
            fields.set("partial_images", min(ask.partials, Self.partialsMax))
        }
        fields.add(ask.passthrough)
        return fields
    }

    /// What OpenAI draws at most before the picture itself.
    private static let partialsMax = 3
}

/// Prompts for servers that read settings in them.
enum PromptGuard {
    /// `prompt` without the tags of stable-diffusion.cpp and with LocalAI's bar as a comma.
    static func safe(_ prompt: String) -> String {
        let tag = "sd_cpp_extra_args"
        var safe = prompt.replacing("|", with: ",")
        // Taking one out may make another: until none is left.
        while let found = safe.lowercased().firstRange(of: tag) {
            let start = safe.lowercased().distance(
                from: safe.lowercased().startIndex, to: found.lowerBound)
            let from = safe.index(safe.startIndex, offsetBy: start)
            safe.removeSubrange(from..<safe.index(from, offsetBy: tag.count))
        }
        return safe
    }
}
