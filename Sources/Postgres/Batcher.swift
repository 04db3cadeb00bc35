internal import Glibc
internal import Threads
public import Units

/// How long a batch that is forming is given: see `Batcher.gather`.
private enum Gathering {
    /// Turns given to other threads without anybody arriving: some ten microseconds.
    static let quietTurnsMax = 20
    /// A fraction of what a batch takes.
    static let longest = Duration.microseconds(300)
}

/// Does many small things in one transaction: what arrives while one batch is in the database
/// makes up the next one.
///
/// There is no timer. A lone item is a batch of one and goes at once; under load a batch grows to
/// what arrived meanwhile, and all share one commit. Each batcher has one connection and one
/// thread of its own, so its batches follow each other in order of arrival.
public final class Batcher<Item: Sendable, Outcome: Sendable>: Sendable {
    /// Decides on a batch in order: one result an item. May be run again for the same items.
    public typealias Perform =
        @Sendable (borrowing Transaction, [Item]) throws -> [Result<Outcome, any Error>]

    private let connection: Connection?
    private let queueMax: Int
    private let batchMax: Int
    private let clock: Clock
    private let access: Access
    private let perform: Perform
    private let state = Lock(State())
    /// Ends the nap between two attempts to connect.
    private let closing = Alarm()

    /// Connects nowhere yet. `queueMax` items may wait, and `batchMax` go in one transaction.
    public init(
        name: String, url: Secret, settings: Database.Settings = .init(), queueMax: Int,
        batchMax: Int, clock: Clock = .system, access: Access = .readWrite,
        perform: @escaping Perform
    ) {
        precondition(queueMax > 0 && batchMax > 0, "a batcher takes at least one item")
        connection = Address(url, settings: settings).map {
            Connection(name: name, address: $0, settings: settings)
        }
        self.queueMax = queueMax
        self.batchMax = batchMax
        self.clock = clock
        self.access = access
        self.perform = perform
    }

    deinit { close() }

    /// Adds `item` to the next batch, and returns its outcome once that batch is committed.
    ///
    /// Throws the item's own error, or `DatabaseFailure`: `overloaded` and `unavailable` mean
    /// that nothing was done, `uncertain` that it may have been. Not ended by cancellation.
    /// `evenIfFull` is for what ends work that was taken in before, and so is bounded by that.
    public func submit(_ item: Item, evenIfFull: Bool = false) async throws -> Outcome {
        guard let connection else {
            throw DatabaseFailure.failed(sqlState: "08001", message: Database.malformed)
        }
        return try await unsafe withUnsafeThrowingContinuation { continuation in
            let refusal = state.withLock { state -> DatabaseFailure? in
                if let refusal = state.refusal { return refusal }
                guard evenIfFull || state.items.count < queueMax else {
                    return .overloaded(retryAfter: state.wait(batchMax, at: .now))
                }
                state.items.append(item)
                state.callers.append(unsafe Caller(continuation))
                // Awake, the thread looks again by itself before it sleeps.
                if !state.isAwake {
                    state.isAwake = true
                    connection.thread.run { [self] in
                        connection.assumeIsolated { work(on: $0) }
                    }
                }
                return nil
            }
            if let refusal { unsafe continuation.resume(throwing: refusal) }
        }
    }

    /// Items that wait for the next batch.
    public var waiting: Int { state.withLock { $0.items.count } }

    /// Since when there is no connection to be had, and why; nil when all is well.
    public var outage: Outage? { state.withLock { $0.outage } }

    /// Takes no more items; those that wait are still done, then the connection is closed.
    public func close() {
        guard let connection else { return }
        let isFirst = state.withLock { state in
            defer { state.closed = true }
            return !state.closed
        }
        guard isFirst else { return }
        closing.ring()
        connection.thread.run { connection.assumeIsolated { $0.close() } }
        connection.thread.close()
    }

    // MARK: On the connection's thread

    private func work(on connection: isolated Connection) {
        while let batch = state.withLock({ $0.take(batchMax, at: .now) }) {
            do {
                try carryOut(batch, on: connection)
                state.withLock { $0.ended(at: .now) }
                gather(after: batch.items.count)
            } catch {
                goWithout(error, on: connection)
            }
        }
    }

    /// Lets the callers of a batch come back before the next one goes.
    ///
    /// They were resumed a moment ago, and under load most ask again at once. The first few of them
    /// would otherwise make up a batch of their own, and the rest wait for all of its commit. A
    /// lone caller is never kept waiting, and nobody for longer than others keep arriving.
    private func gather(after count: Int) {
        guard count > 1 else { return }
        let latest = ContinuousClock.now + Gathering.longest
        var arrived = waiting
        var quietTurns = 0
        while arrived < count, quietTurns < Gathering.quietTurnsMax, ContinuousClock.now < latest {
            sched_yield()
            let before = arrived
            arrived = waiting
            quietTurns = arrived == before ? quietTurns + 1 : 0
        }
    }

    /// Carries `batch` out as a whole or, when it fails as a whole, one by one.
    private func carryOut(
        _ batch: Batch, on connection: isolated Connection
    ) throws(Unreachable) {
        let failure = Lock<(any Error)?>(nil)
        do throws(Unreachable) {
            try connection.carryOut(
                batch.work(access, perform) { error in failure.withLock { $0 = error } })
        } catch {
            batch.fail(state.withLock { $0.unavailable })
            throw error
        }
        guard let failure = failure.withLock({ $0 }) else { return }
        guard batch.items.count > 1, Self.isWorthTryingOneByOne(failure) else {
            return batch.fail(failure)
        }
        for index in batch.items.indices {
            let member = batch.member(index)
            do throws(Unreachable) {
                try connection.carryOut(member.work(access, perform) { member.fail($0) })
            } catch {
                for rest in index..<batch.items.count {
                    batch.member(rest).fail(state.withLock { $0.unavailable })
                }
                throw error
            }
        }
    }

    /// One poisonous item must not fail the rest. After a loss, though, there is no telling what
    /// a second attempt would do twice, or that it would fare better.
    private static func isWorthTryingOneByOne(_ failure: any Error) -> Bool {
        switch failure as? DatabaseFailure {
        case .unavailable, .overloaded, .uncertain: false
        // What waited too long for a lock would wait as long again, once for each member.
        case .failed("55P03", _), .failed("57014", _): false
        default: true
        }
    }

    /// Fails what waits, and tries to connect at ever longer intervals until it works.
    private func goWithout(_ error: Unreachable, on connection: isolated Connection) {
        var backoff = Backoff()
        var reason = error.reason
        repeat {
            let wait = backoff.wait()
            let left = state.withLock { state -> Batch in
                let since = state.outage?.since ?? clock.now
                state.outage = Outage(since: since, reason: reason)
                state.retryAt = .now + wait
                return state.takeAll()
            }
            left.fail(state.withLock { $0.unavailable })
            closing.nap(for: wait)
            do throws(Unreachable) {
                try connection.open()
                state.withLock { $0.outage = nil }
                return
            } catch {
                reason = error.reason
            }
        } while !state.withLock { $0.closed }
    }
}
