import Jobs
import Ledger
import Log
import Pictures
import Postgres
import Providers
import Threads
import Units

extension Engine {
    /// Has the pictures of `order` made, by whoever can, as often as it takes and helps.
    ///
    /// In each round the candidates are asked one after the other, those that fail all the time only
    /// now and then. A task that somebody has accepted is asked for until it ends or the deadline
    /// passes; it is submitted again, here or elsewhere, only once its provider says that the work
    /// itself has failed. A refusal of the prompt ends it: nobody is asked to get round it.
    func make(
        _ order: Order, onItsOwn: Bool, show: Show?, noting attempts: Attempts
    ) async throws -> Served {
        let candidates = candidates(for: order)
        var owned = OwnedTask(order.task)
        var round = 0
        while true {
            var failures: [ProviderFailure] = []
            let turn = turn(of: candidates, owning: owned, order)
            if turn.isEmpty { failures.append(.out("nobody can be asked")) }
            for candidate in turn {
                let name = candidate.name
                guard
                    !candidate.provider.isForeign || owned != nil
                        || breakers.admits(name, at: clock.now)
                else {
                    failures.append(.out("\(name.provider) is left alone for a while"))
                    continue
                }
                let started = clock.now
                do {
                    let delivered = try await carry(
                        order, by: candidate, round, &owned, onItsOwn: onItsOwn, show)
                    let served = try await served(delivered, by: candidate, order)
                    note(nil, delivered, by: candidate, since: started, in: attempts)
                    breakers.succeeded(name)
                    return served
                } catch let failure as ProviderFailure {
                    note(failure, nil, by: candidate, since: started, in: attempts)
                    failures.append(failure)
                    owned = nil
                    try judge(failure, of: candidate, order)
                } catch {
                    breakers.neither(name)
                    if let refusal = error as? Refusal {
                        note(
                            .broken(refusal.message), nil, by: candidate, since: started,
                            in: attempts)
                    }
                    throw error
                }
            }
            let wait = try wait(after: failures, round, of: order, candidates)
            try await pause(wait, onItsOwn: onItsOwn)
            round += 1
        }
    }

    /// Who is asked in a round: whoever has a task of ours, and else everybody.
    private func turn(
        of candidates: [Candidate], owning task: OwnedTask?, _ order: Order
    ) -> [Candidate] {
        guard let task else { return candidates }
        guard let owner = task.provider else { return Array(candidates.prefix(1)) }
        if let known = candidates.first(where: { $0.endpoint.provider == owner }) { return [known] }
        // It may be offered to nobody any more, and has our work all the same.
        let model = catalogue.current.model(named: order.model)
        guard let endpoint = model?.endpoints.first(where: { $0.provider == owner }),
            let provider = provider(owner, in: order.wallet.mode)
        else { return [] }
        return [Candidate(endpoint: endpoint, provider: provider)]
    }

    /// One candidate, from submission to its last word.
    private func carry(
        _ order: Order, by candidate: Candidate, _ round: Int, _ owned: inout OwnedTask?,
        onItsOwn: Bool, _ show: Show?
    ) async throws -> Delivered {
        let commission = Commission(order, for: candidate)
        var failedPolls = 0
        var percentKnown = 0
        while true {
            do {
                var progress: Progress
                if let task = owned?.task {
                    progress = try await candidate.provider.poll(
                        task, of: commission, by: order.deadline, show: show)
                } else {
                    // What a provider has accepted must be known, though the server stops meanwhile.
                    progress = try await Uncancelled.run {
                        try await candidate.provider.submit(
                            commission, attempt: round, by: order.deadline, show: show)
                    }
                }
                while case .pending(let name, let next, let percent) = progress {
                    // What fails now and then over a long time is not failing.
                    failedPolls = 0
                    let step = (percent ?? 0) / Self.progressStep * Self.progressStep
                    if name != owned?.task || step > percentKnown {
                        let task = OwnedTask(name, of: candidate)
                        try await note(task, isNew: name != owned?.task, percent: step, of: order)
                        owned = task
                    }
                    percentKnown = max(step, percentKnown)
                    guard clock.now < order.deadline else { throw Self.tooLate }
                    try await pause(next, onItsOwn: onItsOwn)
                    progress = try await candidate.provider.poll(
                        name, of: commission, by: order.deadline, show: show)
                }
                guard case .done(let delivered) = progress, !delivered.pictures.isEmpty else {
                    throw ProviderFailure.failed("no picture came")
                }
                return delivered
            } catch let failure as ProviderFailure {
                switch failure {
                case .failed, .empty: owned = nil
                case .refused: throw failure
                case .busy, .broken, .out: break
                }
                guard owned != nil else { throw failure }
                // It has our work and will be paid for it: it is asked on until the deadline.
                let wait = backoff(failedPolls, atMost: Self.pauseMax)
                guard clock.now + wait < order.deadline else { throw Self.tooLate }
                log(
                    .warning, "a task could not be asked for",
                    [
                        "generation": order.generation, "provider": candidate.name.provider,
                        "error": "\(failure)",
                    ])
                try await pause(wait, onItsOwn: onItsOwn)
                failedPolls += 1
            }
        }
    }

    /// The pictures as they are kept, and what they took.
    private func served(
        _ delivered: Delivered, by candidate: Candidate, _ order: Order
    ) async throws -> Served {
        guard candidate.provider.isForeign else {
            let size = order.assignment.size
            return Served(
                pictures: delivered.pictures.map { MadePicture(bytes: $0, size: size) },
                usage: delivered.usage, provider: nil, cost: nil)
        }
        let pictures = try await finish(
            delivered.pictures, for: order.assignment, by: order.deadline)
        return Served(
            pictures: pictures, usage: delivered.usage, provider: candidate.endpoint.provider,
            cost: delivered.usage.cost.flatMap(Credits.init(roundingUp:)))
    }

    /// What was charged for, line by line. Of it no more is captured than what was held.
    func charges(for served: Served, of order: Order) -> [ChargedLine] {
        let work = order.assignment.work(of: served.pictures.count)
        // Another's tokens are not what the price that was agreed counts.
        let isAgreed = served.provider == order.provider
        let charges = order.price.charged(for: work, taking: isAgreed ? served.usage : nil)
        let cost = charges.reduce(Credits.zero) { $0 + $1.amount }
        let held = order.price.cost(of: order.assignment.work)
        if cost > held {
            log(
                .warning, "a generation cost more than it was estimated to",
                ["generation": order.generation, "cost": cost.dollars, "held": held.dollars])
        }
        return charges
    }

    private func note(
        _ failure: ProviderFailure?, _ delivered: Delivered?, by candidate: Candidate,
        since started: Timestamp, in attempts: Attempts
    ) {
        guard candidate.provider.isForeign else { return }
        attempts.add(
            Attempt(
                id: ID(at: started), provider: candidate.endpoint.provider,
                model: candidate.endpoint.providerModel, outcome: failure?.outcome ?? .done,
                message: failure.map { "\($0)" }, request: delivered?.request, startedAt: started,
                latency: clock.now - started,
                cost: delivered?.usage.cost.flatMap(Credits.init(roundingUp:))))
    }

    private static let tooLate = Refusal(
        .deadlinePassed, "The image was not made in time. Nothing was charged.")

    /// Progress is written down in steps of so many percent.
    private static let progressStep = 10

    /// Writes the task's name down before it is asked for, however long the database takes; and how
    /// far it is, if the database is well.
    private func note(
        _ task: OwnedTask, isNew: Bool, percent: Int, of order: Order
    ) async throws {
        let server = lease.server
        while true {
            do {
                let isOurs = try await Uncancelled.run { [database] in
                    try await database.transaction { transaction in
                        try Generation.note(
                            task: task.text, progress: percent, of: order, by: server,
                            in: transaction)
                    }
                }
                guard isOurs else { throw PassedOn() }
                if percent > 0 {
                    listeners.withLock { $0.progressed }?(order.name, order.request.webhook)
                }
                return
            } catch let failure as DatabaseFailure {
                guard isNew else { return }
                guard failure.mayHeal, clock.now < order.deadline else { throw failure }
                await Uncancelled.pause(.milliseconds(200))
            }
        }
    }

    /// Waits, unless the server stops.
    private func pause(_ duration: Duration, onItsOwn: Bool) async throws {
        guard onItsOwn else { return await Uncancelled.pause(duration) }
        do {
            try await Task.sleep(for: duration)
        } catch {
            throw HandedBack()
        }
    }
}
