import Ledger
import Jobs
import Log
import Postgres
import Storage
import Threads
import Units

/// Takes generations from the queue and carries them out, as many at once as it has slots.
///
/// It looks when told that something came, when a slot became free, and every now and then, since
/// what another server queued may be waiting.
public final class Worker: Sendable {
    private let engine: Engine
    private let slots: Int
    private let state: Lock<State>
    private let wakes: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    private struct State {
        /// What runs here, by account.
        var running: [ID<Account>: Int] = [:]
        var total = 0
        /// Until when nothing is taken, because a provider's own queue is full.
        var restsUntil = Timestamp(microseconds: 0)
        /// Where the next walk over the accounts begins.
        var after = ID<Account>(high: 0, low: 0)
    }

    /// How often it looks unasked.
    static let period: Duration = .seconds(1)

    /// A worker that runs up to `slots` generations at once.
    public init(engine: Engine, slots: Int) {
        precondition(slots > 0, "a worker without slots does nothing")
        self.engine = engine
        self.slots = slots
        state = Lock(State())
        (wakes, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        engine.whenQueued { [bell] in bell.yield() }
    }

    /// Has it look soon. Many calls are one look.
    public func wake() { bell.yield() }

    /// Whether it could take more.
    public var hasRoom: Bool { state.withLock { $0.total < slots } }

    /// What it runs at the moment.
    public var running: Int { state.withLock { $0.total } }

    /// Works until cancelled, then hands back what it has begun.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [bell] in
                while !Task.isCancelled {
                    bell.yield()
                    // A cancelled sleep is how this loop is told to stop.
                    try? await Task.sleep(for: Self.period)
                }
            }
            var failing = false
            for await _ in wakes {
                do {
                    try await takeAll()
                    if failing { engine.log(.warning, "queue can be looked at again") }
                    failing = false
                } catch {
                    if !failing {
                        engine.log(.warning, "queue not looked at", ["error": "\(error)"])
                    }
                    failing = true
                }
            }
            group.cancelAll()
        }
        await engine.stop()
    }

    private func takeAll() async throws {
        while !Task.isCancelled, !engine.runs.stopping, try await takeOnce() > 0 {}
    }

    /// Takes what there is room for now, once; answers how many.
    @discardableResult
    public func takeOnce() async throws -> Int {
        var taken = try await claim()
        let after = state.withLock { $0.after }
        if taken.isEmpty, after != ID(high: 0, low: 0) {
            // The walk has come to its end: from the first account again.
            state.withLock { $0.after = ID(high: 0, low: 0) }
            taken = try await claim()
        }
        if let last = taken.map(\.wallet.account).max() { state.withLock { $0.after = last } }
        for row in taken { begin(row) }
        return taken.count
    }

    /// What waits goes on waiting while its pictures could not be kept.
    private func claim() async throws -> [ClaimedRow] {
        guard await engine.room.isOpen() else { return [] }
        let (room, server, now) = (self.room, engine.lease.server, engine.clock.now)
        guard room.total > 0, state.withLock({ $0.restsUntil <= now }) else { return [] }
        return try await engine.database.transaction { [limit = engine.limits.deadline] in
            try Generation.claim(room, for: server, runningFor: limit, at: now, in: $0)
        }
    }

    /// An account may have as many slots as it leaves free for others: one alone gets half, each
    /// of two a third, and one that has nothing here always finds a slot while there is any.
    private var room: Generation.Room {
        state.withLock { state in
            let free = slots - state.total
            return Generation.Room(
                newcomer: max(1, free / 2), total: free,
                others: state.running.map { ($0.key, max(0, (free - $0.value) / 2)) },
                after: state.after)
        }
    }

    private func begin(_ row: ClaimedRow) {
        let account = row.wallet.account
        state.withLock { state in
            state.running[account, default: 0] += 1
            state.total += 1
        }
        engine.runs.start(.init(id: row.generation, run: row.run), durable: true) { [self] in
            let outcome = await engine.carryOut(row)
            state.withLock { state in
                if outcome == .noRoom { state.restsUntil = engine.clock.now + Self.period }
                let left = (state.running[account] ?? 1) - 1
                state.running[account] = left == 0 ? nil : left
                state.total -= 1
            }
            if outcome == .done { bell.yield() }
        }
    }
}

/// What came of a claim.
enum ClaimOutcome {
    /// It has ended, or waits again for a reason of its own.
    case done
    /// There is no room for it with its provider, and so for nothing else at this moment.
    case noRoom
}

extension Engine {
    /// Carries out what was taken from the queue.
    func carryOut(_ row: ClaimedRow) async -> ClaimOutcome {
        guard row.claims <= Queue.claimsMax else {
            await giveUp(row, "It stopped its server \(Queue.claimsMax.counted("time")).")
            return .done
        }
        guard let request = StoredRequest(row.request, n: row.n) else {
            await giveUp(row, "Its request cannot be read.")
            return .done
        }
        let price = catalogue.current.price(
            of: row.model, by: row.provider, version: row.priceVersion)
        let order = price.map { price in
            Order(
                wallet: row.wallet, generation: row.generation, model: row.model,
                provider: row.provider, request: request, price: price,
                createdAt: row.createdAt, deadline: row.deadline, run: row.run, task: row.task)
        }
        guard let order, let provider = candidates(for: order).first?.provider else {
            // Admitted by a server that has read the catalogue since: this one will have in a moment.
            guard clock.now - row.createdAt > Self.catalogueGrace else {
                await putBack(row)
                return .done
            }
            await giveUp(row, "The model is not served any more.")
            return .done
        }
        do throws(Refusal) {
            try provider.enter(order.assignment, of: order.owner)
        } catch {
            await putBack(row)
            return .noRoom
        }
        let result = await runOnItsOwn(order, by: provider)
        if case .failure(is HandedBack) = result { return .done }
        ends.ended(order.name)
        return .done
    }

    /// How long after its admission a job may be of a model that this server does not know yet:
    /// far longer than any server takes to read the catalogue.
    private static let catalogueGrace: Duration = .seconds(30)

    /// Puts a claimed row back, for whoever has room in a moment.
    private func putBack(_ row: ClaimedRow) async {
        await handBack(
            JobName(account: row.wallet.account, id: row.generation), run: row.run,
            readyAt: clock.now + Worker.period)
    }

    private func giveUp(_ row: ClaimedRow, _ reason: String) async {
        let now = clock.now
        log(.error, "job given up", ["generation": row.generation, "reason": reason])
        let latency = Latency(
            queue: now - row.createdAt, provider: .zero, store: .zero, total: now - row.createdAt)
        do {
            _ = try await settle(
                Settlement(
                    wallet: row.wallet, generation: row.generation, server: lease.server,
                    run: row.run,
                    outcome: .failed(
                        Refusal(.interrupted, "\(reason) Nothing was charged.")),
                    latency: latency, posting: ID(at: now), at: now))
            ends.ended(JobName(account: row.wallet.account, id: row.generation))
        } catch {
            // The reaper finds it at its deadline at the latest.
            log(.warning, "job not given up", ["generation": row.generation, "error": "\(error)"])
        }
    }
}
