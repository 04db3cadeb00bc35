import Jobs
import Ledger
import Log
import Postgres
import Threads
public import Signing
public import Units

/// A batch whose generations wait in the queue.
public struct SubmittedBatch: Sendable {
    public let account: ID<Account>
    public let id: ID<Batch>
    /// In the order of submission; empty for a repetition.
    public let members: [ID<Generation>]
    /// Whether it had been submitted before, under the same key.
    public let replayed: Bool
    /// How the limits stand that it was held against; nothing for a repetition.
    public var limits: [LimitReading] = []
}

extension Engine {
    /// Asks for admission; the pictures of what is not let in, or was let in before, are forgotten.
    func keepingInputs(
        of plans: [Plan], _ ask: () async throws -> Verdict
    ) async throws -> Verdict {
        do {
            let verdict = try await ask()
            if case .repeats = verdict { await discardInputs(of: plans) }
            return verdict
        } catch DatabaseFailure.uncertain {
            // It may have been let in: then it needs them, and otherwise they are swept.
            throw DatabaseFailure.uncertain
        } catch {
            await discardInputs(of: plans)
            throw error
        }
    }

    func discardInputs(of plans: [Plan]) async {
        for plan in plans { await discardInputs(of: plan.stored.assignment) }
    }

    /// Submits what will wait in the queue. An answer that was lost is looked for: what was let in
    /// is carried out, so its caller must not be told that it was not.
    private func enqueue(_ submission: Submission) async throws -> Verdict {
        do {
            return try await admit(submission)
        } catch DatabaseFailure.uncertain {
            guard let found = try await confirmed(submission) else {
                throw DatabaseFailure.unavailable(retryAfter: .seconds(1))
            }
            return .admitted(found)
        }
    }

    /// A lost answer is looked for so often: while the database is away, and once it is there, where
    /// the commit may be a moment behind.
    private static let looksMax = (away: 100, there: 5)
    private static let lookPause: Duration = .milliseconds(200)

    private func confirmed(_ submission: Submission) async throws -> Admitted? {
        let first = submission.admissions[0].generation
        var looks = (away: 0, there: 0)
        while true {
            do {
                let found = try await database.read { transaction in
                    try Generation.admitted(first, by: submission.key, in: transaction)
                }
                looks.there += 1
                if found != nil || looks.there == Self.looksMax.there { return found }
            } catch let failure as DatabaseFailure {
                looks.away += 1
                guard failure.mayHeal, looks.away < Self.looksMax.away else { throw failure }
            }
            await Uncancelled.pause(Self.lookPause)
        }
    }

    func queue(
        _ plan: Plan, for key: KeyHash, _ claim: IdempotencyClaim?
    ) async throws -> GenerationAnswer {
        let admission = plan.admission(start: .queued, durable: true, for: Queue.waitMax)
        let verdict = try await keepingInputs(of: [plan]) {
            try await enqueue(
                Submission(key: key, admissions: [admission], claim: claim, at: plan.at))
        }
        switch verdict {
        case .admitted(let admitted):
            listeners.withLock { $0.queued }?()
            return .accepted(
                JobName(account: admitted.wallet.account, id: admission.generation),
                limits: admitted.limits)
        case .repeats(let earlier):
            guard case .generation(let id) = earlier.work else {
                preconditionFailure("the path is part of the fingerprint")
            }
            return .accepted(JobName(account: earlier.account, id: id), replayed: true)
        }
    }

    /// Submits requests together: all of them are funded and queued, or none is.
    public func submit(
        batch requests: [GenerationRequest], dialect: GenerationRequest.Dialect,
        webhook: RequestedWebhook?, metadata: [String: String], for key: KeyHash, in mode: Mode,
        claim: IdempotencyClaim?
    ) async throws -> SubmittedBatch {
        let at = clock.now
        // Ids in the order of submission, which is then the order in which they are shown.
        let ids = requests.map { _ in ID<Generation>(at: at) }.sorted()
        for request in requests.prefix(1) { try await checkRoom(for: request) }
        let plans = try await plans(for: requests.map { $0.owned(by: key) }, in: mode, at: at)
        let admissions = zip(ids, plans).map { id, plan in
            plan.admission(id, start: .queued, durable: true, for: Queue.waitMax)
        }
        let batch = NewBatch(
            id: ID(at: at), dialect: dialect.rawValue,
            request: StoredRequest.json(webhook: webhook, metadata: metadata).text)
        let verdict = try await keepingInputs(of: plans) {
            try await enqueue(
                Submission(
                    key: key, admissions: admissions, batch: batch, claim: claim, at: at))
        }
        switch verdict {
        case .admitted(let admitted):
            listeners.withLock { $0.queued }?()
            return SubmittedBatch(
                account: admitted.wallet.account, id: batch.id, members: ids, replayed: false,
                limits: admitted.limits)
        case .repeats(let earlier):
            guard case .batch(let id) = earlier.work else {
                preconditionFailure("the path is part of the fingerprint")
            }
            return SubmittedBatch(
                account: earlier.account, id: id, members: [], replayed: true)
        }
    }

    /// The plans of a batch: all of them, or the refusal of the first that cannot be done.
    private func plans(
        for requests: [GenerationRequest], in mode: Mode, at now: Timestamp
    ) async throws -> [Plan] {
        // All are judged before a picture of any is fetched.
        var plans: [Plan] = []
        for (index, request) in requests.enumerated() {
            do throws(Refusal) {
                plans.append(try plan(request, in: mode, at: now))
            } catch {
                throw error.of(item: index)
            }
        }
        for (index, request) in requests.enumerated() {
            do {
                plans[index] = try await looking(at: request, plans[index])
            } catch {
                await discardInputs(of: Array(plans[..<index]))
                throw (error as? Refusal)?.of(item: index) ?? error
            }
        }
        return plans
    }
}
