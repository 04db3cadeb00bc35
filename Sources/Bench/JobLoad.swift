import Gateway
import Jobs
import Ledger
import Log
import Pictures
import Postgres
import Signing
import Storage
import Threads
import Units

/// Jobs through the product's own queue and worker: how soon one starts, how many end in a second,
/// and what a claim costs beside a backlog.
struct JobLoad {
    private let engine: Engine
    private let worker: Worker
    private let reader: JobReader
    private let lease: Lease
    private let keys: [KeyHash]

    private static let slots = 256

    init(url: Secret, database: Database, wallets: Int, pepper: Pepper) async throws {
        let clock = Clock.system
        keys = try await BenchAccounts.open(wallets, pepper: pepper, in: database)
            .map { $0.hash(pepper: pepper) }
        lease = Lease(
            server: ID(at: clock.now), host: "bench", database: database, clock: clock,
            log: .silent)
        try await lease.renew()
        let painting = WorkerPool(name: "painting", threads: 2, queueMax: 100_000)
        let files = WorkerPool(name: "files", threads: 8, queueMax: 100_000)
        let store = try ImageStore(directory: "/tmp/atelier-bench-store", pool: files)
        engine = Engine(
            database: database, url: url, settings: .init(),
            catalogue: try await CatalogueKeeper(database: database, log: .silent),
            store: store,
            inputs: .unused(in: store, clock), painting: painting, lease: lease, limits: .init(),
            clock: clock,
            log: .silent)
        worker = Worker(engine: engine, slots: Self.slots)
        reader = JobReader(url: url, settings: .init(), clock: clock)
    }

    private static let request = GenerationRequest(
        dialect: .jobs, model: "test/test", prompt: "a fox",
        size: .pixels(PixelSize(width: 16, height: 16)), format: .jpeg)

    private func submit(_ index: Int) async throws -> JobName {
        let answer = try await engine.generate(
            Self.request, for: keys[index % keys.count], in: .live, patience: .none)
        guard case .accepted(let job, _, _) = answer else {
            preconditionFailure("what is queued is not finished")
        }
        return job
    }

    private func print(_ members: [(String, JSON)]) { Swift.print(JSON.object(members).text) }

    private func share(_ delays: [Int64], _ percent: Int) -> JSON {
        .int(delays.isEmpty ? 0 : delays[min(delays.count - 1, delays.count * percent / 100)])
    }

    /// One job after another on an idle system: from its submission to its start.
    func measureStart(count: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run() }
            try await measureStarts(count)
            try await measureRate(for: .seconds(5))
            group.cancelAll()
        }
    }

    private func measureStarts(_ count: Int) async throws {
        var delays: [Int64] = []
        for index in 0..<count {
            let job = try await submit(index)
            let line = try await engine.wait(for: job, atMost: .seconds(10), reading: reader)
            if let delay = line.queueMicros { delays.append(delay) }
        }
        delays.sort()
        print([
            ("jobs", .int(delays.count)), ("start_p50_us", share(delays, 50)),
            ("start_p99_us", share(delays, 99)),
        ])
    }

    /// Many submitters at once: jobs from end to end in a second, pictures kept with fsync.
    private func measureRate(for duration: Duration) async throws {
        let started = ContinuousClock.now
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for caller in 0..<64 {
                group.addTask {
                    var count = 0
                    while ContinuousClock.now - started < duration {
                        let job = try await submit(caller + count * 64)
                        _ = try await engine.wait(
                            for: job, atMost: .seconds(30), reading: reader)
                        count += 1
                    }
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        let seconds = (ContinuousClock.now - started).microseconds
        print([("jobs_per_second", .int(Int64(counts) * 1_000_000 / seconds))])
    }

    /// What one claim of up to 128 jobs takes beside a backlog of `size`, which it leaves as it was.
    func measureClaims(besides size: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<256 {
                group.addTask {
                    for index in stride(from: caller, to: size, by: 256) {
                        _ = try await submit(index)
                    }
                }
            }
            try await group.waitForAll()
        }
        try await lease.renew()
        var delays: [Int64] = []
        var taken = 0
        for _ in 0..<30 {
            let before = ContinuousClock.now
            taken += try await worker.takeOnce()
            delays.append((ContinuousClock.now - before).microseconds)
            while worker.running > 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
        delays.sort()
        print([
            ("backlog", .int(size)), ("claimed", .int(taken)), ("claim_p50_us", share(delays, 50)),
            ("claim_p99_us", share(delays, 99)),
        ])
    }
}
