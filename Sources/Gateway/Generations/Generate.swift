import Log
import Threads
import Ledger
public import Pictures
public import Signing
import Storage
public import Units

import Jobs
import Postgres

/// A generation that has ended well, with its pictures and its receipt.
public struct FinishedGeneration: Sendable {
    /// One picture: where it is kept, its bytes, or both.
    public struct Image: Sendable {
        public let kept: KeptImage?
        public let bytes: [UInt8]
        public let size: PixelSize
    }

    public let id: ID<Generation>
    public let model: String
    public let format: ImageFormat
    public let images: [Image]
    public let latency: Latency
    public let money: Settled
    public let priceVersion: Int32
    public let endedAt: Timestamp
}

extension Engine {
    /// Makes images: quotes, admits, paints, stores and settles, then answers.
    ///
    /// A caller who leaves changes nothing: no step asks whether the task was cancelled, so a
    /// generation that was admitted is always ended and charged for what it delivered.
    /// Refuses what cannot be done. After a refusal or a fault nothing stays held, but where the
    /// database could not be told: there the reaper releases what is left.
    public func generate(
        _ request: GenerationRequest, for key: KeyHash
    ) async throws -> FinishedGeneration {
        let arrived = clock.now
        let offer = try catalogue.current.offer(of: request.model, at: arrived)
        var random = SystemRandomNumberGenerator()
        let assignment = try Painter.capabilities.accept(
            request, seed: Int64.random(in: 0...Int64(Int32.max), using: &random))
        let admission = Admission(
            key: key, generation: ID(at: arrived), dialect: request.dialect.rawValue,
            model: offer.model.id, provider: offer.endpoint.provider,
            priceVersion: offer.price.version, n: assignment.n, request: assignment.json.text,
            quote: offer.price.cost(of: Work(images: assignment.n)), server: lease.server,
            deadline: arrived + limits.deadline, at: arrived)
        // Shed before the database is asked: a queue that is too long helps nobody.
        try painter.queue(assignment)
        defer { painter.leave(assignment) }
        running.withLock { _ = $0.insert(admission.generation) }
        defer { running.withLock { _ = $0.remove(admission.generation) } }
        let admitted = try await admit(admission)
        return try await run(assignment, admission, admitted, offer.price)
    }

    private func run(
        _ assignment: Assignment, _ admission: Admission, _ admitted: Admitted, _ price: Price
    ) async throws -> FinishedGeneration {
        let started = clock.now
        var latency = Latency.none
        latency.queue = started - admission.at
        var images: [FinishedGeneration.Image] = []
        let outcome: Settlement.Outcome
        do {
            let painted = try await painter.paint(assignment, by: admission.deadline)
            let painting = clock.now
            latency.provider = painting - started
            for bytes in painted { images.append(try await keep(bytes, assignment)) }
            latency.store = clock.now - painting
            outcome = .delivered(
                images: images.count, cost: price.cost(of: Work(images: images.count)),
                kept: images.compactMap(\.kept))
        } catch {
            outcome = .failed(Self.reason(for: error))
            log(
                .error, "generation failed",
                [
                    "generation": admission.generation, "error": "\(error)",
                ])
        }
        let ended = clock.now
        latency.total = ended - admission.at
        let settlement = Settlement(
            wallet: admitted.wallet, generation: admission.generation, server: lease.server,
            outcome: outcome, latency: latency, posting: ID(at: ended), at: ended)
        let money: Settled
        do {
            money = try await end(settlement, by: admission.deadline)
            if case .failed(let refusal) = outcome { throw refusal }
        } catch {
            // What may have been paid for after all must still be there.
            if (error as? Refusal)?.kind != .outcomeUnknown { await discard(images) }
            throw error
        }
        figures.count(latency, images: images.count)
        return FinishedGeneration(
            id: admission.generation, model: admission.model, format: assignment.format,
            images: images, latency: latency, money: money, priceVersion: price.version,
            endedAt: ended)
    }

    private func keep(
        _ bytes: [UInt8], _ assignment: Assignment
    ) async throws -> FinishedGeneration.Image {
        guard assignment.keeping == .kept else {
            return .init(kept: nil, bytes: bytes, size: assignment.size)
        }
        let name = try await store.put(bytes, extension: assignment.format.fileExtension)
        let kept = KeptImage(
            id: ID(at: clock.now), name: name, format: assignment.format, size: assignment.size,
            byteCount: bytes.count)
        return .init(kept: kept, bytes: bytes, size: assignment.size)
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
                await Pause.uncancelled(pause)
                pause = min(pause * 2, Self.pauses.longest)
            } catch let refusal as Refusal where refusal.kind == .conflict {
                // Ended in the meantime, as abandoned: released, and the pictures are not given out.
                throw Refusal(
                    .interrupted, "The generation was interrupted. Nothing was charged.")
            } catch is DatabaseFailure {
                throw Refusal(
                    .outcomeUnknown,
                    "The outcome of generation \(settlement.generation) could not be written down "
                        + "in time. Look for it in GET /v1/generations before asking again.")
            }
        }
    }
}
