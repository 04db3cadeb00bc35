/// What the database, or the way to it, did not do. Never holds a password or a bound value.
public enum DatabaseFailure: Error, Hashable, Sendable {
    /// There is no connection and nothing was done; trying again may help after that long.
    case unavailable(retryAfter: Duration)
    /// Too much waits already and nothing was done; trying again may help after that long.
    case overloaded(retryAfter: Duration)
    /// A constraint said no and nothing was done. For `not null`, which has no name of its own,
    /// the name is `table.column`.
    case constraint(name: String, sqlState: String, message: String)
    /// Two transactions waited for each other, this one gave way, and retrying did not help.
    case deadlock(message: String)
    /// The isolation level could not be kept, and retrying did not help.
    case serialization(message: String)
    /// The connection was lost while committing: it was all done, or nothing was.
    case uncertain
    /// Anything else that PostgreSQL, or a mismatch of types, refused; nothing was done.
    case failed(sqlState: String, message: String)

    /// Whether running the same transaction again may well succeed at once.
    var isTransient: Bool {
        switch self {
        case .deadlock, .serialization: true
        default: false
        }
    }

    /// Whether the server forgot, or may no longer use, a statement that we prepared: the table
    /// under it has changed, or a pooler has given us another server connection.
    var isStaleStatement: Bool {
        guard case .failed(let state, let message) = self else { return false }
        return state == "26000"
            || state == "0A000" && message.hasPrefix("cached plan must not change result type")
    }
}

extension DatabaseFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unavailable: "the database cannot be reached"
        case .overloaded: "too many transactions wait for the database"
        case .constraint(let name, let state, let message): "\(message) (\(name), \(state))"
        case .deadlock(let message), .serialization(let message): message
        case .uncertain: "the connection was lost while committing; the outcome is unknown"
        case .failed(let state, let message): "\(message) (\(state))"
        }
    }
}

/// The connection went away before anything could have been committed.
struct ConnectionLost: Error {}
