internal import Units

extension Pool {
    /// What the pool knows, behind its lock.
    struct State {
        /// Connections that do nothing: open ones, and ones that must be opened again.
        var idle: [Connection] = []
        var lost: [Connection] = []
        var made: [Connection] = []
        /// Connections that are open, busy or not.
        var open = 0
        var waiting = Line<Waiting>()
        var isWatched = false
        var outage: Outage?
        /// When the connection that keeps trying tries next.
        var retryAt = ContinuousClock.now
        var closed = false

        /// Why work is turned away, if it is.
        var refusal: DatabaseFailure? {
            closed || outage != nil && open == 0 ? unavailable : nil
        }

        var unavailable: DatabaseFailure {
            .unavailable(retryAfter: max(retryAt - .now, .milliseconds(10)))
        }

        /// An open connection, or, unless that is known to fail, one to be opened again.
        mutating func freeConnection() -> Connection? {
            idle.popLast() ?? (outage == nil ? lost.popLast() : nil)
        }

        /// What `connection`, which has finished, does next; it lies down when nothing waits.
        mutating func next(for connection: Connection, isOpen: Bool) -> Waiting? {
            if !isOpen { open -= 1 }
            if closed { return nil }
            if isOpen || outage == nil, let waiting = waiting.popFirst() { return waiting }
            if isOpen { idle.append(connection) } else { lost.append(connection) }
            return nil
        }

        mutating func takeAllWaiting() -> [Waiting] {
            var all: [Waiting] = []
            while let next = waiting.popFirst() { all.append(next) }
            return all
        }

        /// Work whose time is up. All wait equally long, so it stands in front.
        mutating func takeLate(at now: ContinuousClock.Instant) -> [Waiting] {
            var late: [Waiting] = []
            while let first = waiting.first, first.deadline <= now {
                late.append(first)
                _ = waiting.popFirst()
            }
            return late
        }
    }
}
