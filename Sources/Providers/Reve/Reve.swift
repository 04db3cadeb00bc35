internal import HTTP
internal import Units

/// `reve`: three verbs by how many pictures there are to start from.
public struct Reve: Adapter {
    public let name = "reve"
    var errors = ErrorTable([
        .init(400, 403, 422, codes: ["*content_violation*", "*moderation*"], .moderated)
    ])

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        if ask.mask != nil {
            throw VendorFailure(.badRequest, "this provider takes no mask", field: "mask")
        }
        var fields = Fields()
        let verb: String
        switch ask.inputs.count {
        case 0:
            verb = "create"
            fields.set("prompt", ask.prompt)
        case 1:
            verb = "edit"
            fields.set("edit_instruction", ask.prompt)
            fields.set("reference_image", ask.inputs.first.map { JSON.base64($0.bytes) })
        default:
            verb = "remix"
            fields.set("prompt", ask.prompt)
            fields.set("reference_images", .array(ask.inputs.map { .base64($0.bytes) }))
        }
        fields.set("aspect_ratio", ask.ratio)
        fields.set("version", ask.model)
        fields.add(ask.passthrough)
        return Call(
            "POST", try vendor.url("/v1/image/\(verb)"), headers: ["Accept": "application/json"],
            body: .json(fields.json), timeout: vendor.timeout)
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        let json = try errors.json(of: reply)
        var usage = VendorUsage()
        usage.credits = json["credits_used"]?.decimal
        if json["content_violation"] == .bool(true) {
            var failure = VendorFailure.moderated("the content was refused", reply)
            failure.usage = usage
            throw failure
        }
        guard let picture = json["image"]?.text.flatMap({ PictureAt($0) }) else {
            guard json["request_id"] == nil else {
                throw .noImage("the answer holds no picture", reply)
            }
            if json.tells("error_code") { throw errors.failure(reply) }
            throw .malformed("the answer has no 'image'", reply)
        }
        var made = Made([picture])
        made.request = json["request_id"]?.text ?? reply.request
        made.usage = usage
        return .done(made)
    }
}

extension Vendor {
    static let reve = Vendor(
        "reve", title: "Reve", Reve(), base: "https://api.reve.com",
        baseVariable: "REVE_BASE_URL", .bearer, variables: ["REVE_API_KEY", "REVE_API_TOKEN"])
}
