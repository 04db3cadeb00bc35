internal import HTTP
internal import Pictures
internal import Units

/// `gemini`: one call, one picture; everything is a part of a conversation.
public struct Gemini: Adapter {
    public let name = "gemini"
    var errors = ErrorTable([
        .init(400, codes: ["API_KEY_INVALID"], words: ["api key not valid"], .operatorAuth),
        .init(400, codes: ["FAILED_PRECONDITION"], .operatorAuth),
        .init(403, words: ["billing"], .operatorFunds),
        .init(504, codes: ["DEADLINE_EXCEEDED"], .timeout),
    ])

    /// Models of before `imageSize`.
    private static let withoutSizes = "gemini-2.5"

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        guard !ask.model.hasPrefix("imagen-") else {
            throw VendorFailure(.modelGone, "the Imagen models were shut down on 2026-08-17")
        }
        if ask.mask != nil {
            throw VendorFailure(.badRequest, "this provider takes no mask", field: "mask")
        }
        var parts = [JSON.object([("text", .string(ask.prompt))])]
        for input in ask.inputs {
            let data = JSON.object([
                ("mimeType", .string(input.format.mediaType)), ("data", .base64(input.bytes)),
            ])
            parts.append(.object([("inlineData", data)]))
        }
        var body = Fields()
        body.set(
            "contents",
            .array([.object([("role", .string("user")), ("parts", .array(parts))])]))
        body.set("generationConfig", configuration(ask))
        body.add(ask.passthrough, but: ["cachedContent"])
        return Call(
            "POST",
            try vendor.url("/models/\(URLText.path(ask.model)):generateContent"),
            headers: ["Accept": "application/json"], body: .json(body.json), timeout: vendor.timeout
        )
    }

    private func configuration(_ ask: Ask) -> JSON {
        var image = Fields()
        image.set("aspectRatio", ask.ratio)
        if !ask.model.hasPrefix(Self.withoutSizes) { image.set("imageSize", ask.tier) }
        var fields = Fields()
        fields.set("responseModalities", .array([.string("IMAGE")]))
        if !image.members.isEmpty { fields.set("imageConfig", image.json) }
        fields.set("seed", ask.seed.map { Int($0) })
        if let thinking = ask.options[.thinking]?.flag {
            let level = JSON.string(thinking ? "HIGH" : "MINIMAL")
            fields.set("thinkingConfig", .object([("thinkingLevel", level)]))
        }
        return fields.json
    }
}

extension Vendor {
    static let google = Vendor(
        "google", title: "Google", Gemini(),
        base: "https://generativelanguage.googleapis.com/v1beta",
        baseVariable: "GEMINI_BASE_URL", .header("x-goog-api-key"),
        variables: ["GEMINI_API_KEY", "GOOGLE_API_KEY"])
}
