import Glibc

/// The request to stop, from the terminal or the operator.
enum Signals {
    private static let channel = AsyncStream.makeStream(of: Void.self)

    private static var stopping: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        return set
    }

    /// Keeps the signals from ending the process: in this thread, and in all that are started after.
    /// To be called on the first thread, before there is another.
    static func block() {
        var set = stopping
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        // A peer that is gone is an error of the write, not the end of the server.
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Yields when asked to stop.
    static var requests: AsyncStream<Void> { channel.stream }

    /// Gives the calling thread to the signals. Asked to stop twice, the process ends at once.
    static func watch() -> Never {
        wait()
        channel.continuation.yield()
        wait()
        _exit(1)
    }

    private static func wait() {
        var set = stopping
        var caught: Int32 = 0
        unsafe _ = sigwait(&set, &caught)
    }
}
