import Testing
import Threads

/// Threads are shared out: one owner's work holds up no other's, and long work no short.
@Suite(.timeLimit(.minutes(10))) struct FairnessTests {
    private static func owner(_ number: UInt64) -> WorkShare.Owner { .init(high: 0, low: number) }
    private static let long = 4096 * 4096
    private static let short = 16 * 16

    /// A pool all of whose threads stand still until `gate` is closed.
    private struct Stopped {
        let pool: WorkerPool
        let gate = WorkQueue<Bool>()
        let order = Lock<[String]>([])

        init(threads: Int, queueMax: Int = 1000) {
            pool = WorkerPool(name: "fair", threads: threads, queueMax: queueMax)
        }

        func hold(_ threads: Int, in group: inout ThrowingTaskGroup<Void, any Error>) async {
            let started = Lock(0)
            for _ in 0..<threads {
                group.addTask { [pool, gate] in
                    try await pool.run {
                        started.withLock { $0 += 1 }
                        _ = gate.waitForOne()
                    }
                }
            }
            // Not by blocking: the thread that waits may be the one that they need to begin.
            while started.withLock({ $0 }) < threads { await Task.yield() }
        }

        /// Adds work that writes its name down, and returns once it waits.
        func add(
            _ name: String, _ share: WorkShare, to group: inout ThrowingTaskGroup<Void, any Error>
        ) async {
            let before = pool.waiting
            group.addTask { [pool, order] in
                try await pool.run(share) { order.withLock { $0.append(name) } }
            }
            while pool.waiting == before { await Task.yield() }
        }
    }

    @Test func ownersTakeTurns() async throws {
        let stopped = Stopped(threads: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            await stopped.hold(1, in: &group)
            for number in 0..<6 {
                await stopped.add(
                    "a\(number)", .init(owner: Self.owner(1), pixels: Self.long), to: &group)
            }
            await stopped.add("b", .init(owner: Self.owner(2), pixels: Self.long), to: &group)
            stopped.gate.close()
            try await group.waitForAll()
        }
        #expect(stopped.order.withLock { $0 } == ["a0", "b", "a1", "a2", "a3", "a4", "a5"])
    }

    @Test func shortWorkDoesNotWaitForAllThatIsLong() async throws {
        let stopped = Stopped(threads: 1)
        try await withThrowingTaskGroup(of: Void.self) { group in
            await stopped.hold(1, in: &group)
            for number in 0..<3 {
                await stopped.add(
                    "long\(number)", .init(owner: Self.owner(1), pixels: Self.long), to: &group)
            }
            await stopped.add("short", .init(owner: Self.owner(1), pixels: Self.short), to: &group)
            stopped.gate.close()
            try await group.waitForAll()
        }
        let order = stopped.order.withLock { $0 }
        #expect(order.prefix(2).contains("short"), "\(order)")
    }

    /// However much long work there is, a thread is left for what is short.
    @Test func longWorkLeavesAThreadFree() async throws {
        let pool = WorkerPool(name: "fair", threads: 2, queueMax: 100)
        let gate = WorkQueue<Bool>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    try await pool.run(
                        .init(owner: Self.owner(UInt64(number)), pixels: Self.long)
                    ) { _ = gate.waitForOne() }
                }
            }
            while pool.waiting != 5 { await Task.yield() }
            // It would never come back.
            let answer = try await pool.run(.init(owner: Self.owner(9), pixels: Self.short)) { 1 }
            #expect(answer == 1 && pool.waiting == 5)
            gate.close()
            try await group.waitForAll()
        }
    }

    @Test func oneOwnerCannotFillTheQueue() async throws {
        let stopped = Stopped(threads: 1, queueMax: 10)
        try await withThrowingTaskGroup(of: Void.self) { group in
            await stopped.hold(1, in: &group)
            for number in 0..<5 {
                await stopped.add(
                    "a\(number)", .init(owner: Self.owner(1), pixels: Self.short), to: &group)
            }
            await #expect(throws: WorkerPool.PoolFull.self) {
                try await stopped.pool.run(.init(owner: Self.owner(1), pixels: Self.short)) {}
            }
            await stopped.add("b", .init(owner: Self.owner(2), pixels: Self.long), to: &group)
            stopped.gate.close()
            try await group.waitForAll()
        }
        #expect(stopped.order.withLock { $0.count } == 6)
    }
}
