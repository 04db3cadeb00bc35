import Glibc

/// A fixed number of threads for work that computes or blocks for long, kept off the event loops.
///
/// The queue is bounded: past it `run` throws `PoolFull` at once instead of letting work pile up.
public final class WorkerPool: Sendable {
    /// The queue is at its bound; try later.
    public struct PoolFull: Error, Sendable {
        public init() {}
    }

    private let queue: WorkQueue<@Sendable () -> Void>
    private let queueMax: Int

    /// Starts `threads` threads. They live as long as the process: a pool is made once.
    public init(name: String, threads: Int, queueMax: Int) {
        precondition(threads > 0, "a pool without threads runs nothing")
        queue = WorkQueue()
        self.queueMax = queueMax
        for index in 0..<threads {
            Thread.start(name: "\(name)-\(index)") { [queue] in
                while let batch = queue.waitForOne() { batch() }
            }
        }
    }

    /// How much work waits for a thread.
    public var waiting: Int { queue.count }

    /// Runs `work` on one of the threads and answers what it answers.
    public func run<Result: Sendable>(
        _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let taken = queue.append(limit: queueMax) {
                continuation.resume(with: Swift.Result(catching: work))
            }
            if !taken { continuation.resume(throwing: PoolFull()) }
        }
    }
}
