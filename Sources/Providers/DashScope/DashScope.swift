internal import HTTP
internal import Units

/// `dashscope`: one call, messages in and out, and errors that may come with a 200.
public struct DashScope: Adapter {
    public let name = "dashscope"
    var path = "/api/v1/services/aigc/multimodal-generation/generation"
    /// The sister of a model that takes pictures, where it is another.
    var editModels = ["qwen-image-plus": "qwen-image-edit-plus", "wan2.6-t2i": "wan2.6-image"]
    var errors = ErrorTable([
        .init(
            codes: ["DataInspectionFailed", "data_inspection_failed", "IPInfringementSuspect"],
            .moderated),
        .init(codes: ["Arrearage", "AccountOverdue*"], .operatorFunds),
        .init(
            codes: ["InvalidApiKey", "AccessDenied*", "Workspace.*", "Model.AccessDenied"],
            .operatorAuth),
        .init(codes: ["ModelNotFound", "model_not_found"], .modelGone),
        .init(
            codes: ["InvalidParameter*", "InvalidURL*", "DataProcessingError"], .badRequest),
        .init(codes: ["Throttling*", "LimitRequests"], .rateLimited),
        .init(codes: ["ModelUnavailable", "InternalError*", "SystemError"], .overloaded),
        .init(codes: ["RequestTimeOut"], .timeout),
    ])

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        if ask.mask != nil {
            throw VendorFailure(.badRequest, "this provider takes no mask", field: "mask")
        }
        var content = ask.inputs.map { JSON.object([("image", $0.dataURI)]) }
        content.append(.object([("text", .string(ask.prompt))]))
        let message = JSON.object([("role", .string("user")), ("content", .array(content))])
        let model = ask.inputs.isEmpty ? ask.model : editModels[ask.model] ?? ask.model
        let body = JSON.object([
            ("model", .string(model)), ("input", .object([("messages", .array([message]))])),
            ("parameters", parameters(ask)),
        ])
        return Call(
            "POST", try vendor.url(path), headers: ["Accept": "application/json"],
            body: .json(body), timeout: vendor.timeout, responseMaxBytes: Call.statusMaxBytes)
    }

    private func parameters(_ ask: Ask) -> JSON {
        var fields = Fields()
        fields.set("size", ask.size("*"))
        // Some models draw four when nothing is said.
        fields.set("n", ask.n)
        fields.set("seed", ask.seed.map { Int($0) })
        fields.set("negative_prompt", ask.options[.negativePrompt])
        fields.set("thinking_mode", ask.options[.thinking])
        // Drawn over the picture unless it is declined.
        fields.set("watermark", JSON.bool(false))
        fields.add(ask.passthrough)
        return fields.json
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        let json = try errors.json(of: reply)
        guard let output = json["output"], output != .null else {
            if json["code"]?.text?.isEmpty == false { throw errors.failure(reply) }
            throw .malformed("the answer has no 'output'", reply)
        }
        var made = Made([])
        made.request = json["request_id"]?.text ?? reply.request
        // Wan answers several choices, Qwen one with several parts, and old models a list.
        let choices: JSONPath = "choices[].message.content[].image"
        let texts = choices.values(in: output)
        for item in texts.isEmpty ? output["results"]?.items ?? [] : texts {
            if let picture = (item.text ?? item["url"]?.text).flatMap({ PictureAt($0) }) {
                made.pictures.append(picture)
            } else {
                made.withheld += 1
            }
        }
        let usage = json["usage"]
        made.usage.images = usage?["image_count"]?.whole ?? usage?["output_image_count"]?.whole
        guard made.pictures.isEmpty else { return .done(made) }
        if let item = output["results"]?[0], item.tells("code") {
            throw errors.failure(
                Reply(status: 400, headers: reply.headers, json: item), acceptance: .ended)
        }
        throw .noImage("the answer holds no picture", reply)
    }
}

extension Vendor {
    static let alibaba = Vendor(
        "alibaba", title: "Alibaba Model Studio", DashScope(),
        base: "https://dashscope-intl.aliyuncs.com", baseVariable: "DASHSCOPE_BASE_URL", .bearer,
        variables: ["DASHSCOPE_API_KEY"], resultHosts: ["*.aliyuncs.com"])
}
