internal import CPostgres
internal import Units

/// One connection to the server, in libpq's pipeline mode, used by one thread.
///
/// What is sent gathers until somebody waits for an answer; then it goes out with one sync at its
/// end. Sending and reading overlap, since with both buffers full each side would wait for the
/// other. Source: PostgreSQL's manual, "Pipeline Mode".
@safe final class Wire {
    /// What the server owes us, in order.
    private enum Owed {
        case preparation(StatementCache.Key, Reply)
        case reply(Reply)
        case sync
    }

    /// Statements on the way at once. A transaction that sends more waits for them first.
    private static let statementsMax = 1000

    let connection: OpaquePointer
    let settings: Database.Settings
    var cache = StatementCache()
    private var owed = Line<Owed>()
    private(set) var unsynced = 0
    private var unanswered = 0
    private var parameters = Parameters()

    /// The connection is of no use any more.
    var isLost = false
    /// The first error of the transaction.
    var failure: DatabaseFailure?
    /// `begin` and its role, sent before the first statement of a transaction; nil outside of one.
    var opening: [SQL]?
    var hasBegun = false
    /// The transaction only reads, by our own wish.
    var isReading = false

    /// Takes over a connection that libpq made.
    init(_ connection: OpaquePointer, settings: Database.Settings) {
        unsafe self.connection = unsafe connection
        self.settings = settings
        unsafe PQsetnonblocking(connection, 1)
        unsafe PQenterPipelineMode(connection)
    }

    deinit {
        unsafe PQfinish(connection)
    }

    // MARK: Sending

    /// Queues `sql` as the next statement of the open transaction.
    func send(_ sql: SQL) throws -> Reply {
        if let failure { throw failure }
        if isLost { throw ConnectionLost() }
        guard let opening else {
            preconditionFailure("a transaction was used after it had ended")
        }
        if !hasBegun {
            hasBegun = true
            for statement in opening { _ = try queue(statement) }
        }
        let reply = try queue(sql)
        if unsynced >= Self.statementsMax { try settle() }
        return reply
    }

    func queue(_ sql: SQL) throws -> Reply {
        let key = StatementCache.Key(text: sql.text, types: sql.binds.map(\.type))
        let reply = Reply(to: sql.text)
        let sent: Int32
        switch cache.choose(key) {
        case .none:
            sent = unsafe parameters.with(sql) {
                unsafe PQsendQueryParams(connection, sql.text, $0, key.types, $1, $2, $3, 1)
            }
        case .known(let name):
            sent = unsafe parameters.with(sql) {
                unsafe PQsendQueryPrepared(connection, name, $0, $1, $2, $3, 1)
            }
        case .new(let name):
            let count = Int32(clamping: key.types.count)
            guard unsafe PQsendPrepare(connection, name, sql.text, count, key.types) == 1 else {
                cache.forget(key)
                throw refused()
            }
            owed.append(.preparation(key, reply))
            sent = unsafe parameters.with(sql) {
                unsafe PQsendQueryPrepared(connection, name, $0, $1, $2, $3, 1)
            }
        }
        guard sent == 1 else { throw refused() }
        owed.append(.reply(reply))
        unanswered += 1
        unsynced += 1
        return reply
    }

    /// libpq did not take a statement: too many parameters, no memory, or no connection.
    private func refused() -> any Error {
        let message = unsafe PQerrorMessage(connection).map { unsafe String(cString: $0) } ?? ""
        if unsafe PQstatus(connection) == CONNECTION_BAD {
            isLost = true
            return ConnectionLost()
        }
        let failure = DatabaseFailure.failed(sqlState: "08P01", message: message)
        self.failure = self.failure ?? failure
        return failure
    }

    func sync() throws(ConnectionLost) {
        guard unsafe PQpipelineSync(connection) == 1 else { throw lost() }
        owed.append(.sync)
        unsynced = 0
    }

    // MARK: Receiving

    /// The result of `reply`; waits for it if need be. Throws the transaction's first error.
    func result(of reply: Reply) throws -> ResultSet {
        if reply.isAwaited {
            guard hasBegun else {
                preconditionFailure("a statement was asked for after its transaction had ended")
            }
            if unsynced > 0 { try sync() }
            while reply.isAwaited { try readNext() }
        }
        switch reply.state {
        case .came(let result): return result
        case .failed(let failure): throw self.failure ?? failure
        case .awaited: throw ConnectionLost()
        }
    }

    /// Sends what is queued and waits for every answer. Errors are kept in `failure`.
    func settle() throws(ConnectionLost) {
        if unsynced > 0 { try sync() }
        while !owed.isEmpty { try readNext() }
    }

    /// Takes in all that the server says to the oldest thing it owes.
    private func readNext() throws(ConnectionLost) {
        guard let next = owed.popFirst() else { throw lost() }
        var last: ResultSet?
        while true {
            try awaitInput()
            guard let pointer = unsafe PQgetResult(connection) else { break }
            let result = unsafe ResultSet(pointer)
            if result.status == PGRES_PIPELINE_SYNC {
                guard case .sync = next else { throw lost() }
                return
            }
            last = result
        }
        guard let last else { throw lost() }
        switch next {
        case .sync: throw lost()
        case .reply(let reply):
            unanswered -= 1
            note(last, reply)
        case .preparation(let key, let reply):
            if last.status == PGRES_COMMAND_OK { return }
            cache.forget(key)
            note(last, reply)
        }
        if unsafe PQstatus(connection) == CONNECTION_BAD { throw lost() }
    }

    private func note(_ result: ResultSet, _ reply: Reply) {
        // A failed preparation has settled it; what follows only says that it was skipped.
        guard reply.isAwaited else { return }
        switch result.status {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
            reply.state = .came(result)
        case PGRES_PIPELINE_ABORTED:
            let skipped = DatabaseFailure.failed(
                sqlState: "25P02", message: "skipped, since a statement before it failed")
            reply.state = .failed(failure ?? skipped)
            failure = failure ?? skipped
        case PGRES_FATAL_ERROR:
            if result.endsConnection(reading: isReading) { isLost = true }
            // libpq's own word says nothing about how far the server came.
            if result.isSilence { return }
            let error = result.failure(of: reply.text)
            reply.state = .failed(error)
            failure = failure ?? error
        default:
            // COPY and the like, which leave the connection in a state that we do not speak.
            let error = DatabaseFailure.failed(
                sqlState: "0A000", message: "COPY is not spoken here")
            reply.state = .failed(error)
            failure = failure ?? error
            isLost = true
        }
    }

    /// Waits until libpq can answer without blocking, sending meanwhile what is left to send.
    private func awaitInput() throws(ConnectionLost) {
        if isLost { throw ConnectionLost() }
        while unsafe PQisBusy(connection) == 1 {
            let unsent = unsafe PQflush(connection)
            guard unsent >= 0 else { throw lost() }
            let socket = unsafe PQsocket(connection)
            let silenceMax = settings.silenceMax(statements: owed.count)
            guard Socket.wait(socket, toWrite: unsent == 1, atMost: silenceMax) else {
                throw lost()
            }
            guard unsafe PQconsumeInput(connection) == 1 else { throw lost() }
        }
    }

    /// Whether every statement has been answered.
    var isAnswered: Bool { unanswered == 0 }

    private func lost() -> ConnectionLost {
        isLost = true
        return ConnectionLost()
    }
}
