import Glibc

/// What the terminal or the operator asks of a running program: to stop, or to read its files again.
enum Signals {
    private static let channel = AsyncStream.makeStream(of: Void.self)

    private static let reloading = AsyncStream.makeStream(
        of: Void.self, bufferingPolicy: .bufferingNewest(1))

    private static var watched: sigset_t {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe sigaddset(&set, SIGHUP)
        return set
    }

    /// Keeps the signals from ending the process: in this thread, and in all that are started after.
    /// To be called on the first thread, before there is another.
    static func block() {
        var set = watched
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        // A peer that is gone is an error of the write, not the end of the server.
        _ = signal(SIGPIPE, SIG_IGN)
    }

    /// Yields when asked to stop.
    static var requests: AsyncStream<Void> { channel.stream }

    /// Yields when files that were read at the start are to be read again (SIGHUP). A signal that
    /// comes before anything listens is kept; a program that reads nothing again ignores it, since
    /// a reload that ends a server, or a migration half way, is never what was meant.
    static var reloads: AsyncStream<Void> { reloading.stream }

    /// Gives the calling thread to the signals. Asked to stop twice, the process ends at once.
    static func watch() -> Never {
        waitForStop()
        channel.continuation.yield()
        waitForStop()
        _exit(1)
    }

    private static func waitForStop() {
        var set = watched
        while true {
            var caught: Int32 = 0
            unsafe _ = sigwait(&set, &caught)
            guard caught == SIGHUP else { return }
            reloading.continuation.yield()
        }
    }
}
