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
    /// itself has failed. A provider that may have accepted the work, and gave nothing for it, is never
    /// given it again, and one other is asked at most. A refusal of the prompt ends it: nobody is asked
    /// to get round it.
    func make(
        _ order: Order, onItsOwn: Bool, show: Show?, noting attempts: Attempts
    ) async throws -> Served {
        let candidates = candidates(for: order)
        var task = TaskNote(order.task)
        var round = 0
        // One call counts once, however often it tries.
        var counted: Set<Breakers.Name> = []
        while true {
            var failures: [ProviderFailure] = []
            let turn = turn(of: candidates, after: task, order)
            if turn.isEmpty { failures.append(.out("no provider can be asked")) }
            for candidate in turn {
                let name = candidate.name
                guard
                    !candidate.provider.isForeign || task.owned != nil
                        || breakers.admits(name, for: order.wallet.account, at: clock.now)
                else {
                    failures.append(.out("the circuit of \(name.provider) is open"))
                    continue
                }
                let started = clock.now
                do {
                    let delivered = try await carry(
                        order, by: candidate, round, &task, onItsOwn: onItsOwn, show)
                    let served = try await served(delivered, by: candidate, order)
                    note(nil, delivered, by: candidate, since: started, in: attempts)
                    breakers.succeeded(name, for: order.wallet.account)
                    return served
                } catch let failure as ProviderFailure {
                    note(failure, nil, by: candidate, since: started, in: attempts)
                    failures.append(failure)
                    task.owned = nil
                    try judge(
                        failure, of: candidate, order, counts: counted.insert(name).inserted)
                    if failure.mayBePaidFor {
                        task.spent.append(name.provider)
                        try await spend(task, candidates, failure, of: order)
                    }
                } catch {
                    breakers.neither(name, for: order.wallet.account)
                    if let refusal = error as? Refusal {
                        note(
                            .broken(refusal.message), nil, by: candidate, since: started,
                            in: attempts)
                    }
                    throw error
                }
            }
            let wait = try wait(
                after: failures, round, of: order, candidates, isSpent: !task.spent.isEmpty)
            try await pause(wait, onItsOwn: onItsOwn)
            round += 1
        }
    }

    /// Providers that may charge for one generation without giving a picture: the first, and one other.
    private static let spentMax = 2

    /// Ends the run when no other provider may be asked; otherwise writes down who may charge for
    /// it already, before another is asked.
    private func spend(
        _ task: TaskNote, _ candidates: [Candidate], _ failure: ProviderFailure, of order: Order
    ) async throws {
        guard task.spent.count < Self.spentMax,
            candidates.contains(where: { !task.spent.contains($0.endpoint.provider) })
        else { throw Self.refusal(afterSpending: failure) }
        try await note(task, isNew: true, percent: 0, of: order)
    }

    /// Who is asked in a round: the provider that has a task of ours, and else all that do not charge
    /// for one already.
    private func turn(
        of candidates: [Candidate], after note: TaskNote, _ order: Order
    ) -> [Candidate] {
        guard let task = note.owned else {
            return candidates.filter { !note.spent.contains($0.endpoint.provider) }
        }
        guard let owner = task.provider else { return Array(candidates.prefix(1)) }
        if let known = candidates.first(where: { $0.endpoint.provider == owner }) { return [known] }
        // It may be offered to nobody any more, and has our work all the same.
        let model = catalogue.current.model(id: order.model)
        guard let endpoint = model?.endpoints.first(where: { $0.provider == owner }),
            let provider = provider(owner, in: order.wallet.mode)
        else { return [] }
        return [Candidate(endpoint: endpoint, provider: provider)]
    }

    /// One candidate, from submission to its last word.
    private func carry(
        _ order: Order, by candidate: Candidate, _ round: Int, _ task: inout TaskNote,
        onItsOwn: Bool, _ show: Show?
    ) async throws -> Delivered {
        let commission = Commission(order, for: candidate)
        var failedPolls = 0
        var percentKnown = 0
        while true {
            do {
                var progress: Progress
                if let owned = task.owned {
                    progress = try await candidate.provider.poll(
                        owned.task, of: commission, by: order.deadline, show: show)
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
                    let isNew = name != task.owned?.task
                    if isNew || step > percentKnown {
                        task.owned = OwnedTask(name, of: candidate)
                        try await note(task, isNew: isNew, percent: step, of: order)
                    }
                    percentKnown = max(step, percentKnown)
                    guard clock.now < order.deadline else { throw Self.tooLate }
                    try await pause(next, onItsOwn: onItsOwn)
                    progress = try await candidate.provider.poll(
                        name, of: commission, by: order.deadline, show: show)
                }
                guard case .done(let delivered) = progress, !delivered.pictures.isEmpty else {
                    throw ProviderFailure.unsure("no picture came")
                }
                return delivered
            } catch let failure as ProviderFailure {
                switch failure {
                case .failed, .empty: task.owned = nil
                case .refused: throw failure
                case .busy, .broken, .unsure, .out: break
                }
                guard task.owned != nil else { throw failure }
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
                pictures: delivered.pictures.map {
                    MadePicture(bytes: $0, format: order.assignment.format, size: size)
                },
                usage: delivered.usage, provider: nil, cost: nil, report: GenerationReport())
        }
        let pictures = try await finish(
            delivered.pictures, for: order.assignment, of: order.owner, by: order.deadline)
        var report = GenerationReport(of: delivered)
        let credentials = Set(pictures.compactMap(\.credentials))
        report.credentials =
            delivered.lostCredentials || credentials.contains(.removed)
            ? .removed : credentials.first
        return Served(
            pictures: pictures, usage: delivered.usage, provider: candidate.endpoint.provider,
            cost: delivered.usage.cost.flatMap(Credits.init(roundingUp:)), report: report)
    }

    /// What was charged for, line by line, and what is said of the pictures. No more is captured than
    /// what was held.
    ///
    /// The quality that the vendor reports is charged, whatever was asked for; where it reports none,
    /// the one that the hold was made for, which is then what the answer tells too.
    func charges(for served: Served, of order: Order) -> ([ChargedLine], GenerationReport) {
        var work = order.assignment.work(of: served.pictures.count)
        if let reported = served.report.quality { work.quality = reported }
        // Another's tokens are not what the price that was agreed counts.
        let isAgreed = served.provider == order.provider
        let charges = order.price.charged(for: work, taking: isAgreed ? served.usage : nil)
        var report = served.report
        report.quality =
            work.quality.flatMap { $0 == "auto" ? nil : $0 } ?? order.price.quality(for: work)
        // The built-in provider counts none: that it took none is what it says.
        report.countsTokens = order.price.countsTokens && served.provider != nil
        if isAgreed, report.countsTokens, served.usage.outputImage == nil {
            figures.countUnreportedUsage()
            log(
                .warning, "vendor reported no usage; the estimate is charged",
                ["generation": order.generation, "provider": order.provider])
        }
        let cost = charges.reduce(Credits.zero) { $0 + $1.amount }
        let held = order.price.cost(of: order.assignment.work)
        if cost > held {
            log(
                .warning, "a generation cost more than it was estimated to",
                ["generation": order.generation, "cost": cost.dollars, "held": held.dollars])
        }
        return (charges, report)
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
        _ task: TaskNote, isNew: Bool, percent: Int, of order: Order
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
