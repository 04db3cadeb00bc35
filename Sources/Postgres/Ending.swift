internal import Glibc
internal import Synchronization
internal import Units

/// The end of a thread that waits for a socket, told to it from outside.
///
/// A pair of sockets: once one of them is shut down, the other is readable for good, so that no
/// wait in `poll`, under way or to come, misses it.
final class Ending: Sendable {
    /// What ended a wait.
    enum Event {
        /// The socket is ready, or the other side has hung up.
        case ready
        case timeIsUp
        /// The thread is to end.
        case over
    }

    private let told: Int32
    private let telling: Int32
    private let isTold = Atomic(false)

    init() {
        var pair: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let failed = unsafe socketpair(AF_UNIX, type, 0, &pair)
        precondition(failed == 0, "the system refused a pair of sockets: \(errno)")
        (told, telling) = (pair[0], pair[1])
    }

    deinit {
        close(told)
        close(telling)
    }

    /// Whether `end` has been called.
    var isOver: Bool { isTold.load(ordering: .acquiring) }

    /// Ends every wait from now on.
    func end() {
        isTold.store(true, ordering: .releasing)
        shutdown(telling, Int32(SHUT_RDWR))
    }

    /// Sleeps until `socket` can be read (or written, when there is something to write), until
    /// `deadline`, or until the end. A negative socket is never ready.
    func wait(
        for socket: Int32 = -1, toWrite: Bool = false, until deadline: ContinuousClock.Instant
    ) -> Event {
        let events = toWrite ? POLLIN | POLLOUT : POLLIN
        var entries = [
            pollfd(fd: told, events: Int16(POLLIN), revents: 0),
            pollfd(fd: socket, events: Int16(events), revents: 0),
        ]
        while true {
            let rest = ContinuousClock.now.duration(to: deadline)
            // Rounded up: what is left of a millisecond is slept through as well.
            let milliseconds = rest > .zero ? rest.milliseconds + 1 : 0
            let ready = unsafe poll(&entries, 2, Int32(clamping: milliseconds))
            if isOver { return .over }
            if ready > 0 { return .ready }
            if ready == 0, ContinuousClock.now >= deadline { return .timeIsUp }
            precondition(ready >= 0 || errno == EINTR, "the system refused to wait: \(errno)")
        }
    }
}
