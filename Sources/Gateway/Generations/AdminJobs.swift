import Ledger
public import Postgres
public import Units

/// What an admin does to a job.
extension GenerationLine {
    /// The job of this id and account, or a refusal that names it.
    public static func find(
        _ id: ID<Generation>, of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> GenerationLine {
        let name = JobName(account: account, id: id)
        guard let line = try find(name, in: transaction) else {
            throw Refusal(.notFound, "There is no job \(id) of this account.", field: "job")
        }
        return line
    }

    /// Cancels a job that waits, and gives back what it held. Refuses what has begun or ended.
    public func cancel(
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws {
        _ = try Till.settle(Settlement(cancelling: self, at: actor.now), in: transaction)
        try AuditEvent.record(
            "job.cancelled", on: id.description, account: account,
            details: AuditEvent.changes(
                [("state", .string(state)), ("held", .credits(held))],
                [("state", .string("cancelled")), ("held", .credits(.zero))]), by: actor,
            in: transaction)
    }

    /// Submits a failed or cancelled job again, as a new one: the same request under the same key,
    /// at today's price. Answers its id.
    public func retry(
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> ID<Generation> {
        guard state == "failed" || state == "cancelled", let request else {
            throw Refusal(.conflict, "Job \(id) is \(state): only a failed one is submitted again.")
        }
        guard request.assignment.inputs.isEmpty else {
            throw Refusal(
                .conflict,
                "Job \(id) started from pictures that are no longer kept: its caller has to submit "
                    + "it again.")
        }
        guard let hash = try Key.hash(of: key, account: account, in: transaction) else {
            throw Refusal(.notFound, "The key of job \(id) is gone.")
        }
        // By the provider of the first time: whether another can be called, its server knows.
        let offer = try Catalogue.load(in: transaction).offers(of: model, at: actor.now) {
            $0 == provider
        }[0]
        let admission = Admission(
            generation: ID(at: actor.now), dialect: dialect, model: model,
            provider: offer.endpoint.provider, priceVersion: offer.price.version, n: Int(n),
            request: request.json.text, quote: offer.price.cost(of: request.assignment.work),
            start: .queued, durable: true, deadline: actor.now + Queue.waitMax, at: actor.now)
        // Once a day: a command that is repeated makes no second paid job.
        let claim = IdempotencyClaim(
            key: "atelier-retry-\(id)", fingerprint: [UInt8](repeating: 0, count: 32),
            path: "retry of \(id)")
        let verdict = try Till.admit(
            Submission(key: hash, admissions: [admission], claim: claim, at: actor.now),
            in: transaction)
        if case .repeats(let earlier) = verdict, case .generation(let first) = earlier.work {
            return first
        }
        try AuditEvent.record(
            "job.retried", on: id.description, account: account,
            details: .object([("new_job", .id(admission.generation))]), by: actor,
            in: transaction)
        return admission.generation
    }
}
