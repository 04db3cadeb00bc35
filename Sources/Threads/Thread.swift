import Glibc

/// A thread of the operating system, for what must block without holding anyone else up.
public enum Thread {
    private final class Start: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, _ body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }

    /// Runs `body` on a new detached thread, shown under `name` (15 bytes at most) by `top -H`.
    public static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let argument = unsafe Unmanaged.passRetained(Start(name: name, body)).toOpaque()
        let failed = unsafe create(argument)
        precondition(failed == 0, "the system refused a thread: \(failed)")
    }

    private static func create(_ argument: UnsafeMutableRawPointer) -> Int32 {
        var thread = pthread_t()
        let failed = unsafe pthread_create(&thread, nil, { unsafe Thread.main($0) }, argument)
        if failed == 0 { pthread_detach(thread) }
        return failed
    }

    private static func main(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument = unsafe argument else { return nil }
        let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        nameThisThread(start.name)
        start.body()
        return nil
    }

    /// `pthread_setname_np` is hidden behind `_GNU_SOURCE`; the kernel's file does the same.
    private static func nameThisThread(_ name: String) {
        let file = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        let bytes = Array(name.utf8.prefix(15))
        unsafe _ = write(file, bytes, bytes.count)
        close(file)
    }
}
