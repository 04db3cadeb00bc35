internal import HTTP
internal import Pictures
internal import Units

/// `stability`: forms for what is new, JSON for SDXL.
public struct Stability: Adapter {
    public let name = "stability"
    var errors = ErrorTable([
        .init(
            400, 403, 422, codes: ["content_moderation", "content_filtered"],
            words: ["content moderation", "flagged"], .moderated)
    ])

    /// How far a picture may leave the one it starts from, unless the customer says.
    private static let strength = "0.65"

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        if ask.model.hasPrefix("stable-diffusion-xl") { return try legacy(ask, vendor) }
        if ask.mask != nil {
            throw VendorFailure(.badRequest, "this model takes no mask", field: "mask")
        }
        let isSD3 = ask.model.hasPrefix("sd3")
        var fields = Fields()
        fields.set("prompt", ask.prompt)
        if isSD3 { fields.set("model", ask.model) }
        if ask.inputs.isEmpty || !isSD3 { fields.set("aspect_ratio", ask.ratio) }
        fields.set("seed", ask.seed.map { Int($0) })
        fields.set("negative_prompt", ask.options[.negativePrompt])
        fields.set("style_preset", ask.options[.stylePreset])
        fields.set("cfg_scale", ask.options[.guidance])
        let made: [ImageFormat] = isSD3 ? [.png, .jpeg] : ImageFormat.allCases
        fields.set("output_format", (ask.format(of: made) ?? .png).rawValue)
        var files: [Part] = []
        if let first = ask.inputs.first {
            if ask.model == "core" {
                throw VendorFailure(
                    .badRequest, "this model takes no input pictures", field: "image")
            }
            files.append(Part("image", first, file: "image"))
            if isSD3 { fields.set("mode", "image-to-image") }
            fields.set("strength", ask.passthrough["strength"]?.json ?? .number(Self.strength))
        }
        fields.add(ask.passthrough)
        let verb = isSD3 ? "sd3" : URLText.path(ask.model)
        return call(
            try vendor.url("/v2beta/stable-image/generate/\(verb)"),
            .multipart(fields.parts + files), vendor)
    }

    private func call(_ url: String, _ body: Call.Body, _ vendor: Vendor) -> Call {
        Call(
            "POST", url, headers: ["Accept": "application/json"], body: body,
            timeout: vendor.timeout)
    }

    private func legacy(_ ask: Ask, _ vendor: Vendor) throws(VendorFailure) -> Call {
        var prompts = [(ask.prompt, "1")]
        if let unwanted = ask.text(.negativePrompt) { prompts.append((unwanted, "-1")) }
        var fields = Fields()
        let place = try vendor.url("/v1/generation/\(URLText.path(ask.model))")
        fields.set("samples", ask.n)
        fields.set("seed", ask.seed.map { Int($0) })
        fields.set("steps", ask.options[.steps])
        fields.set("cfg_scale", ask.options[.guidance])
        fields.set("style_preset", ask.options[.stylePreset])
        guard let first = ask.inputs.first else {
            fields.set(
                "text_prompts",
                .array(
                    prompts.map { text, weight in
                        .object([("text", .string(text)), ("weight", .number(weight))])
                    }))
            fields.set("width", ask.size.width)
            fields.set("height", ask.size.height)
            fields.add(ask.passthrough)
            return call("\(place)/text-to-image", .json(fields.json), vendor)
        }
        for (index, (text, weight)) in prompts.enumerated() {
            fields.set("text_prompts[\(index)][text]", text)
            fields.set("text_prompts[\(index)][weight]", weight)
        }
        var parts = [Part("init_image", first, file: "image")]
        guard let mask = ask.mask else {
            fields.set("init_image_mode", "IMAGE_STRENGTH")
            fields.set("image_strength", ask.passthrough["image_strength"]?.json ?? .number("0.35"))
            fields.add(ask.passthrough)
            return call("\(place)/image-to-image", .multipart(parts + fields.parts), vendor)
        }
        fields.set("mask_source", "MASK_IMAGE_WHITE")
        fields.add(ask.passthrough)
        parts.append(Part("mask_image", try MaskForm.whiteChanges.made(from: mask), file: "mask"))
        return call("\(place)/image-to-image/masking", .multipart(parts + fields.parts), vendor)
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        let json = try errors.json(of: reply)
        guard json["image"] != nil || json["artifacts"] != nil else {
            if json.tells("errors") { throw errors.failure(reply) }
            throw .noImage("the answer holds no picture", reply)
        }
        var made = Made([])
        // A filtered picture comes too, blurred.
        for item in json["artifacts"]?.items ?? [json] {
            let end = item["finish_reason"]?.text ?? item["finishReason"]?.text
            let text = item["image"]?.text ?? item["base64"]?.text
            if end == "CONTENT_FILTERED" {
                made.withheld += 1
            } else if let picture = text.flatMap({ PictureAt($0) }), end != "ERROR" {
                made.pictures.append(picture)
                made.seed = made.seed ?? item["seed"]?.whole.map { Int64($0) }
            }
        }
        made.request = reply.request
        guard made.pictures.isEmpty else { return .done(made) }
        throw made.withheld > 0
            ? .moderated("the picture was filtered", reply)
            : .noImage("the answer holds no picture", reply)
    }
}

extension Vendor {
    static let stability = Vendor(
        "stability", title: "Stability AI", Stability(), base: "https://api.stability.ai",
        baseVariable: "STABILITY_BASE_URL", .bearer, variables: ["STABILITY_API_KEY"])
}
