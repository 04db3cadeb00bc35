internal import Glibc
internal import Synchronization
internal import Threads

/// The one thread on which a connection is used, as the executor of its actor.
///
/// libpq is called blocking: a thread that sleeps in `poll` costs a switch less than a connection
/// driven by an event loop, and a transaction stays a plain closure.
final class ConnectionThread: SerialExecutor {
    private enum Work: Sendable {
        case job(UnownedJob)
        case body(@Sendable () -> Void)
    }

    private let queue = WorkQueue<Work>()
    /// The running thread; 0 before it runs and after it has ended.
    private let current = Atomic<UInt>(0)

    /// Starts the thread. It ends with `close`.
    init(name: String) {
        Thread.start(name: name) { [self] in
            current.store(UInt(pthread_self()), ordering: .releasing)
            while let work = queue.waitForOne() {
                switch work {
                case .job(let job):
                    unsafe job.runSynchronously(on: asUnownedSerialExecutor())
                case .body(let body): body()
                }
            }
            current.store(0, ordering: .releasing)
        }
    }

    /// Runs `body` on the thread, after what was given to it before.
    func run(_ body: @escaping @Sendable () -> Void) {
        let taken = queue.append(.body(body))
        precondition(taken, "a connection was given work after it had been closed")
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let taken = queue.append(.job(UnownedJob(job)))
        precondition(taken, "a connection was given work after it had been closed")
    }

    /// Ends the thread once everything given to it is done.
    func close() { queue.close() }

    func checkIsolated() {
        precondition(isCurrent, "a connection was used outside of its thread")
    }

    func isIsolatingCurrentContext() -> Bool? { isCurrent }

    private var isCurrent: Bool {
        current.load(ordering: .acquiring) == UInt(pthread_self())
    }
}
