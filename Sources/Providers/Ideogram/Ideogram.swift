internal import HTTP
internal import Pictures
internal import Units

/// `ideogram`: two generations of one vendor. The older takes JSON and knows models by name; the newer
/// takes forms and knows only how much time it may spend.
public struct Ideogram: Adapter {
    public let name = "ideogram"
    var errors = ErrorTable([
        .init(400, 402, 403, words: ["credit", "billing"], .operatorFunds),
        // What validates fields names them; what else is 422 is the safety check.
        .init(
            422,
            codes: [
                "missing", "value_error*", "type_error*", "*_type", "*_parsing", "enum",
                "literal_error", "less_than*", "greater_than*", "string_*", "extra_forbidden",
            ], .badRequest),
        .init(422, codes: [], .moderated),
        .init(400, words: ["safety check", "safety filter", "content policy"], .moderated),
    ])

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        // `v3:TURBO` names the newer generation and its speed.
        guard ask.model.hasPrefix("v3:") else { return try legacy(ask, vendor) }
        let word = ask.model.dropFirst("v3:".count)
        let isCharacter = word == "character"
        var fields = Fields()
        fields.set("prompt", ask.prompt)
        fields.set(
            "rendering_speed",
            isCharacter ? ask.chosenQuality?.uppercased() ?? "DEFAULT" : String(word))
        fields.set("num_images", ask.n)
        // With a seed all pictures of a call are the same one.
        if ask.n == 1 { fields.set("seed", ask.seed.map { Int($0) }) }
        fields.set("magic_prompt", ask.options[.magicPrompt])
        fields.set("negative_prompt", ask.options[.negativePrompt])
        fields.set("style_type", ask.options[.styleType])
        fields.set("style_preset", ask.options[.stylePreset])
        var files: [Part] = []
        var verb = "generate"
        if let mask = ask.mask, let first = ask.inputs.first {
            verb = "edit"
            files.append(Part("image", first, file: "image"))
            files.append(Part("mask", try MaskForm.blackChanges.made(from: mask), file: "mask"))
        } else {
            fields.set("aspect_ratio", ask.ratio?.replacing(":", with: "x"))
        }
        if isCharacter, let first = ask.inputs.first {
            files.append(Part("character_reference_images", first, file: "character"))
        } else if ask.mask == nil {
            for (index, input) in ask.inputs.enumerated() {
                files.append(Part("style_reference_images", input, file: "style\(index)"))
            }
        }
        fields.add(ask.passthrough)
        return try call("/v1/ideogram-v3/\(verb)", .multipart(fields.parts + files), vendor)
    }

    private func legacy(_ ask: Ask, _ vendor: Vendor) throws(VendorFailure) -> Call {
        var fields = Fields()
        fields.set("prompt", ask.prompt)
        fields.set("model", ask.model)
        if ask.mask == nil {
            fields.set(
                "aspect_ratio",
                ask.ratio.map { "ASPECT_\($0.replacing(":", with: "_"))" })
        }
        fields.set("num_images", ask.n)
        if ask.n == 1 { fields.set("seed", ask.seed.map { Int($0) }) }
        fields.set("magic_prompt_option", ask.options[.magicPrompt])
        fields.set("style_type", ask.options[.styleType])
        fields.set("negative_prompt", ask.options[.negativePrompt])
        fields.add(ask.passthrough)
        guard let first = ask.inputs.first else {
            return try call(
                "/generate", .json(.object([("image_request", fields.json)])), vendor)
        }
        // The picture goes with the request as a text of JSON; an edit wants the text's fields bare.
        var parts = [Part("image_file", first, file: "image")]
        guard let mask = ask.mask else {
            parts.append(Part("image_request", text: fields.json.text))
            return try call("/remix", .multipart(parts), vendor)
        }
        parts.append(Part("mask", try MaskForm.blackChanges.made(from: mask), file: "mask"))
        return try call("/edit", .multipart(parts + fields.parts), vendor)
    }

    private func call(
        _ path: String, _ body: Call.Body, _ vendor: Vendor
    ) throws(VendorFailure) -> Call {
        Call(
            "POST", try vendor.url(path), headers: ["Accept": "application/json"], body: body,
            timeout: vendor.timeout, responseMaxBytes: Call.statusMaxBytes)
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        guard reply.isSuccess else { throw errors.failure(reply) }
        guard let json = reply.json, case .array(let items)? = json["data"] else {
            throw .malformed("the answer has no 'data'", reply)
        }
        var made = Made([])
        for item in items {
            let picture = item["url"]?.text.flatMap { PictureAt($0) }
            guard item["is_image_safe"] != .bool(false), let picture else {
                made.withheld += 1
                continue
            }
            made.pictures.append(picture)
            made.seed = made.seed ?? item["seed"]?.whole.map { Int64($0) }
            made.revisedPrompt = made.revisedPrompt ?? item["prompt"]?.text
        }
        made.request = reply.request
        made.usage.images = made.pictures.count
        guard made.pictures.isEmpty else { return .done(made) }
        throw items.contains { $0["is_image_safe"] == .bool(false) }
            ? .moderated("every picture was withheld as unsafe", reply)
            : .noImage("'data' holds no picture", reply)
    }
}

extension Vendor {
    static let ideogram = Vendor(
        "ideogram", title: "Ideogram", Ideogram(), base: "https://api.ideogram.ai",
        baseVariable: "IDEOGRAM_BASE_URL", .header("Api-Key"), variables: ["IDEOGRAM_API_KEY"],
        resultHosts: ["ideogram.ai", "*.ideogram.ai"])
}
