internal import CPostgres

/// What a transaction may do, whatever its role may.
public enum Access: Sendable {
    case readWrite
    case readOnly

    fileprivate var opening: SQL {
        switch self {
        case .readWrite: "begin"
        case .readOnly: "begin read only"
        }
    }
}

extension Wire {
    /// Runs `body` as one transaction and hands `deliver` what it returned, once that is
    /// committed; what was only read is handed over before the closing round trip.
    ///
    /// Throws what `body` threw, the first error of the transaction, `ConnectionLost` when
    /// certainly nothing was committed, or `DatabaseFailure.uncertain`.
    func transact<Value>(
        _ access: Access, as role: Role? = nil, _ body: (borrowing Transaction) throws -> Value,
        deliver: (Value) -> Void
    ) throws {
        try checkIdle()
        failure = nil
        isReading = access == .readOnly
        opening = [access.opening] + ((role ?? settings.role)?.opening ?? [])
        defer {
            opening = nil
            hasBegun = false
            if cache.isFull { forgetStatements() }
        }
        let value = try run(body)
        guard hasBegun else { return deliver(value) }
        if access == .readOnly, isAnswered {
            deliver(value)
            abandon()
        } else {
            try commit()
            deliver(value)
        }
    }

    /// Runs one statement that PostgreSQL refuses inside a transaction.
    func runAlone(_ sql: SQL) throws {
        try checkIdle()
        failure = nil
        hasBegun = true
        defer { hasBegun = false }
        _ = try result(of: try queue(sql))
        try settle()
    }

    /// As above by the simple protocol, which sets no limit to the server's silence.
    func runAlone(simply statement: String) throws {
        try checkIdle()
        failure = nil
        try runSimply(statement)
    }

    /// A server that has something to say to an idle connection says that it is closing it.
    ///
    /// Found out before anything is sent, so that a commit which travels with the first
    /// statements is not of unknown outcome for a connection that was long gone.
    private func checkIdle() throws(ConnectionLost) {
        if isLost || Socket.hasInput(unsafe PQsocket(connection)) {
            isLost = true
            throw ConnectionLost()
        }
    }

    private func run<Value>(_ body: (borrowing Transaction) throws -> Value) throws -> Value {
        let outcome: Result<Value, any Error>
        do {
            let transaction = Transaction(on: self)
            outcome = .success(try body(transaction))
        } catch {
            outcome = .failure(error)
        }
        // What the body made of these errors does not count: they are reasons to run it again.
        if isLost { throw ConnectionLost() }
        if let failure, failure.isTransient || failure.isStaleStatement {
            abandon()
            throw failure
        }
        switch outcome {
        case .failure(let error):
            abandon()
            throw error
        case .success(let value):
            // An error that the body let pass would otherwise end in a silent rollback.
            if let failure {
                abandon()
                throw failure
            }
            return value
        }
    }

    /// Sends `commit` behind whatever is not sent yet, and waits for all of it.
    private func commit() throws {
        let reply: Reply
        do {
            reply = try queue("commit")
        } catch {
            abandon()
            throw error
        }
        do {
            try settle()
        } catch {
            return try judgeLoss(committing: reply)
        }
        if let failure {
            abandon()
            throw failure
        }
        guard case .came(let result) = reply.state, result.tag == "COMMIT" else {
            abandon()
            throw DatabaseFailure.failed(sqlState: "25P02", message: "rolled back at its commit")
        }
    }

    /// The connection went away after `commit` was sent: what is certain about it?
    private func judgeLoss(committing reply: Reply) throws {
        switch reply.state {
        case .came(let result) where result.tag == "COMMIT":
            return
        case .came, .failed:
            // Ended while it was committing: a server that waits for its standbys has committed.
            throw DatabaseFailure.uncertain
        case .awaited:
            // An error at a statement before it: the server never came to the commit.
            guard failure != nil else { throw DatabaseFailure.uncertain }
            throw ConnectionLost()
        }
    }

    /// Rolls back and takes in all that is still owed. A connection that resists is given up.
    private func abandon() {
        guard hasBegun, !isLost else { return }
        let first = failure
        defer { failure = first }
        do {
            _ = try queue("rollback")
            try settle()
            // An error before the rollback in the same pipeline made the server skip it.
            if unsafe PQtransactionStatus(connection) != PQTRANS_IDLE {
                _ = try queue("rollback")
                try settle()
            }
        } catch {
            isLost = true
        }
        if unsafe PQtransactionStatus(connection) != PQTRANS_IDLE { isLost = true }
    }
}

extension Wire {
    /// Drops every prepared statement. Not in a transaction.
    func forgetStatements() {
        guard !isLost else { return }
        // The simple protocol, since a pooler between takes notice of it only there.
        do {
            try runSimply("deallocate all")
            cache.forgetAll()
        } catch {
            isLost = true
        }
    }

    /// Runs a script of several statements inside the open transaction.
    ///
    /// A script that ends the transaction itself is refused, too late to undo it.
    func run(script: String) throws {
        if !hasBegun { _ = try send("select 1") }
        try settle()
        if let failure { throw failure }
        do {
            try runSimply(script)
        } catch let error as DatabaseFailure {
            failure = error
            throw error
        }
        guard unsafe PQtransactionStatus(connection) == PQTRANS_INTRANS else {
            throw DatabaseFailure.failed(
                sqlState: "25000", message: "the script ended the transaction it runs in")
        }
    }

    private func runSimply(_ script: String) throws {
        guard unsafe PQexitPipelineMode(connection) == 1,
            let pointer = unsafe PQexec(connection, script)
        else {
            isLost = true
            throw ConnectionLost()
        }
        let result = unsafe ResultSet(pointer)
        guard unsafe PQstatus(connection) == CONNECTION_OK,
            unsafe PQenterPipelineMode(connection) == 1
        else {
            isLost = true
            throw ConnectionLost()
        }
        guard result.status == PGRES_FATAL_ERROR else { return }
        if result.endsConnection(reading: isReading) { isLost = true }
        throw result.failure(of: script)
    }
}
