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

    /// Returns when the database could take a paid call; throws when it could not.
    ///
    /// A row is locked, as admission does: a server that only reads, or hangs at its commits, is not
    /// ready however well it answers.
    public func check() async throws {
        _ = try await database.transaction {
            try $0.execute("select 1 from server order by id limit 1 for update skip locked")
        }
    }
}
