internal import Synchronization
public import Units

/// A PostgreSQL database behind a few connections, opened when they are first needed.
///
/// A transaction is a closure that runs on a connection's own thread, so it may be run more than
/// once: after a deadlock, a serialization failure, or a connection lost before its commit.
public final class Database: Sendable {
    static let malformed = "the database URL is malformed"

    private let pool: Pool?
    private let made = Atomic<UInt64>(0)

    /// Connects nowhere yet. `url` is a `postgres://` URL or `key=value` pairs, as libpq takes
    /// them; with a malformed one every call throws (see `accepts`). `clock` dates outages.
    public init(
        url: Secret, connections: Int, settings: Settings = Settings(), clock: Clock = .system
    ) {
        pool = Address(url, settings: settings).map {
            Pool(
                name: "postgres", connections: connections, address: $0, settings: settings,
                clock: clock)
        }
    }

    /// As above, for a URL that is no secret.
    public convenience init(
        url: String, connections: Int, settings: Settings = Settings(), clock: Clock = .system
    ) {
        self.init(url: Secret(url), connections: connections, settings: settings, clock: clock)
    }

    deinit { close() }

    /// Whether libpq understands `url`.
    public static func accepts(_ url: Secret) -> Bool {
        Address(url, settings: Settings()) != nil
    }

    /// Runs `body` in a transaction and returns what it returned once that is committed.
    ///
    /// Rolls back and throws what `body` throws. Otherwise throws `DatabaseFailure`, or
    /// `CancellationError` when the task is cancelled before a connection was free.
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await run { try $0.transact(.readWrite, body, deliver: $1) }
    }

    /// As `transaction`, but PostgreSQL refuses every change. `role` stands in for the settings'.
    public func read<Value: Sendable>(
        as role: Role? = nil,
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await run { try $0.transact(.readOnly, as: role, body, deliver: $1) }
    }

    /// Runs one statement that cannot stand in a transaction: `create database`, `vacuum`.
    public func runAlone(_ sql: SQL) async throws {
        try await run { wire, deliver in
            try wire.runAlone(sql)
            deliver(())
        }
    }

    /// As above for several statements, in order and all on one connection, however long each takes,
    /// then `last`, and then `closing`, also after a failure. They may be run more than once.
    func runAlone(_ statements: [String], last: SQL, closing: [String]) async throws {
        try await run { wire, deliver in
            let outcome = Result {
                for statement in statements { try wire.runAlone(simply: statement) }
                try wire.runAlone(last)
            }
            // A connection that is lost has lost what it held.
            for statement in closing { try? wire.runAlone(simply: statement) }
            try outcome.get()
            deliver(())
        }
    }

    /// Since when there is no connection to be had, and why; nil when all is well.
    public var outage: Outage? { pool?.outage }

    /// Transactions that wait for a connection.
    public var waiting: Int { pool?.waiting ?? 0 }

    /// Takes no more transactions, fails those that wait, and closes each connection after the
    /// one it is in.
    public func close() { pool?.close() }

    private func run<Value: Sendable>(
        _ work: @escaping @Sendable (Wire, (Value) -> Void) throws -> Void
    ) async throws -> Value {
        guard let pool else {
            throw DatabaseFailure.failed(sqlState: "08001", message: Self.malformed)
        }
        try Task.checkCancellation()
        let id = made.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                pool.submit(
                    id,
                    Work(
                        run: { wire in try work(wire) { continuation.resume(returning: $0) } },
                        fail: { continuation.resume(throwing: $0) }))
            }
        } onCancel: {
            pool.cancel(id)
        }
    }
}
