internal import HTTP
internal import Pictures
internal import Units

/// `a1111`: AUTOMATIC1111, Forge, SD.Next and what copies their interface, on an operator's own host.
public struct A1111: Adapter {
    public let name = "a1111"
    var errors = ErrorTable([
        .init(404, words: ["sampler not found"], .badRequest),
        .init(500, words: ["outofmemory", "out of memory"], .overloaded),
    ])

    /// Leaves the checkpoint that the server has loaded.
    private static let anyModel = "default"

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        var fields = Fields()
        fields.set("prompt", ask.prompt)
        fields.set("negative_prompt", ask.options[.negativePrompt])
        fields.set("width", ask.size.width / 8 * 8)
        fields.set("height", ask.size.height / 8 * 8)
        fields.set("batch_size", ask.n)
        fields.set("n_iter", 1)
        fields.set("seed", ask.seed.map { Int($0) } ?? -1)
        fields.set("steps", ask.options[.steps])
        fields.set("cfg_scale", ask.options[.guidance])
        fields.set("send_images", JSON.bool(true))
        fields.set("save_images", JSON.bool(false))
        var settings: [(String, JSON)] = [("return_grid", .bool(false))]
        if ask.model != Self.anyModel {
            settings.append(("sd_model_checkpoint", .string(ask.model)))
        }
        fields.set("override_settings", .object(settings))
        if let first = ask.inputs.first {
            fields.set("init_images", .array([.base64(first.bytes)]))
            fields.set(
                "denoising_strength", ask.passthrough["denoising_strength"]?.json ?? .number("0.75")
            )
        }
        if let mask = ask.mask {
            fields.set("mask", .base64(try MaskForm.whiteChanges.made(from: mask).bytes))
        }
        // Scripts run what they like.
        fields.add(ask.passthrough, but: ["alwayson_scripts", "script_name", "script_args"])
        let verb = ask.inputs.isEmpty ? "txt2img" : "img2img"
        return Call(
            "POST", try vendor.url("/sdapi/v1/\(verb)"), headers: ["Accept": "application/json"],
            body: .json(fields.json), timeout: vendor.timeout)
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        guard reply.isSuccess else { throw errors.failure(reply) }
        guard let json = reply.json, case .array(let images)? = json["images"] else {
            throw .malformed("the answer has no 'images'", reply)
        }
        var pictures = images.compactMap { $0.text.flatMap { PictureAt($0) } }
        // A server may put a grid of all before them.
        if ask.n > 1, pictures.count == ask.n + 1 { pictures.removeFirst() }
        var made = Made(pictures)
        made.request = reply.request
        let info = json["info"]?.text.flatMap { JSONValue(json: Array($0.utf8))?.said }
        made.seed = info?["seed"]?.whole.map { Int64($0) }
        return .done(made)
    }
}

extension Vendor {
    static let a1111 = Vendor(
        "a1111", title: "AUTOMATIC1111", A1111(), base: nil, baseVariable: "A1111_BASE_URL", .basic,
        variables: ["A1111_API_AUTH"], needsCredential: false, timeout: .seconds(600))
}
