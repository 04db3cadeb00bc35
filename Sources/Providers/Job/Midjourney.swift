internal import HTTP
internal import Units

/// A relay of Midjourney's: options are words of the prompt, and every answer is a 200.
///
/// Midjourney sells no interface of its own; an operator who runs a relay says where it is.
public struct Midjourney: Adapter {
    public let name = "job"
    var errors = ErrorTable([])

    private static let next = Duration.seconds(3)
    /// Pictures of one task: they come as one.
    private static let gridCount = 4
    private static let refusals = ["banned", "sensitive", "moderat", "blocked", "violat"]

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        if ask.mask != nil {
            throw VendorFailure(.badRequest, "this provider takes no mask", field: "mask")
        }
        var fields = Fields()
        fields.set("prompt", prompt(ask))
        if !ask.inputs.isEmpty { fields.set("base64Array", .array(ask.inputs.map(\.dataURI))) }
        fields.set("state", ask.idempotencyKey.isEmpty ? nil : ask.idempotencyKey)
        return Call(
            "POST", try vendor.url("/submit/imagine"), headers: ["Accept": "application/json"],
            body: .json(fields.json), timeout: Call.statusTimeout * 2,
            responseMaxBytes: Call.statusMaxBytes)
    }

    /// What a customer writes as an option is a dash less: it could ask for what is not paid.
    private func prompt(_ ask: Ask) -> String {
        var words = ask.prompt.replacing("\n", with: " ")
        while words.contains("--") || words.contains("—") {
            words = words.replacing("--", with: "-").replacing("—", with: "-")
        }
        if let ratio = ask.ratio { words += " --ar \(ratio)" }
        if let seed = ask.seed { words += " --seed \(seed)" }
        if let unwanted = ask.text(.negativePrompt) {
            words += " --no " + unwanted.replacing("-", with: " ")
        }
        return words
    }

    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        guard reply.isSuccess else { throw errors.failure(reply) }
        guard let json = reply.json, let code = json["code"]?.whole else {
            throw .malformed("the answer has no code", reply)
        }
        let words = json["description"]?.text ?? "code \(code)"
        switch code {
        case 1, 21, 22:
            let id = json["result"].flatMap { $0.text ?? $0.whole.map { "\($0)" } }
            guard let id, Job.isName(id) else {
                throw .malformed("the answer names no task", reply)
            }
            let task = JobTask(id, kept: ["n": "\(ask.n)"])
            return .pending(task: task.name, next: Self.next, percent: nil)
        case 23: throw refused(.rateLimited, words, reply)
        case 24: throw refused(.moderated, words, reply)
        case 4: throw refused(.badRequest, words, reply)
        default: throw refused(.overloaded, words, reply)
        }
    }

    private func refused(
        _ kind: VendorFailure.Kind, _ words: String, _ reply: Reply
    ) -> VendorFailure {
        VendorFailure(kind, words, status: reply.status, request: reply.request)
    }

    public func poll(_ task: String, of vendor: Vendor) throws(VendorFailure) -> Call {
        let id = URLText.query(JobTask(task).target)
        return Call(
            "GET", try vendor.url("/task/\(id)/fetch"), headers: ["Accept": "application/json"],
            responseMaxBytes: Call.statusMaxBytes)
    }

    public func readPoll(
        _ reply: Reply, of task: String, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        guard reply.isSuccess else { throw errors.failure(reply, acceptance: .running) }
        guard let json = reply.json, let status = json["status"]?.text else {
            throw .malformed("the answer has no status", reply, acceptance: .running)
        }
        switch status {
        case "NOT_START", "SUBMITTED", "IN_PROGRESS", "MODAL":
            let percent = json["progress"]?.text.flatMap { Int($0.prefix { $0 != "%" }) }
            return .pending(task: task, next: Self.next, percent: percent)
        case "SUCCESS":
            guard let picture = json["imageUrl"]?.text.flatMap({ PictureAt($0) }) else {
                throw .noImage("the task succeeded without a picture", reply)
            }
            var made = Made([picture])
            made.request = reply.request ?? json["id"]?.text
            made.gridSide = JobTask(task).kept["n"] == "\(Self.gridCount)" ? 2 : 1
            return .done(made)
        default:
            let reason = json["failReason"]?.text ?? "the task ended as \(status)"
            let isRefusal = Self.refusals.contains { reason.lowercased().contains($0) }
            throw VendorFailure(
                isRefusal ? .moderated : .overloaded, reason, acceptance: .ended,
                status: reply.status, request: reply.request)
        }
    }
}

extension Vendor {
    static let midjourney = Vendor(
        "midjourney", title: "Midjourney relay", Midjourney(), base: nil,
        baseVariable: "MIDJOURNEY_BASE_URL", .header("mj-api-secret"),
        variables: ["MIDJOURNEY_API_SECRET"],
        resultHosts: ["cdn.discordapp.com", "media.discordapp.net"])
}
