/// There is no connection to the database, and why: for the operator who starts a program.
public struct DatabaseUnreachable: Error, CustomStringConvertible {
    /// In one line: what libpq or the server said about the last attempt, which names host, role,
    /// database or certificate and no password; nil where nothing was said.
    public let reason: String?

    init(_ outage: Outage?) {
        reason = outage.map(\.line).flatMap { $0.isEmpty ? nil : $0 }
    }

    public var description: String {
        "the database at DATABASE_URL cannot be reached" + (reason.map { ": \($0)" } ?? "")
    }
}

extension Database {
    /// Returns what `body` does; where it finds no connection, throws `DatabaseUnreachable`.
    public func sayingWhyUnreachable<Value>(
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch DatabaseFailure.unavailable {
            throw DatabaseUnreachable(outage)
        }
    }
}
