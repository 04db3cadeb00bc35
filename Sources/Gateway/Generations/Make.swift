import Threads
import Jobs
import Ledger
import Log
import Postgres
import Units

extension Engine {
    /// Has a provider make the pictures of `order`, as often as it takes and helps.
    ///
    /// A task that a provider has accepted is asked for until it ends or the deadline passes; it is
    /// submitted again only when the provider says that the work itself has failed.
    func make(
        _ order: Order, by provider: any Provider, onItsOwn: Bool, show: Show?
    ) async throws -> [[UInt8]] {
        var task = order.task
        var attempt = 0
        var failedPolls = 0
        var percentKnown = 0
        while true {
            do {
                var progress = try await ask(order, by: provider, task, attempt, show)
                while case .pending(let name, let next, let percent) = progress {
                    // What fails now and then over a long time is not failing.
                    failedPolls = 0
                    let step = (percent ?? 0) / Self.progressStep * Self.progressStep
                    if name != task || step > percentKnown {
                        try await note(name, isNew: name != task, percent: step, of: order)
                    }
                    (task, percentKnown) = (name, max(step, percentKnown))
                    guard clock.now < order.deadline else { throw Self.tooLate }
                    try await pause(next, onItsOwn: onItsOwn)
                    progress = try await ask(order, by: provider, task, attempt, show)
                }
                guard case .done(let pictures) = progress, !pictures.isEmpty else {
                    throw ProviderFailure.failed("no picture came")
                }
                return pictures
            } catch let failure as ProviderFailure {
                if case .failed = failure { task = nil }
                let failures = task == nil ? attempt : failedPolls
                let wait = try wait(after: failure, failures: failures, of: order)
                log(
                    .warning, "provider tried again",
                    [
                        "generation": order.generation, "attempt": failures + 1,
                        "error": "\(failure)",
                    ])
                try await pause(wait, onItsOwn: onItsOwn)
                if task == nil { attempt += 1 } else { failedPolls += 1 }
            }
        }
    }

    private func ask(
        _ order: Order, by provider: any Provider, _ task: String?, _ attempt: Int, _ show: Show?
    ) async throws -> Progress {
        guard let task else {
            // What a provider has accepted must be known, though the server stops meanwhile.
            return try await Uncancelled.run {
                try await provider.submit(
                    order.assignment, attempt: attempt, by: order.deadline, show: show)
            }
        }
        return try await provider.poll(task, of: order.assignment, by: order.deadline)
    }

    /// How long to wait before the next try, or the refusal when there is none.
    private func wait(
        after failure: ProviderFailure, failures: Int, of order: Order
    ) throws(Refusal) -> Duration {
        let backoff = limits.retryAfter * (1 << min(failures, 10))
        // Less up to half, so that those who failed together do not come back together.
        var wait = backoff - backoff * Double.random(in: 0..<0.5)
        let end: Refusal
        switch failure {
        case .refused(let refusal): throw refusal
        case .busy(let retryAfter):
            wait = max(wait, retryAfter ?? .zero)
            end = Refusal(
                .rateLimited, "The provider is too busy at the moment. Nothing was charged.",
                retryAfter: max(.seconds(5), retryAfter ?? .zero))
        case .broken, .failed:
            end = Refusal(
                .providerFailed, "The provider could not make the image. Nothing was charged.",
                retryAfter: .seconds(5))
        }
        guard failures + 1 < limits.attemptsMax, clock.now + wait < order.deadline else {
            throw end
        }
        return wait
    }

    private static let tooLate = Refusal(
        .deadlinePassed, "The image was not made in time. Nothing was charged.")

    /// Progress is written down in steps of so many percent.
    private static let progressStep = 10

    /// Writes the task's name down before it is asked for, however long the database takes; and how
    /// far it is, if the database is well.
    private func note(
        _ task: String, isNew: Bool, percent: Int, of order: Order
    ) async throws {
        let server = lease.server
        while true {
            do {
                let isOurs = try await Uncancelled.run { [database] in
                    try await database.transaction { transaction in
                        try Generation.note(
                            task: task, progress: percent, of: order, by: server, in: transaction)
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
