/// A fixed number of threads for work that computes or blocks for long, kept off the event loops.
///
/// They are shared out by owner and by length of the work (`FairQueue`). The queue is bounded: past it
/// `run` throws `PoolFull` at once instead of letting work pile up.
public final class WorkerPool: Sendable {
    /// The queue is at its bound, or the owner at its share of it; try later.
    public struct PoolFull: Error, Sendable {
        public init() {}
    }

    private let queue: FairQueue

    /// Starts `threads` threads. They live as long as the process: a pool is made once.
    ///
    /// Long work leaves a quarter of them free, but a pool of one thread does all with it.
    public init(name: String, threads: Int, queueMax: Int) {
        precondition(threads > 0, "a pool without threads runs nothing")
        queue = FairQueue(limit: queueMax, longMax: max(1, threads - max(1, threads / 4)))
        for index in 0..<threads {
            Thread.start(name: "\(name)-\(index)") { [queue] in
                while true { queue.workOnce() }
            }
        }
    }

    /// How much work waits for a thread.
    public var waiting: Int { queue.count }

    /// Runs `work` on one of the threads and answers what it answers.
    public func run<Result: Sendable>(
        _ share: WorkShare = .own, _ work: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let taken = queue.append(
                { continuation.resume(with: Swift.Result(catching: work)) }, share)
            if !taken { continuation.resume(throwing: PoolFull()) }
        }
    }
}
