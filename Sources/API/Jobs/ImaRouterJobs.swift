import Gateway
import HTTP
import Postgres
import Signing
import Units

extension Application {
    /// Requests in one batch.
    static let batchMax = 20

    /// `POST /v1/image/generate/async`, dialect (c): one job, or with `prompts` a batch of up to 20,
    /// funded and queued together or not at all. `POST /v1/image/batch` takes `prompts` alone.
    func imaRouterAsync(_ request: Request) async throws -> Response {
        try await whileNamingStrangers(request) { key in
            try await withSubmission(of: request, from: key) { sent in
                try await imaRouterAsync(request, sent, key)
            }
        }
    }

    private func imaRouterAsync(
        _ request: Request, _ sent: SentBody, _ key: ShownKey
    ) async throws -> Response {
        let fields = sent.fields
        try ImaRouterBody.refuseUnknown(fields)
        let webhook = try fields.webhook()
        try refuse(webhook: webhook)
        guard let items = try fields.items("prompts") else {
            guard request.path != "/v1/image/batch" else {
                throw Refusal(
                    .missingParameter, "Missing required parameter: 'prompts'.", field: "prompts")
            }
            let body = try ImaRouterBody(item: fields, prompt: nil, webhook: webhook)
            try await checkKey(key, of: sent, before: [body.request])
            return try await queued(body.request, key, sent.claim)
        }
        return try await batch(items, of: sent, webhook, key)
    }

    /// A request that waits in the queue.
    struct Enqueued {
        let job: JobName
        /// Whether it was found there, under its key.
        let replayed: Bool
        let limits: [LimitReading]
    }

    /// Queues one request, or finds it queued under its key before.
    func enqueue(
        _ request: GenerationRequest, _ key: ShownKey, _ claim: IdempotencyClaim?
    ) async throws -> Enqueued {
        let answer = try await engine.generate(
            request, for: key.hash, in: key.mode, claim: claim, patience: .none)
        guard case .accepted(let job, let replayed, let limits) = answer else {
            preconditionFailure("what is queued is not finished")
        }
        return Enqueued(job: job, replayed: replayed, limits: limits)
    }

    /// Queues one request and answers 202.
    func queued(
        _ request: GenerationRequest, _ key: ShownKey, _ claim: IdempotencyClaim?
    ) async throws -> Response {
        let enqueued = try await enqueue(request, key, claim)
        // What has just been queued is queued: no need to look.
        return enqueued.replayed
            ? await accepted(enqueued.job, replayed: true, applied: nil)
            : accepted(enqueued.job.id, replayed: false)
                .telling(enqueued.limits, in: .imaRouter, at: clock.now)
    }

    private func batch(
        _ items: [Fields.TextOrFields], of sent: SentBody, _ webhook: RequestedWebhook?,
        _ key: ShownKey
    ) async throws -> Response {
        let fields = sent.fields
        guard !fields.has("prompt") else {
            throw Refusal(
                .invalidValue, "Send 'prompt' or 'prompts', not both.", field: "prompts")
        }
        guard (1...Self.batchMax).contains(items.count) else {
            throw Refusal(
                .invalidValue,
                "'prompts' takes 1 to \(Self.batchMax) items, not \(items.count).",
                field: "prompts")
        }
        let requests = try items.enumerated().map { index, item throws(Refusal) in
            do throws(Refusal) {
                switch item {
                case .text(let prompt):
                    return try ImaRouterBody(item: fields, prompt: prompt).request
                case .fields(let own):
                    try own.refuseWebhook()
                    try ImaRouterBody.refuseUnknown(own, ofItem: true)
                    return try ImaRouterBody(item: own.over(fields), prompt: nil).request
                }
            } catch {
                throw error.of(item: index)
            }
        }
        try await checkKey(key, of: sent, before: requests)
        let submitted = try await engine.submit(
            batch: requests, dialect: .imaRouter, webhook: webhook,
            metadata: try fields.metadata(), for: key.hash, in: key.mode, claim: sent.claim)
        guard submitted.replayed else {
            return accepted(submitted.id, members: submitted.members.map { ($0, .queued) })
                .telling(submitted.limits, in: .imaRouter, at: clock.now)
        }
        let line = try await batch(submitted.id, of: submitted.account)
        return accepted(
            submitted.id, status: JobStatus(line), createdAt: line.createdAt, replayed: true,
            members: line.members.map { ($0.id, JobStatus($0)) })
    }

    /// 202 with a batch's id and its members'.
    private func accepted(
        _ batch: ID<Batch>, status: JobStatus = .queued, createdAt: Timestamp? = nil,
        replayed: Bool = false, members: [(id: ID<Generation>, status: JobStatus)]
    ) -> Response {
        let jobs = members.enumerated().map { index, member in
            JSON.object([
                ("index", .int(index)), ("jobId", .id(member.id)),
                ("status", .string(member.status.rawValue)),
            ])
        }
        return accepted(
            batch, status: status, createdAt: createdAt, replayed: replayed,
            members: [
                ("batch", .bool(true)), ("total", .int(members.count)), ("jobs", .array(jobs)),
            ])
    }

    func batch(_ id: ID<Batch>, of account: ID<Account>) async throws -> BatchLine {
        let found = try await database.read(as: account) {
            try BatchLine.find(id, of: account, in: $0)
        }
        guard let found else { throw Refusal(.notFound, "There is no job \(id).") }
        return found
    }
}
