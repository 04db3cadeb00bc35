internal import HTTP
internal import Pictures
internal import Units

/// `openrouter-images`: a market in front of other vendors; it says exactly what each call cost.
public struct OpenRouterImages: Adapter {
    public let name = "openrouter-images"
    var errors = ErrorTable([
        // The reasons stand in `metadata`; without them it is about us.
        .init(403, codes: ["reasons"], words: ["moderation", "flagged"], .moderated),
        .init(
            400, codes: ["content_policy_violation", "moderation_blocked"],
            words: ["safety system", "content policy"], .moderated),
        .init(404, codes: [], .modelGone),
    ])

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        if ask.mask != nil {
            throw VendorFailure(.badRequest, "this provider takes no mask", field: "mask")
        }
        var fields = Fields()
        fields.set("model", ask.model)
        fields.set("prompt", ask.prompt)
        fields.set("n", ask.n)
        fields.set("aspect_ratio", ask.ratio)
        fields.set("resolution", ask.tier)
        if ask.ratio == nil, ask.tier == nil { fields.set("size", ask.size("x")) }
        fields.set("quality", ask.chosenQuality)
        fields.set("output_format", ask.format.rawValue)
        if ask.format != .png { fields.set("output_compression", ask.compression) }
        fields.set("seed", ask.seed.map { Int($0) })
        fields.set("background", ask.options[.background])
        if !ask.inputs.isEmpty {
            let images = ask.inputs.map { input in
                JSON.object([
                    ("type", .string("image_url")),
                    ("image_url", .object([("url", input.dataURI)])),
                ])
            }
            fields.set("input_references", .array(images))
        }
        if ask.partials > 0 { fields.set("stream", JSON.bool(true)) }
        fields.add(ask.passthrough, but: ["input_references"])
        var call = Call(
            "POST", try vendor.url("/images"), headers: ["Accept": "application/json"],
            body: .json(fields.json), timeout: vendor.timeout)
        call.isStreamed = ask.partials > 0
        return call
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        let json = try errors.json(of: reply)
        guard case .array(let items)? = json["data"] else {
            if let code = json["error"]?["code"]?.whole {
                // What began as a success is told in the words of an error.
                throw errors.failure(
                    Reply(status: code, headers: reply.headers, json: json), acceptance: .ended)
            }
            throw .malformed("the answer has no 'data'", reply)
        }
        var made = Made(items.compactMap { OpenAIImages.picture($0) })
        made.withheld = items.count - made.pictures.count
        made.request = reply.headers["x-generation-id"] ?? reply.request
        let usage = json["usage"]
        made.usage.cost = usage?["cost"]?.decimal
        made.usage.inputText = usage?["prompt_tokens"]?.whole
        let image = usage?["completion_tokens_details"]?["image_tokens"]?.whole
        made.usage.outputImage = image ?? usage?["completion_tokens"]?.whole
        if let image, let all = usage?["completion_tokens"]?.whole, all >= image {
            made.usage.outputText = all - image
        }
        guard !made.pictures.isEmpty else {
            var failure = VendorFailure.noImage("'data' holds no picture", reply)
            failure.usage = made.usage
            throw failure
        }
        return .done(made)
    }
}

extension Vendor {
    static let openRouter = Vendor(
        "openrouter", title: "OpenRouter", OpenRouterImages(),
        base: "https://openrouter.ai/api/v1", baseVariable: "OPENROUTER_BASE_URL", .bearer,
        variables: ["OPENROUTER_API_KEY"], timeout: .seconds(300))
}
