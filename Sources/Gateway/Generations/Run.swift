import Jobs
import Ledger
import Log
import Pictures
import Postgres
import Storage
import Units

/// A run that was ended because its server stops; the generation waits in the queue again.
struct HandedBack: Error {}

/// A generation that has passed to another server, or has been ended: nothing of it is ours.
struct PassedOn: Error {}

extension Engine {
    /// Carries an order out: has its pictures made, keeps them, and settles.
    ///
    /// `onItsOwn`: in a task that is cancelled when the server stops. Otherwise cancellation means
    /// that a caller has left, and changes nothing.
    func run(
        _ order: Order, onItsOwn: Bool, show: Show? = nil
    ) async throws -> FinishedGeneration {
        let started = clock.now
        var latency = Latency.none
        latency.queue = started - order.createdAt
        var images: [FinishedGeneration.Image] = []
        let outcome: Settlement.Outcome
        let attempts = Attempts()
        var served: Served?
        var charges: [ChargedLine] = []
        var report = GenerationReport()
        do {
            let made = try await make(order, onItsOwn: onItsOwn, show: show, noting: attempts)
            served = made
            let painting = clock.now
            latency.provider = painting - started
            for picture in made.pictures {
                images.append(try await keep(picture, order))
            }
            latency.store = clock.now - painting
            (charges, report) = self.charges(for: made, of: order)
            outcome = .delivered(
                images: images.count, cost: charges.reduce(.zero) { $0 + $1.amount },
                kept: images.compactMap(\.kept))
        } catch let error where error is HandedBack || error is CancellationError && onItsOwn {
            throw HandedBack()
        } catch is PassedOn {
            throw Self.interrupted
        } catch {
            let reason = Self.reason(for: error)
            report.errorField = reason.field
            outcome = .failed(reason)
            if !(error is Refusal) {
                log(
                    .error, "generation failed",
                    [
                        "generation": order.generation, "error": "\(error)",
                    ])
            }
        }
        let ended = clock.now
        latency.total = ended - order.createdAt
        var settlement = Settlement(
            wallet: order.wallet, generation: order.generation, server: lease.server,
            run: order.run, outcome: outcome, latency: latency, posting: ID(at: ended), at: ended)
        settlement.attempts = attempts.all
        settlement.charges = charges
        settlement.servedBy = served?.provider
        settlement.providerCost = served?.cost
        settlement.report = report
        let money: Settled
        do {
            money = try await end(settlement, by: order.deadline)
            if case .failed(let refusal) = outcome { throw refusal }
        } catch {
            // What may have been paid for after all must still be there.
            if (error as? Refusal)?.kind != .outcomeUnknown {
                await discard(images)
                // One that has passed on needs them; what nobody needs is swept.
                if (error as? Refusal)?.kind != .interrupted {
                    await discardInputs(of: order.assignment)
                }
            }
            throw error
        }
        await discardInputs(of: order.assignment)
        figures.count(latency, images: images.count)
        return FinishedGeneration(
            id: order.generation, model: order.model, images: images, latency: latency,
            money: money, priceVersion: order.price.version,
            endedAt: ended, report: report, notices: order.request.notices)
    }

    /// Carries an order out in a task of its own, and hands it back when the server stops.
    func runOnItsOwn(
        _ order: Order, by provider: any Provider, show: Show? = nil
    ) async -> Result<FinishedGeneration, any Error> {
        defer { provider.leave(order.assignment, of: order.place ?? order.owner) }
        do {
            return .success(try await run(order, onItsOwn: true, show: show))
        } catch is HandedBack {
            await handBack(order.name, run: order.run, readyAt: clock.now)
            return .failure(HandedBack())
        } catch {
            return .failure(error)
        }
    }

    /// Puts a generation of ours back into the queue.
    func handBack(_ job: JobName, run: Int32, readyAt: Timestamp) async {
        do {
            _ = try await Uncancelled.run { [database, server = lease.server] in
                try await database.transaction { transaction in
                    try Generation.requeue(
                        [(job, server, run)], readyAt: readyAt, forgiving: true,
                        in: transaction)
                }
            }
        } catch {
            // The reaper of the next server finds it with our lease.
            log(
                .warning, "generation not handed back",
                [
                    "generation": job.id, "error": "\(error)",
                ])
        }
    }

    private func keep(
        _ picture: MadePicture, _ order: Order
    ) async throws -> FinishedGeneration.Image {
        let (bytes, format) = (picture.bytes, picture.format)
        guard order.assignment.keeping == .kept else {
            return .init(kept: nil, bytes: bytes, format: format, size: picture.size)
        }
        let name = try await put(picture, of: order)
        let kept = KeptImage(
            id: ID(at: clock.now), name: name, format: format, size: picture.size,
            byteCount: bytes.count)
        return .init(kept: kept, bytes: bytes, format: format, size: picture.size)
    }

    /// Removes pictures that nobody was given.
    private func discard(_ images: [FinishedGeneration.Image]) async {
        for name in images.compactMap(\.kept?.name) {
            do {
                try await store.remove(name)
            } catch {
                log(.warning, "picture of a failed generation not removed")
            }
        }
    }

    private static func reason(for error: any Error) -> Refusal {
        (error as? Refusal)
            ?? Refusal(
                .providerFailed, "The image could not be made. Nothing was charged.",
                retryAfter: .seconds(1))
    }

    static let interrupted = Refusal(
        .interrupted, "The generation was interrupted. Nothing was charged.")

    /// First and longest pause between two attempts to settle.
    private static let pauses = (first: Duration.milliseconds(50), longest: Duration.seconds(2))

    /// Settles, again and again while the database is away, until `deadline`.
    ///
    /// Trying again is safe even when a lost commit had gone through: the posting's id is made
    /// before the first attempt, and the same end of a generation is answered with its result.
    private func end(_ settlement: Settlement, by deadline: Timestamp) async throws -> Settled {
        var pause = Self.pauses.first
        while true {
            do {
                return try await settle(settlement)
            } catch let failure as DatabaseFailure where failure.mayHeal && clock.now < deadline {
                await Uncancelled.pause(pause)
                pause = min(pause * 2, Self.pauses.longest)
            } catch let refusal as Refusal where refusal.kind == .conflict {
                // Ended in the meantime, as abandoned, or passed to another server: the pictures
                // are not given out.
                throw Self.interrupted
            } catch is DatabaseFailure {
                throw Refusal(
                    .outcomeUnknown,
                    "The outcome of generation \(settlement.generation) could not be written down "
                        + "in time. Look for it in GET /v1/generations before asking again.")
            }
        }
    }
}
