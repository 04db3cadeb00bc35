public import Postgres
public import Units

/// How calls of providers went lately.
public struct RecentAttempts: Sendable {
    public let provider: String
    public let outcome: Attempt.Outcome
    public let count: Int64

    /// How far back is looked.
    public static let period: Duration = .seconds(3600)

    /// What began within the last hour, of every account. A generation's attempts are written when it
    /// ends.
    public static func list(
        at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> [RecentAttempts] {
        let first = now - period
        return try transaction.rows(
            """
            select provider, outcome, count(*) from generation_attempt
            where id >= \(ID<Attempt>.earliest(at: first)) and started_at >= \(first)
            group by provider, outcome order by provider, outcome
            """
        ) { row in
            RecentAttempts(
                provider: try row.next(),
                outcome: Attempt.Outcome(rawValue: try row.next()) ?? .broken,
                count: try row.next())
        }
    }
}
