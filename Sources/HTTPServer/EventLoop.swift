import CEpoll
import Glibc
import Synchronization
import Threads
import Units

/// A thread that waits for sockets and, between their events, runs the tasks that serve them.
///
/// It is the preferred executor of every handler: a request is decoded, handled and answered
/// without a change of thread. Everything a connection owns is touched on this thread only.
@safe final class EventLoop: TaskExecutor, SerialExecutor, @unchecked Sendable {
    /// Work handed over by other threads.
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var calls: [() -> Void] = []
        var isEmpty: Bool { jobs.isEmpty && calls.isEmpty }
    }

    private static let wakeupToken = UInt64.max
    private static let listenerToken = UInt64.max - 1
    /// Rounds of ready jobs before sockets are looked at again: tasks that always have a next step
    /// must not keep sockets waiting.
    private static let jobRoundsMax = 16
    private static let scratchBytes = 64 * 1024

    let shared: Shared
    let counters = Counters()
    private let epoll: Int32
    private let wakeup: Int32
    private let thread = Atomic<UInt>(0)
    private let inbox = Lock(Inbox())
    private var jobs: [UnownedJob] = []
    private var running: [UnownedJob] = []
    private var events = [cepoll_event](
        repeating: cepoll_event(), count: Int(CEPOLL_EVENTS_MAX))

    private var connections: [Connection?] = []
    private(set) var connectionCount = 0
    private var generation: UInt32 = 0
    private var listener: Listener?
    /// Handlers that have not returned; the thread lives until they have.
    var handlersRunning = 0

    /// Milliseconds of the monotonic clock when the current round began.
    private(set) var now: Int64 = 0
    private var nextSweep: Int64 = 0
    private var drainDeadline: Int64?
    private var finished: (@Sendable () -> Void)?
    private(set) var date = DateField()
    /// Where every read of this loop lands; what is left over moves to its connection.
    let scratch = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: scratchBytes)
    /// Where every answer is put together; emptied before each.
    var outgoing: [UInt8] = []

    /// Makes the loop without starting it; throws when the system has no descriptors left.
    init(_ shared: Shared) throws(ListeningFailure) {
        self.shared = shared
        epoll = cepoll_create()
        wakeup = cepoll_wakeup_create()
        guard epoll >= 0, wakeup >= 0, cepoll_watch_wakeup(epoll, wakeup, Self.wakeupToken) == 0
        else { throw ListeningFailure("the system refused an event queue") }
    }

    deinit {
        if epoll >= 0 { close(epoll) }
        if wakeup >= 0 { close(wakeup) }
        unsafe scratch.deallocate()
    }

    /// Whether the caller runs on this loop's thread.
    var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

    /// Whether the server is stopping: answers say `Connection: close`.
    var isDraining: Bool { drainDeadline != nil }

    // MARK: Executor

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent {
            jobs.append(job)
        } else {
            post { $0.jobs.append(job) }
        }
    }

    func checkIsolated() {
        precondition(isCurrent, "called off the event loop's thread")
    }

    func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Runs `call` on the loop's thread: at once when this is it, else as soon as it wakes up.
    func run(_ call: @escaping @Sendable () -> Void) {
        if isCurrent { call() } else { post { $0.calls.append(call) } }
    }

    /// Runs `call` after the events and jobs that are due now.
    func runLater(_ call: @escaping @Sendable () -> Void) {
        post { $0.calls.append(call) }
    }

    private func post(_ add: (inout Inbox) -> Void) {
        let wasEmpty = inbox.withLock { inbox in
            let wasEmpty = inbox.isEmpty
            add(&inbox)
            return wasEmpty
        }
        // Whoever fills an empty inbox wakes the loop; those behind it find it woken.
        if wasEmpty { _ = cepoll_wakeup_signal(wakeup) }
    }

    // MARK: The thread

    /// Serves until told to drain, then calls `finished` when nothing is left to serve.
    func start(name: String, finished: @escaping @Sendable () -> Void) {
        self.finished = finished
        Thread.start(name: name) { self.serve() }
    }

    private func serve() {
        thread.store(UInt(pthread_self()), ordering: .relaxed)
        // sendfile has no flag against the signal; blocked, it is never delivered to this thread.
        cepoll_block_sigpipe()
        tick()
        while finished != nil || handlersRunning > 0 {
            let count = unsafe events.withUnsafeMutableBufferPointer {
                unsafe cepoll_wait(epoll, $0.baseAddress, waitMilliseconds())
            }
            precondition(count >= 0, "the system refused to wait for events: \(-count)")
            tick()
            for index in 0..<Int(count) { dispatch(events[index]) }
            runJobs()
            if now >= nextSweep { sweep() }
        }
        // The system may give the thread's name to another one.
        thread.store(0, ordering: .relaxed)
    }

    private func tick() {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        now = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// No longer than to the next sweep; for ever when there is nothing to sweep.
    private func waitMilliseconds() -> Int32 {
        if !jobs.isEmpty { return 0 }
        if connectionCount == 0, !isDraining, listener?.isPaused != true { return -1 }
        return Int32(clamping: max(0, nextSweep - now))
    }

    private func dispatch(_ event: cepoll_event) {
        switch event.token {
        case Self.wakeupToken: takeInbox()
        case Self.listenerToken: listener?.accept()
        default:
            // A slot may have passed to another connection since the event was reported.
            let slot = Int(event.token & 0xFFFF_FFFF)
            guard let connection = connections[slot],
                connection.generation == UInt32(event.token >> 32)
            else { return }
            connection.happened(Events(rawValue: event.happened))
        }
    }

    private func takeInbox() {
        let taken = inbox.withLock { inbox in
            defer { inbox = Inbox() }
            return inbox
        }
        jobs.append(contentsOf: taken.jobs)
        for call in taken.calls { call() }
    }

    private func runJobs() {
        var rounds = 0
        while !jobs.isEmpty, rounds < Self.jobRoundsMax {
            // Two arrays take turns, so that neither is ever allocated anew.
            swap(&running, &jobs)
            for index in running.indices {
                unsafe running[index].runSynchronously(on: asUnownedTaskExecutor())
            }
            running.removeAll(keepingCapacity: true)
            rounds += 1
        }
    }

    // MARK: Connections

    /// Serves `descriptor` from now on.
    func adopt(_ descriptor: Int32, peer: IPAddress?) {
        let slot = Int(descriptor)
        while connections.count <= slot { connections.append(nil) }
        generation &+= 1
        // The two highest tokens belong to the loop itself.
        if generation == .max { generation = 1 }
        let token = UInt64(generation) << 32 | UInt64(slot)
        guard !isDraining, let socket = shared.socket(descriptor),
            cepoll_watch_connection(epoll, descriptor, token) == 0
        else {
            close(descriptor)
            shared.released(peer, loop: self)
            return
        }
        let connection = Connection(on: self, socket, peer: peer, generation: generation)
        connections[slot] = connection
        connectionCount += 1
        // Looked at within a sweep, even if the loop slept without one until now.
        nextSweep = min(nextSweep, now + shared.limits.sweepMilliseconds)
        if nextSweep < now { nextSweep = now + shared.limits.sweepMilliseconds }
    }

    /// Forgets `connection` and closes its socket.
    func release(_ connection: Connection) {
        connections[Int(connection.socket.descriptor)] = nil
        connectionCount -= 1
        close(connection.socket.descriptor)
        shared.released(connection.peer, loop: self)
    }

    /// Accepts connections from `listener` for all loops, once started.
    func listen(_ listener: Listener) {
        self.listener = listener
        resumeListening()
    }

    func resumeListening() {
        guard let listener else { return }
        _ = cepoll_watch_listener(epoll, listener.descriptor, Self.listenerToken)
    }

    func pauseListening() {
        guard let listener else { return }
        _ = cepoll_unwatch(epoll, listener.descriptor)
    }

    // MARK: Time

    /// Ends what has waited too long. Deadlines are fields of the connections, moved by plain
    /// stores; looking through all of them now and then is cheaper than keeping them in order.
    private func sweep() {
        nextSweep = now + shared.limits.sweepMilliseconds
        listener?.resume()
        for slot in connections.indices {
            guard let connection = connections[slot], connection.deadline <= now else { continue }
            connection.expire()
        }
        if let drainDeadline, finished != nil { finishDraining(by: drainDeadline) }
    }

    /// Stops: takes nothing new, lets running requests finish, closes the rest.
    func drain() {
        guard drainDeadline == nil else { return }
        tick()
        listener?.close()
        listener = nil
        drainDeadline = now + shared.limits.drain.milliseconds
        nextSweep = now
        for slot in connections.indices { connections[slot]?.endIfIdle() }
    }

    private func finishDraining(by deadline: Int64) {
        if now >= deadline {
            for slot in connections.indices { connections[slot]?.close() }
        }
        let isLate = now >= deadline + shared.limits.drainGrace.milliseconds
        guard connectionCount == 0, handlersRunning == 0 || isLate else { return }
        finished?()
        finished = nil
    }

    /// The `Date` field of this second.
    func refreshDate() { date.refresh(shared.clock.now) }
}

/// What happened to a socket.
struct Events: OptionSet {
    let rawValue: UInt32

    static let readable = Events(rawValue: UInt32(CEPOLL_READABLE))
    static let writable = Events(rawValue: UInt32(CEPOLL_WRITABLE))
    /// The peer will send no more.
    static let peerClosed = Events(rawValue: UInt32(CEPOLL_PEER_CLOSED))
    /// The connection is reset, or both directions are closed.
    static let broken = Events(rawValue: UInt32(CEPOLL_BROKEN))
}
