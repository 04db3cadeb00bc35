internal import Threads
internal import Units

/// Hands work to the first connection that is free, opens and reopens connections, and knows
/// when there are none to be had.
///
/// A connection takes its next work by itself when it has finished, so that it never idles while
/// work waits. When it cannot be opened, one connection keeps trying and the rest of the pool
/// turns work away at once, unless others are still open.
final class Pool: Sendable {
    /// Work in the queue.
    struct Waiting: Sendable {
        let id: UInt64
        let work: Work
        let deadline: ContinuousClock.Instant
    }

    /// How often the queue is searched for work that has waited too long.
    private static let tick: Duration = .milliseconds(50)

    private let name: String
    private let connectionsMax: Int
    private let address: Address
    private let settings: Database.Settings
    private let clock: Clock
    private let state = Lock(State())
    /// Ends the nap of the connection that keeps trying.
    private let closing = Alarm()
    /// Wakes the thread that watches the queue.
    private let watch = Alarm()

    init(
        name: String, connections: Int, address: Address, settings: Database.Settings,
        clock: Clock
    ) {
        precondition(connections > 0, "a pool without connections does nothing")
        self.name = name
        self.connectionsMax = connections
        self.address = address
        self.settings = settings
        self.clock = clock
    }

    /// Since when there is no connection to be had, and why; nil when all is well.
    var outage: Outage? { state.withLock { $0.outage } }

    /// Work that waits for a connection.
    var waiting: Int { state.withLock { $0.waiting.count } }

    /// Has `work` carried out, now or when a connection is free, or fails it at once.
    func submit(_ id: UInt64, _ work: Work) {
        let waiting = Waiting(id: id, work: work, deadline: .now + settings.waitMax)
        let refusal = state.withLock { state -> DatabaseFailure? in
            if let refusal = state.refusal { return refusal }
            if let connection = state.freeConnection() ?? makeConnection(&state) {
                start(connection, with: waiting)
                return nil
            }
            guard state.waiting.count < settings.queueMax else {
                return .overloaded(retryAfter: settings.waitMax)
            }
            state.waiting.append(waiting)
            watchOver(&state)
            return nil
        }
        if let refusal { work.fail(refusal) }
    }

    /// Sees to it that what was just put into the queue does not wait for ever.
    private func watchOver(_ state: inout State) {
        if !state.isWatched {
            state.isWatched = true
            Thread.start(name: "\(name)-watch") { self.watchQueue() }
        } else if state.waiting.count == 1 {
            watch.ring()
        }
    }

    /// Takes work that still waits out of the queue and fails it; work under way goes on.
    func cancel(_ id: UInt64) {
        let found = state.withLock { $0.waiting.remove { $0.id == id } }
        found?.work.fail(CancellationError())
    }

    /// Takes no more work, fails what waits, and ends the connections after what they do now.
    func close() {
        let left = state.withLock { state -> [Waiting] in
            guard !state.closed else { return [] }
            state.closed = true
            for connection in state.made {
                connection.thread.run { connection.assumeIsolated { $0.close() } }
                connection.thread.close()
            }
            state.made = []
            state.idle = []
            state.lost = []
            return state.takeAllWaiting()
        }
        closing.ring()
        watch.ring()
        for waiting in left {
            waiting.work.fail(DatabaseFailure.unavailable(retryAfter: Backoff.first))
        }
    }

    private func makeConnection(_ state: inout State) -> Connection? {
        guard state.outage == nil, state.made.count < connectionsMax else { return nil }
        let connection = Connection(
            name: "\(name)-\(state.made.count)", address: address, settings: settings)
        state.made.append(connection)
        return connection
    }

    // MARK: On the connections' threads

    private func start(_ connection: Connection, with first: Waiting) {
        connection.thread.run { [self] in
            connection.assumeIsolated { connection in
                var next: Waiting? = first
                while let waiting = next { next = serve(waiting, connection) }
            }
        }
    }

    /// Carries `waiting` out, and says what is next for this connection.
    private func serve(_ waiting: Waiting, _ connection: isolated Connection) -> Waiting? {
        var wasOpen = connection.isOpen
        do {
            try connection.open()
            if !wasOpen { state.withLock { $0.open += 1 } }
            wasOpen = true
            try connection.carryOut(waiting.work)
        } catch {
            guard note(error, on: connection, wasOpen: wasOpen, after: waiting) else { return nil }
            guard keepTrying(connection) else { return nil }
        }
        let (next, failed) = state.withLock { state in
            let next = state.next(for: connection, isOpen: connection.isOpen)
            // This was the last one open, and another keeps trying: nobody comes for what waits.
            return (next, state.refusal == nil ? [] : state.takeAllWaiting())
        }
        turnAway(failed)
        return next
    }

    /// Notes that `connection` cannot be opened; true when it is the one to keep trying.
    private func note(
        _ error: Unreachable, on connection: isolated Connection, wasOpen: Bool,
        after waiting: Waiting
    ) -> Bool {
        let (keepsTrying, failed) = state.withLock { state -> (Bool, [Waiting]) in
            if wasOpen { state.open -= 1 }
            let isFirst = state.outage == nil
            if isFirst {
                state.outage = Outage(since: clock.now, reason: error.reason)
                state.retryAt = .now + Backoff.first
            } else {
                state.lost.append(connection)
            }
            // Others are still open, and take it over.
            if state.open > 0, !state.closed {
                if let other = state.idle.popLast() {
                    start(other, with: waiting)
                } else {
                    state.waiting.prepend(waiting)
                    watchOver(&state)
                }
                return (isFirst, [])
            }
            return (isFirst, [waiting] + state.takeAllWaiting())
        }
        turnAway(failed)
        return keepsTrying
    }

    private func turnAway(_ failed: [Waiting]) {
        for waiting in failed {
            waiting.work.fail(state.withLock { $0.unavailable })
        }
    }

    /// Tries until the connection is open, at ever longer intervals; false once closed.
    private func keepTrying(_ connection: isolated Connection) -> Bool {
        var backoff = Backoff()
        while true {
            let wait = backoff.wait()
            state.withLock { $0.retryAt = .now + wait }
            closing.nap(for: wait)
            if state.withLock({ $0.closed }) { return false }
            do {
                try connection.open()
                state.withLock { state in
                    state.open += 1
                    state.outage = nil
                }
                return true
            } catch {
                state.withLock { $0.outage?.reason = error.reason }
            }
        }
    }

    // MARK: On the watching thread

    /// Turns away what has waited for too long, though every connection is busy.
    private func watchQueue() {
        while true {
            let (closed, waits) = state.withLock { ($0.closed, !$0.waiting.isEmpty) }
            if closed { return }
            watch.nap(for: waits ? Self.tick : nil)
            let late = state.withLock { $0.takeLate(at: .now) }
            for waiting in late {
                waiting.work.fail(DatabaseFailure.overloaded(retryAfter: settings.waitMax))
            }
        }
    }
}
