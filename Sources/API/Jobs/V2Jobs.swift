import Gateway
import HTTP
import Pictures
import Postgres
import Signing
import Units

extension Application {
    /// `POST /v2/images/generate`, dialect (e): always a job.
    func v2Generate(_ request: Request) async throws -> Response {
        try await whileNamingStrangers(request) { key in
            try await withSubmission(of: request, from: key) { sent in
                let asked = try V2Body(sent.fields, model: engine.model).request
                try refuse(webhook: asked.webhook)
                try await checkKey(key, of: sent, before: [asked])
                let enqueued = try await enqueue(asked, key, sent.claim)
                return await queued(enqueued.job, replayed: enqueued.replayed)
                    .telling(enqueued.limits, in: .jobs, at: clock.now)
            }
        }
    }

    private func queued(_ job: JobName, replayed: Bool) async -> Response {
        // It is accepted, whether or not it can be read at this moment.
        let line = replayed ? try? await jobs.job(job) : nil
        let status = line.map(V2Job.status) ?? "QUEUED"
        var response = Response.json(
            .object([("jobId", .id(job.id)), ("status", .string(status))]), .accepted)
        response.headers["Retry-After"] = "\(Self.pollSeconds)"
        return replayed ? response.replayed() : response
    }

    /// `GET /v2/jobs/{id}`. `wait` as in `GET /v1/jobs/{id}`.
    func v2Job(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let wait = try wait(of: request)
        guard ID<Generation>(parameters["id"]) != nil else {
            throw Refusal(.invalidValue, "A job's id is a UUID.", field: "id")
        }
        guard
            case .job(let line) = try await work(
                parameters["id"], of: caller, waiting: wait)
        else { throw Refusal(.notFound, "There is no such job.") }
        let webhook = try await webhookStates(of: [line])[line.id]
        var response = Response.json(v2Job(line, webhook: webhook, withInput: true))
        if line.endedAt == nil { response.headers["Retry-After"] = "\(Self.pollSeconds)" }
        return response
    }

    /// `GET /v2/jobs`: newest first. `status`, `model`, `limit` (1 to 100, default 20), `cursor`,
    /// `scope` (only `user`), `search` (a job's id), `include_models`.
    func v2Jobs(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let query = try Query(
            request.query,
            known: ["status", "model", "limit", "cursor", "scope", "search", "include_models"])
        let limit = try query.integer("limit", in: 1...GenerationLine.pageMax) ?? 20
        guard try query.word("scope", of: ["user", "team"]) != "team" else {
            throw Refusal(.scopeMissing, "The scope 'team' is for admins.")
        }
        let status = try query.word("status", of: V2Job.states.map(\.status))
        let filter = GenerationLine.Filter(
            mode: caller.mode,
            state: status.flatMap { status in V2Job.states.first { $0.status == status }?.state },
            model: query.text("model"))
        let before = try query.id("cursor", of: Generation.self)
        let sought = try query.id("search", of: Generation.self)
        var lines = try await database.read(as: caller.account) { transaction in
            if let sought {
                let name = JobName(account: caller.account, id: sought)
                let found = try GenerationLine.find(name, in: transaction)
                return found.map { $0.mode == caller.mode ? [$0] : [] } ?? []
            }
            return try GenerationLine.page(
                of: caller.account, filter: filter, before: before, limit: limit + 1,
                in: transaction)
        }
        let more = lines.count > limit
        if more { lines.removeLast() }
        let states = try await webhookStates(of: lines)
        var members: [(String, JSON)] = [
            (
                "jobs",
                .array(lines.map { v2Job($0, webhook: states[$0.id], withInput: false) })
            ),
            ("nextCursor", more ? .optional(lines.last?.id, JSON.id) : .null),
            ("hasMore", .bool(more)),
        ]
        if try query.word("include_models", of: ["true", "false"]) == "true" {
            let models = Set(lines.map(\.model)).sorted()
            members.append(("models", .array(models.map(JSON.string))))
        }
        return .json(.object(members))
    }

    /// A job in dialect (e).
    func v2Job(_ line: GenerationLine, webhook: String?, withInput: Bool) -> JSON {
        let user = line.request?.endUser.map { [("user", JSON.string($0))] } ?? []
        let metadata = line.request?.metadata ?? [:]
        let input: JSON = .object(
            [("prompt", .string(line.request?.prompt ?? "")), ("model", .string(line.model))] + user
                + (metadata.isEmpty ? [] : [("metadata", Self.metadata(metadata))]))
        return .object(
            [
                ("id", .id(line.id)), ("status", .string(V2Job.status(line))),
                ("mode", .string(line.mode.rawValue)), ("model", .string(line.model)),
                ("progress", .int(Int64(line.endedAt == nil ? line.progress : 100))),
                ("result", v2Result(line)),
                ("error", .optional(line.failure) { .string($0.message) }),
                ("creditCost", line.endedAt == nil ? .null : .int(V2Job.credits(line.captured))),
                ("cost_usd", .credits(line.captured)),
                ("webhookStatus", .optional(webhook, JSON.string)),
                ("createdAt", .time(line.createdAt)),
                ("completedAt", .optional(line.endedAt, JSON.time)),
                ("expired", .bool(line.hasLostPictures)),
                ("receipt", line.receipt.json),
            ] + (withInput ? [("input", input)] : []))
    }

    func v2Result(_ line: GenerationLine) -> JSON {
        guard line.state == "completed" else { return .null }
        return .object([("images", .array(line.images.map { .string(url(of: $0)) }))])
    }
}

/// The words and figures of dialect (e).
enum V2Job {
    static let states: [(state: GenerationLine.State, status: String)] = [
        (.queued, "QUEUED"), (.running, "PROCESSING"), (.completed, "COMPLETED"),
        (.failed, "FAILED"), (.cancelled, "CANCELLED"),
    ]

    static func status(_ line: GenerationLine) -> String {
        states.first { $0.state.rawValue == line.state }?.status ?? "FAILED"
    }

    /// What one of its whole credits is worth: a tenth of a cent.
    static let creditNanodollars = Credits.nanodollarsPerDollar / 1000

    /// In whole credits, rounded up: a started one is shown. The exact cost stands beside it.
    static func credits(_ amount: Credits) -> Int64 {
        (amount.nanodollars + creditNanodollars - 1) / creditNanodollars
    }

    /// What can be spent, in whole credits, rounded down.
    static func spendable(_ amount: Credits) -> Int64 {
        max(0, amount.nanodollars) / creditNanodollars
    }
}

/// The body of dialect (e): closed, so that a misspelt member is told rather than ignored.
struct V2Body {
    let request: GenerationRequest

    /// Characters of a prompt; those of the models that take more.
    private static let promptMax = 2000
    private static let longPrompts = (models: "wan-image-2.7", max: 5000)

    static let promptShape = Shape.text(
        "What to draw: up to \(promptMax) characters, or \(longPrompts.max) at "
            + "`\(longPrompts.models)`."
    ).within(1...longPrompts.max)

    /// `model(named:)` finds a model under any of its names.
    init(
        _ fields: Fields, model find: (String) -> Catalogue.Model?
    ) throws(Refusal) {
        let asked = try fields.requiredString("model")
        let model = find(asked)?.id ?? asked
        let family = V2Family.of(model)
        let objects = [family?.name, V2Family.general.name].compactMap(\.self)
        try fields.refuseUnknown(
            beyond: Set(
                [
                    "prompt", "model", "webhookUrl", "webhookEvents", "metadata", "user",
                    "safety_identifier",
                ] + objects))
        let prompt = try fields.requiredString("prompt")
        let max =
            model.hasPrefix(Self.longPrompts.models) ? Self.longPrompts.max : Self.promptMax
        guard (1...max).contains(prompt.unicodeScalars.count) else {
            throw Refusal(
                .invalidValue,
                "The prompt has \(prompt.unicodeScalars.count.counted("character")); 1 to \(max) "
                    + "are accepted.", field: "prompt")
        }
        guard objects.count(where: fields.has) <= 1 else {
            throw Refusal(
                .invalidValue, "Send '\(objects[0])' or '\(objects[1])', not both.",
                field: objects[1])
        }
        let used = [family, .general].compactMap(\.self).first { fields.has($0.name) }
        let parameters: V2Parameters
        let size: GenerationRequest.Size
        do throws(Refusal) {
            parameters =
                try used.map { family throws(Refusal) in
                    guard let members = try fields.object(family.name) else {
                        return V2Parameters()
                    }
                    return try V2Parameters(members, of: family)
                } ?? V2Parameters()
            size = try parameters.size()
        } catch {
            throw error.within(used?.name ?? "")
        }
        var request = GenerationRequest(
            dialect: .jobs, model: asked, prompt: prompt, n: parameters.count, size: size,
            names: (used ?? family ?? .general).names, quality: parameters.quality,
            format: parameters.format,
            compression: parameters.compression, seed: parameters.seed,
            webhook: try fields.webhook(), metadata: try fields.metadata())
        request.takesAnyFormat = !parameters.hasFormat && parameters.compression == nil
        request.endUser = try fields.endUser()
        request.options = parameters.options
        request.pictures = parameters.pictures
        request.mask = parameters.mask
        self.request = request
    }
}

extension Refusal {
    /// The same, of a field within the object `name`.
    fileprivate func within(_ name: String) -> Refusal {
        Refusal(
            kind, message, field: field.map { "\(name).\($0)" } ?? name, retryAfter: retryAfter,
            shortfall: shortfall)
    }
}
