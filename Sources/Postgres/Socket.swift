internal import Glibc
internal import Units

/// Waiting for a socket that libpq owns.
enum Socket {
    /// Sleeps until `socket` can be read (or written, when there is something to write); false
    /// when that takes longer than `atMost`, or when it is no socket.
    static func wait(_ socket: Int32, toWrite: Bool, atMost: Duration?) -> Bool {
        guard socket >= 0 else { return false }
        let events = toWrite ? POLLIN | POLLOUT : POLLIN
        var entry = pollfd(fd: socket, events: Int16(events), revents: 0)
        let milliseconds = Int32(clamping: atMost?.milliseconds ?? -1)
        while true {
            let ready = unsafe poll(&entry, 1, milliseconds)
            if ready > 0 { return true }
            if ready == 0 { return false }
            guard errno == EINTR else { return false }
        }
    }

    /// Whether there is something to read, or the other side has hung up.
    static func hasInput(_ socket: Int32) -> Bool {
        var entry = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&entry, 1, 0) != 0
    }
}
