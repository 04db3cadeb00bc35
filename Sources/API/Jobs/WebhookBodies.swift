public import Gateway
import Postgres
import Units

extension Application {
    /// The body of a message: what it tells of, as it is now. The same on every attempt, once that
    /// has ended. Nil when it is gone.
    ///
    /// What a request asked for at its own address is told in its dialect; an account's endpoints
    /// are told in the form that Standard Webhooks suggests: `type`, `timestamp`, `data`.
    public func webhookBody(_ delivery: WebhookDelivery) async throws -> [UInt8]? {
        switch delivery.subject {
        case .generation(let id):
            let name = JobName(account: delivery.account, id: id)
            let found = try await database.read(as: delivery.account) {
                try GenerationLine.find(name, in: $0)
            }
            guard let line = found else { return nil }
            guard delivery.endpoint == nil, line.dialect == GenerationRequest.Dialect.jobs.rawValue
            else {
                return message(
                    delivery, id: id.description, status: JobStatus(line).rawValue,
                    event: delivery.event.word, job(line))
            }
            return v2Message(delivery.event, line).bytes
        case .batch(let id):
            let found = try await database.read(as: delivery.account) {
                try BatchLine.find(id, of: delivery.account, in: $0)
            }
            guard let batch = found else { return nil }
            let status = JobStatus(batch)
            let failed = status == .failed || status == .cancelled
            return message(
                delivery, id: id.description, status: status.rawValue,
                event: failed ? "failed" : "completed", job(batch))
        case .data(let text):
            // Only endpoints listen to these.
            return Array(
                """
                {"type":"\(delivery.event.rawValue)",\
                "timestamp":\(JSON.time(delivery.createdAt).text),"data":\(text)}
                """.utf8)
        case nil: return nil
        }
    }

    /// Dialect (c) to a request's own address, Standard Webhooks to an endpoint.
    private func message(
        _ delivery: WebhookDelivery, id: String, status: String, event: String, _ data: JSON
    ) -> [UInt8] {
        guard delivery.endpoint == nil else {
            return JSON.object([
                ("type", .string(delivery.event.rawValue)),
                ("timestamp", .time(delivery.createdAt)), ("data", data),
            ]).bytes
        }
        return JSON.object([
            ("event", .string(event)), ("jobId", .string(id)),
            ("status", .string(status)), ("timestamp", .time(delivery.createdAt)), ("data", data),
        ]).bytes
    }

    /// Dialect (e).
    private func v2Message(_ event: WebhookEvent.Name, _ line: GenerationLine) -> JSON {
        let head: [(String, JSON)] = [
            ("event", .string(event.word)), ("jobId", .id(line.id)),
            ("status", .string(V2Job.status(line))),
        ]
        let model: (String, JSON) = ("model", .string(line.model))
        switch event {
        case .completed:
            return .object(
                head + [
                    ("progress", .int(100)), ("result", v2Result(line)), model,
                    ("creditCost", .int(V2Job.credits(line.captured))),
                    ("completedAt", .optional(line.endedAt, JSON.time)),
                    ("receipt", line.receipt.json),
                ])
        case .failed:
            return .object(
                head + [
                    ("error", .string(line.failure?.message ?? "")), model,
                    ("receipt", line.receipt.json),
                ])
        case .progress, .batchCompleted, .balanceLow, .limitNear, .invoiceFinalized:
            return .object(head + [("progress", .int(Int64(line.progress))), model])
        }
    }

    /// How the telling of jobs' ends to the addresses that their requests named stands: `pending`,
    /// `delivered` or `failed`; nothing where none was named.
    func webhookStates(of lines: [GenerationLine]) async throws -> [ID<Generation>: String] {
        guard let account = lines.first?.account else { return [:] }
        let states = try await database.read(as: account) { transaction in
            try WebhookDelivery.states(of: lines.map(\.id), account: account, in: transaction)
        }
        return states.mapValues(\.rawValue)
    }
}

extension WebhookEvent.Name {
    /// In the words of the request dialects.
    fileprivate var word: String {
        switch self {
        case .progress: "progress"
        case .completed, .batchCompleted: "completed"
        case .failed: "failed"
        case .balanceLow, .limitNear, .invoiceFinalized: rawValue
        }
    }
}
