public import Postgres
public import Units

/// The database as it is offered to what serves customers: reading is always reading as somebody.
///
/// A read sees the rows of its account, however wrong its statements are: the database itself adds
/// that condition to each of them. Changes are made by the verbs of this target, as the engine.
public struct CustomerDatabase: Sendable {
    private let database: Database

    /// `database` is one of the engine's.
    public init(_ database: Database) {
        self.database = database
    }

    /// Runs `body` in a transaction that only reads, and sees only what is `account`'s or nobody's.
    public func read<Value: Sendable>(
        as account: ID<Account>,
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await database.read(as: .reader(of: account), body)
    }

    /// Runs verbs that change something, in one transaction.
    public func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing Transaction) throws -> Value
    ) async throws -> Value {
        try await database.transaction(body)
    }

    /// Returns when the database has answered; throws when it does not.
    public func check() async throws {
        _ = try await database.read(as: .reader) { try $0.execute("select 1") }
    }
}
