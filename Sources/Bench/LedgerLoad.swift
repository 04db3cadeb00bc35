import Gateway
import Glibc
import Jobs
import Ledger
import Log
import Pictures
import Postgres
import Signing
import Storage
import Synchronization
import Threads
import Units

/// Callers that admit and settle, one pair after another, through the product's own engine.
struct LedgerLoad {
    private let engine: Engine
    private let keys: [KeyHash]
    private let server: ID<Server>

    init(url: Secret, database: Database, wallets: Int, pepper: Pepper) async throws {
        let clock = Clock.system
        keys = try await BenchAccounts.open(wallets, pepper: pepper, in: database)
            .map { $0.hash(pepper: pepper) }
        server = ID(at: clock.now)
        let lease = Lease(
            server: server, host: "bench", database: database, clock: clock, log: .silent)
        let pool = WorkerPool(name: "bench", threads: 1, queueMax: 1)
        let store = try ImageStore(directory: "/tmp/atelier-bench-store", pool: pool)
        engine = Engine(
            database: database, url: url, settings: .init(),
            catalogue: try await CatalogueKeeper(database: database, log: .silent),
            store: store,
            inputs: .unused(in: store, clock), painting: pool,
            lease: lease, limits: .init(), clock: clock, log: .silent)
    }

    /// Runs for `duration` and prints one line of JSON.
    func run(callers: Int, for duration: Duration) async throws {
        let pairs = Counter()
        let started = ContinuousClock.now
        let end = started + duration
        let delays = try await withThrowingTaskGroup(of: [Duration].self) { group in
            for caller in 0..<callers {
                group.addTask { try await call(caller, callers, until: end, pairs) }
            }
            var all: [Duration] = []
            for try await delays in group { all += delays }
            return all.sorted()
        }
        let seconds = (ContinuousClock.now - started).microseconds
        let rate = Int64(pairs.count.load(ordering: .relaxed)) * 1_000_000 / max(1, seconds)
        func at(_ share: Int) -> JSON {
            .int(delays.isEmpty ? 0 : delays[delays.count * share / 100].microseconds)
        }
        print(
            JSON.object([
                ("callers", .int(callers)), ("wallets", .int(keys.count)),
                ("pairs_per_second", .int(rate)), ("pair_p50_us", at(50)), ("pair_p99_us", at(99)),
            ]).text)
    }

    private final class Counter: Sendable {
        let count = Atomic<Int>(0)
    }

    private func call(
        _ caller: Int, _ callers: Int, until end: ContinuousClock.Instant, _ pairs: Counter
    ) async throws -> [Duration] {
        var delays: [Duration] = []
        var turn = caller
        while ContinuousClock.now < end {
            let before = ContinuousClock.now
            try await pair(keys[turn % keys.count])
            delays.append(ContinuousClock.now - before)
            pairs.count.add(1, ordering: .relaxed)
            turn += callers
        }
        return delays
    }

    private static let price = Credits(nanodollars: 4_000_000)

    private func pair(_ key: KeyHash) async throws {
        let now = Clock.system.now
        let generation = ID<Generation>(at: now)
        let admission = Admission(
            generation: generation, dialect: "bench", model: "test/paid", provider: "test",
            priceVersion: 1, n: 1, request: #"{"prompt":"a fox"}"#, quote: Self.price,
            start: .running(server), durable: false, deadline: now + .seconds(60), at: now)
        let verdict = try await engine.admit(
            Submission(key: key, admissions: [admission], at: now))
        guard case .admitted(let admitted) = verdict else {
            preconditionFailure("nothing is claimed, so nothing repeats")
        }
        var settlement = Settlement(
            wallet: admitted.wallet, generation: generation, server: server,
            outcome: .delivered(images: 1, cost: Self.price, kept: []), latency: .none,
            posting: ID(at: now), at: now)
        settlement.charges = [ChargedLine(line: 1, quantity: 1, amount: Self.price)]
        _ = try await engine.settle(settlement)
    }
}
