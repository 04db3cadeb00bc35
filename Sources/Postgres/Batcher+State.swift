internal import Units

extension Batcher {
    /// Who waits for an outcome. Resumed exactly once: by the batch that holds it.
    ///
    /// Unchecked, since a checked one costs an allocation and a lock for each item.
    @safe struct Caller: Sendable {
        private let continuation: UnsafeContinuation<Outcome, any Error>

        init(_ continuation: UnsafeContinuation<Outcome, any Error>) {
            unsafe self.continuation = unsafe continuation
        }

        func resume(_ outcome: Result<Outcome, any Error>) {
            unsafe continuation.resume(with: outcome)
        }
    }

    /// Items that are done together, and who waits for each.
    struct Batch: Sendable {
        var items: [Item]
        var callers: [Caller]

        func member(_ index: Int) -> Batch {
            Batch(items: [items[index]], callers: [callers[index]])
        }

        /// The batch as one transaction; callers are resumed after its commit, of one that only
        /// reads before it is closed.
        func work(
            _ access: Access, _ perform: @escaping Perform,
            fail: @escaping @Sendable (any Error) -> Void
        ) -> Work {
            Work(
                run: { wire in
                    try wire.transact(access) { transaction in
                        let outcomes = try perform(transaction, items)
                        precondition(
                            outcomes.count == items.count, "a batch needs one outcome an item")
                        return outcomes
                    } deliver: { outcomes in
                        for index in outcomes.indices { callers[index].resume(outcomes[index]) }
                    }
                },
                fail: fail)
        }

        func fail(_ error: any Error) {
            for caller in callers { caller.resume(.failure(error)) }
        }
    }

    /// What the batcher knows, behind its lock.
    struct State {
        var items: [Item] = []
        var callers: [Caller] = []
        /// The thread is at work, or about to be.
        var isAwake = false
        var outage: Outage?
        /// When the next attempt to connect is made.
        var retryAt = ContinuousClock.now
        var closed = false
        /// When the batch under way began; nil between two.
        private var began: ContinuousClock.Instant?
        /// What the last one took.
        private var lastTook = Duration.zero

        /// Past it nobody can say.
        private static var waitMax: Duration { .seconds(60) }

        /// How long what would be added now might wait: the batch under way takes as long again as
        /// it has taken or as the last one took, and so do those that wait.
        func wait(_ batchMax: Int, at now: ContinuousClock.Instant) -> Duration {
            let batches = items.count / batchMax + 1
            let each = max(lastTook, began.map { now - $0 } ?? .zero)
            return min(max(each * batches, .milliseconds(10)), Self.waitMax)
        }

        mutating func ended(at now: ContinuousClock.Instant) {
            if let began { lastTook = now - began }
            began = nil
        }

        /// Why items are turned away, if they are.
        var refusal: DatabaseFailure? {
            closed || outage != nil ? unavailable : nil
        }

        var unavailable: DatabaseFailure {
            .unavailable(retryAfter: max(retryAt - .now, .milliseconds(10)))
        }

        /// The next batch; nil when nothing waits, and then the thread goes to sleep.
        mutating func take(_ batchMax: Int, at now: ContinuousClock.Instant) -> Batch? {
            if items.isEmpty {
                isAwake = false
                return nil
            }
            began = now
            if items.count <= batchMax { return takeAll() }
            defer {
                items.removeFirst(batchMax)
                callers.removeFirst(batchMax)
            }
            return Batch(
                items: Array(items.prefix(batchMax)), callers: Array(callers.prefix(batchMax)))
        }

        mutating func takeAll() -> Batch {
            let batch = Batch(items: items, callers: callers)
            items = []
            callers = []
            items.reserveCapacity(batch.items.count)
            callers.reserveCapacity(batch.items.count)
            return batch
        }
    }
}
