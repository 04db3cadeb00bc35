internal import CPostgres

/// One connection to the server that only listens, used by one thread.
///
/// Not a `Wire`: that takes a server which speaks unasked for one that is closing the connection.
@safe final class ListeningWire {
    /// A server that lets a trivial statement wait for longer is dead or stopped, whatever TCP says.
    private static let silenceMax: Duration = .seconds(10)

    private let connection: OpaquePointer
    private let ending: Ending

    /// Connects, blocking for at most `connect_timeout` a host; nil when it is not let in.
    init?(_ address: Address, ending: Ending) {
        guard let pointer = unsafe address.connect() else { return nil }
        unsafe connection = unsafe pointer
        self.ending = ending
        guard unsafe PQstatus(pointer) == CONNECTION_OK else { return nil }
        // libpq would print what the server remarks to the standard error.
        unsafe PQsetNoticeReceiver(pointer, { _, _ in }, nil)
        unsafe PQsetnonblocking(pointer, 1)
    }

    deinit {
        unsafe PQfinish(connection)
    }

    /// Starts to listen; false when the server refuses, is silent, or it is all over.
    func listen(to channel: String) -> Bool {
        let statement: SQL = "listen \(identifier: channel)"
        return ask(statement.text)
    }

    /// Whether the server still answers.
    func isAlive() -> Bool { ask("select 1") }

    /// Takes in what has come, without waiting; false once the connection is lost.
    func receive() -> Bool {
        unsafe PQconsumeInput(connection) == 1
    }

    /// Takes all notifications out of what has come, and says whether there were any.
    func takeNotifications() -> Bool {
        var tookAny = false
        while let notification = unsafe PQnotifies(connection) {
            unsafe PQfreemem(notification)
            tookAny = true
        }
        return tookAny
    }

    /// Sleeps until the server speaks, until `deadline`, or until the end.
    func wait(until deadline: ContinuousClock.Instant) -> Ending.Event {
        ending.wait(for: unsafe PQsocket(connection), until: deadline)
    }

    /// Has the server carry out `statement`; false when it did not, or not in time.
    private func ask(_ statement: String) -> Bool {
        guard unsafe PQsendQuery(connection, statement) == 1 else { return false }
        let deadline = ContinuousClock.now + Self.silenceMax
        var isDone = true
        while awaitResult(until: deadline) {
            guard let pointer = unsafe PQgetResult(connection) else { return isDone }
            let status = unsafe ResultSet(pointer).status
            if status != PGRES_COMMAND_OK, status != PGRES_TUPLES_OK { isDone = false }
        }
        return false
    }

    /// Waits until libpq can answer without blocking, sending meanwhile what is left to send.
    private func awaitResult(until deadline: ContinuousClock.Instant) -> Bool {
        while unsafe PQisBusy(connection) == 1 {
            let unsent = unsafe PQflush(connection)
            let socket = unsafe PQsocket(connection)
            guard unsent >= 0, socket >= 0,
                ending.wait(for: socket, toWrite: unsent == 1, until: deadline) == .ready,
                receive()
            else { return false }
        }
        return true
    }
}
