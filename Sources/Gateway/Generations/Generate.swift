import Jobs
import Ledger
import Log
public import Pictures
import Postgres
public import Signing
import Storage
import Threads
public import Units

/// How long a caller waits for its pictures before it is given the job's id instead.
public enum Patience: Sendable {
    /// Not at all: the job waits in the queue.
    case none
    case upTo(Duration)
    /// Until it ends; its deadline is the limit.
    case untilItEnds
}

/// Who looks on while a generation is carried out in this process.
public struct Watcher: Sendable {
    /// It was let in, and how limits stand then: from here on it ends, and is charged for what it
    /// delivers.
    let admitted: @Sendable ([LimitReading]) -> Void
    let show: Show

    public init(admitted: @escaping @Sendable ([LimitReading]) -> Void, show: @escaping Show) {
        self.admitted = admitted
        self.show = show
    }
}

/// What a caller is answered.
public enum GenerationAnswer: Sendable {
    case finished(FinishedGeneration)
    /// It goes on without the caller, as it does already when this is a repetition.
    case accepted(JobName, replayed: Bool = false, limits: [LimitReading] = [])
}

/// The failure of a call that was made before, told again.
public struct ReplayedRefusal: Error {
    public let refusal: Refusal
}

/// A generation that has ended well, with its pictures and its receipt.
public struct FinishedGeneration: Sendable {
    /// One picture: where it is kept, its bytes, or both.
    public struct Image: Sendable {
        public let kept: KeptImage?
        public let bytes: [UInt8]
        public let format: ImageFormat
        public let size: PixelSize
    }

    public let id: ID<Generation>
    public let model: String
    public let images: [Image]
    public let latency: Latency
    public let money: Settled
    public let priceVersion: Int32
    public let endedAt: Timestamp
    /// What its vendor said of it.
    public let report: GenerationReport
    /// What its caller is told beside the answer.
    public let notices: [String]
    /// Whether the same call was answered before, and this is its answer again.
    public var replayed = false
    /// How the limits stand that it was held against; nothing for a repetition.
    public var limits: [LimitReading] = []
}

extension GenerationAnswer {
    /// The same, with how the limits stand.
    fileprivate func held(against limits: [LimitReading]) -> GenerationAnswer {
        switch self {
        case .finished(var finished):
            finished.limits = limits
            return .finished(finished)
        case .accepted(let job, let replayed, _):
            return .accepted(job, replayed: replayed, limits: limits)
        }
    }
}

extension Engine {
    /// Makes images: quotes, admits, and runs, queues or replays what was asked.
    ///
    /// `mode` is the key's own, as its text says: a test key gets every model from the sandbox.
    /// A caller who leaves changes nothing: what was admitted is ended and charged for what it
    /// delivered. Refuses what cannot be done; after a refusal or a fault nothing stays held, but
    /// where the database could not be told: there the reaper releases what is left.
    public func generate(
        _ request: GenerationRequest, for key: KeyHash, in mode: Mode,
        claim: IdempotencyClaim? = nil, patience: Patience = .untilItEnds,
        watcher: Watcher? = nil
    ) async throws -> GenerationAnswer {
        let request = request.owned(by: key)
        let bare = try plan(request, in: mode, at: clock.now)
        try await checkRoom(for: request)
        let plan = try await looking(at: request, bare)
        if case .none = patience { return try await queue(plan, for: key, claim) }
        let place = WorkShare.Owner(key)
        // Shed before the database is asked: a queue that is too long helps nobody.
        do throws(Refusal) {
            try plan.provider.enter(plan.stored.assignment, of: place)
        } catch {
            await discardInputs(of: plan.stored.assignment)
            throw error
        }
        let admission = plan.admission(
            start: .running(lease.server),
            // What is kept nowhere can be given to nobody later.
            durable: claim != nil && request.keeping == .kept, for: limits.deadline)
        let run = Runs.Name(id: admission.generation, run: 0)
        runs.begin(run)
        let verdict: Verdict
        do {
            verdict = try await keepingInputs(of: [plan]) {
                try await admit(
                    Submission(key: key, admissions: [admission], claim: claim, at: plan.at))
            }
        } catch {
            runs.end(run)
            plan.provider.leave(plan.stored.assignment, of: place)
            throw error
        }
        switch verdict {
        case .repeats(let earlier):
            runs.end(run)
            plan.provider.leave(plan.stored.assignment, of: place)
            return try await replay(earlier, keeping: request.keeping)
        case .admitted(let admitted):
            watcher?.admitted(admitted.limits)
            var order = plan.order(admission, admitted)
            order.place = place
            return try await carryOut(
                order, by: plan.provider, durable: admission.durable, patience, watcher?.show
            ).held(against: admitted.limits)
        }
    }

    /// Runs an order inside the request when that is a matter of moments, and on its own otherwise.
    private func carryOut(
        _ order: Order, by provider: any Provider, durable: Bool, _ patience: Patience,
        _ show: Show?
    ) async throws -> GenerationAnswer {
        if provider.isQuick(order.assignment) {
            defer {
                runs.end(order.runName)
                provider.leave(order.assignment, of: order.place ?? order.owner)
                ends.ended(order.name)
            }
            return .finished(try await run(order, onItsOwn: false, show: show))
        }
        let outcome = Lock<Result<FinishedGeneration, any Error>?>(nil)
        runs.start(order.runName, durable: durable) { [self] in
            let result = await runOnItsOwn(order, by: provider, show: show)
            outcome.withLock { $0 = result }
            ends.ended(order.name)
        }
        let limit: Duration =
            switch patience {
            case .upTo(let limit): limit
            case .none, .untilItEnds: order.deadline - clock.now + Self.ownGrace
            }
        // Hanging up ends the waiting and nothing else.
        let ended = await ends.wait(for: order.name, atMost: limit) {
            outcome.withLock { $0 != nil }
        }
        if ended, let result = outcome.withLock({ $0 }) {
            if case .failure(is HandedBack) = result { return .accepted(order.name) }
            return .finished(try result.get())
        }
        if order.assignment.keeping == .kept { await makeDurable(order) }
        return .accepted(order.name)
    }

    /// From now on somebody knows its id and may ask for it.
    private func makeDurable(_ order: Order) async {
        do {
            // Also for a caller who has hung up: it may come back and look.
            try await Uncancelled.run { [database] in
                try await database.transaction { transaction in
                    try transaction.send(
                        """
                        update generation set durable = true
                        where account_id = \(order.wallet.account) and id = \(order.generation)
                            and ended_at is null
                        """)
                }
            }
            runs.makeDurable(order.runName)
        } catch {
            // It goes on all the same; only should this server die now is it released.
            log(
                .warning, "generation not made durable",
                [
                    "generation": order.generation, "error": "\(error)",
                ])
        }
    }
}
