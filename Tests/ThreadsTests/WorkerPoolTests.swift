import Testing
import Threads

@Suite(.timeLimit(.minutes(10))) struct WorkerPoolTests {
    private struct Odd: Error {}

    @Test func workIsAnsweredWithItsResult() async throws {
        let pool = WorkerPool(name: "pool", threads: 3, queueMax: 1000)
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<200 { group.addTask { try await pool.run { number * number } } }
            return try await group.reduce(0, +)
        }
        #expect(sum == (0..<200).reduce(0) { $0 + $1 * $1 })
        #expect(pool.waiting == 0)
    }

    @Test func anErrorOfTheWorkReachesItsCaller() async throws {
        let pool = WorkerPool(name: "pool", threads: 1, queueMax: 10)
        await #expect(throws: Odd.self) { try await pool.run { throw Odd() } }
        #expect(try await pool.run { 1 } == 1)
    }

    @Test func pastItsBoundWorkIsRefusedAtOnce() async throws {
        let pool = WorkerPool(name: "pool", threads: 2, queueMax: 3)
        let started = WorkQueue<Bool>()
        let gate = WorkQueue<Bool>()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    try await pool.run {
                        _ = started.append(true)
                        _ = gate.waitForOne()
                    }
                }
            }
            // Both threads are busy from here on, so what comes now waits.
            for _ in 0..<2 { #expect(started.waitForOne() == true) }
            for _ in 0..<3 { group.addTask { try await pool.run {} } }
            while pool.waiting < 3 { await Task.yield() }
            let refused = Lock<Bool?>(nil)
            group.addTask {
                do {
                    try await pool.run {}
                    refused.withLock { $0 = false }
                } catch is WorkerPool.PoolFull {
                    refused.withLock { $0 = true }
                }
            }
            while refused.withLock({ $0 == nil }) && pool.waiting == 3 { await Task.yield() }
            #expect(pool.waiting == 3)
            #expect(refused.withLock { $0 } == true)
            gate.close()
            try await group.waitForAll()
        }
        #expect(try await pool.run { "open again" } == "open again")
    }

    @Test func asManyRunAtOnceAsThereAreThreads() async throws {
        let pool = WorkerPool(name: "pool", threads: 3, queueMax: 100)
        let running = Lock((now: 0, most: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<60 {
                group.addTask {
                    try await pool.run {
                        running.withLock {
                            $0.now += 1
                            $0.most = max($0.most, $0.now)
                        }
                        for _ in 0..<100 { running.withLock { _ in } }
                        running.withLock { $0.now -= 1 }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect((1...3).contains(running.withLock { $0.most }))
    }
}
