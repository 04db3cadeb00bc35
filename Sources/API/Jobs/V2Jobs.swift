import Gateway
import HTTP
import Pictures
import Postgres
import Signing
import Units

extension Application {
    /// `POST /v2/images/generate`, dialect (e): always a job.
    func v2Generate(_ request: Request) async throws -> Response {
        let text = try Credential.key(of: request)
        let key = text.hash(pepper: pepper)
        return try await whileNamingStrangers(key) {
            let (fields, claim) = try await submission(of: request, mode: text.mode)
            let asked = try V2Body(fields).request
            try refuse(webhook: asked.webhook)
            let answer = try await engine.generate(
                asked, for: key, in: text.mode, claim: claim, patience: .none)
            guard case .accepted(let job, let replayed) = answer else {
                preconditionFailure("what is queued is not finished")
            }
            let status = replayed ? V2Job.status(try await jobs.job(job)) : "QUEUED"
            var response = Response(
                .accepted, headers: ["Content-Type": "application/json"],
                body: .bytes(
                    JSON.object([("jobId", .id(job.id)), ("status", .string(status))]).bytes))
            response.headers["Retry-After"] = "\(Self.pollSeconds)"
            return replayed ? response.replayed() : response
        }
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
        var lines = try await database.read { transaction in
            if let sought {
                let name = JobName(account: caller.account, id: sought)
                return try GenerationLine.find([name], in: transaction).values.filter {
                    $0.mode == caller.mode
                }
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
        let input: JSON = .object([
            ("prompt", .string(line.request?.prompt ?? "")), ("model", .string(line.model)),
        ])
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
                ("completedAt", .optional(line.endedAt, JSON.time)), ("expired", .bool(false)),
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

    /// Ratios that `parameters.aspect_ratio` may be.
    static let ratios = ["1:1", "4:3", "3:4", "16:9", "9:16", "3:2", "2:3"]

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
private struct V2Body {
    let request: GenerationRequest

    /// Characters of a prompt.
    private static let promptMax = 2000

    init(_ fields: Fields) throws(Refusal) {
        try fields.refuseUnknown(
            beyond: ["prompt", "model", "webhookUrl", "webhookEvents", "parameters"])
        let prompt = try fields.requiredString("prompt")
        guard (1...Self.promptMax).contains(prompt.unicodeScalars.count) else {
            throw Refusal(
                .invalidValue,
                "The prompt has \(prompt.unicodeScalars.count) characters; 1 to \(Self.promptMax) "
                    + "are accepted.", field: "prompt")
        }
        let options: Options
        do throws(Refusal) {
            options = try Options(try fields.object("parameters"))
        } catch {
            throw error.within("parameters")
        }
        request = GenerationRequest(
            dialect: .jobs, model: try fields.requiredString("model"), prompt: prompt,
            n: options.n, size: options.size, format: options.format,
            compression: options.compression, seed: options.seed, webhook: try fields.webhook())
    }

    /// `parameters`.
    private struct Options {
        var n = 1
        var size = GenerationRequest.Size.auto
        var format = ImageFormat.png
        var compression: Int?
        var seed: Int64?

        init(_ fields: Fields?) throws(Refusal) {
            guard let fields else { return }
            try fields.refuseUnknown(beyond: [
                "size", "aspect_ratio", "n", "seed", "output_format", "output_compression",
            ])
            n = try fields.integer("n", in: 1...10) ?? 1
            let pixels = try GenerationRequest.Size(
                pixels: fields.string("size") ?? "auto", field: "size")
            if let ratio = try fields.string("aspect_ratio") {
                guard pixels == .auto else {
                    throw Refusal(
                        .invalidValue, "Send 'size' or 'aspect_ratio', not both.", field: "size")
                }
                size = try .init(
                    pixels: ratio, orRatios: V2Job.ratios,
                    field: "aspect_ratio")
            } else {
                size = pixels
            }
            format = try fields.format(
                default: .png, of: [.png, .jpeg, .webp], ignoringCase: true)
            compression = try fields.integer("output_compression", in: 0...100)
            seed = try fields.integer("seed", in: 0...Int(Int32.max)).map(Int64.init)
        }
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
