import Storage
import Threads
import Units

extension ImageStore {
    /// Computes on the store's pool, and waits while it is full: for what is paid for already, and so is
    /// not given up because others are busy. Past `deadline` it throws `PoolFull` after all.
    func patiently<Value: Sendable>(
        until deadline: Timestamp, _ clock: Clock, _ share: WorkShare = .own,
        _ compute: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await patiently(until: deadline, clock, doing: { try await work(share, compute) })
    }

    /// The same for work of the store itself.
    func patiently<Value>(
        until deadline: Timestamp, _ clock: Clock, doing work: () async throws -> Value
    ) async throws -> Value {
        var pause: Duration = .milliseconds(20)
        while true {
            do {
                return try await work()
            } catch let full as WorkerPool.PoolFull {
                guard clock.now < deadline else { throw full }
                await Uncancelled.pause(pause)
                pause = min(pause * 2, .seconds(1))
            }
        }
    }
}
