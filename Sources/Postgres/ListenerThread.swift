internal import Glibc
internal import Synchronization
internal import Threads

/// The thread of a `Listener`, which does not keep the listener itself alive.
final class ListenerThread: Sendable {
    private let address: Address
    private let channel: String
    private let keepAlive: Duration
    private let onWake: @Sendable () -> Void

    private let ending = Ending()
    /// Held during a call of `onWake`, so that `close` can wait for its end.
    private let calling = Lock(())
    /// The running thread; 0 before it runs and after it has ended.
    private let current = Atomic<UInt>(0)

    /// Starts the thread. It ends with `close`.
    init(
        address: Address, channel: String, keepAlive: Duration,
        onWake: @escaping @Sendable () -> Void
    ) {
        self.address = address
        self.channel = channel
        self.keepAlive = keepAlive
        self.onWake = onWake
        Thread.start(name: "postgres-listen") { [self] in
            current.store(UInt(pthread_self()), ordering: .releasing)
            run()
            current.store(0, ordering: .releasing)
        }
    }

    /// Ends the thread, and waits for the call under way, unless that is who calls.
    func close() {
        ending.end()
        if current.load(ordering: .acquiring) != UInt(pthread_self()) { calling.withLock { _ in } }
    }

    private func wake() {
        calling.withLock { _ in
            if !ending.isOver { onWake() }
        }
    }

    /// Connects again and again, ever more slowly while connections do not last.
    private func run() {
        var backoff = Backoff()
        while !ending.isOver {
            if let lasted = listen(), lasted > Backoff.longest { backoff = Backoff() }
            _ = ending.wait(until: .now + backoff.wait())
        }
    }

    /// Listens on one connection until it is lost; for how long, or nil when there was none.
    private func listen() -> Duration? {
        guard let wire = ListeningWire(address, ending: ending), wire.listen(to: channel) else {
            return nil
        }
        let start = ContinuousClock.now
        // What was sent while nobody listened is lost.
        wake()
        while !ending.isOver, wire.receive() {
            // Only when nothing was left: bytes that TLS has taken off the socket do not end a wait.
            if wire.takeNotifications() {
                wake()
            } else if !stays(wire) {
                break
            }
        }
        return start.duration(to: .now)
    }

    /// Waits for the server to speak, or makes it; false when it does not any more.
    private func stays(_ wire: ListeningWire) -> Bool {
        switch wire.wait(until: .now + keepAlive) {
        case .ready: true
        case .timeIsUp: wire.isAlive()
        case .over: false
        }
    }
}
