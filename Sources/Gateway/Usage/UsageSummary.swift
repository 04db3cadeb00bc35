public import Postgres
public import Units

/// What was used in a month, for admins.
public struct UsageSummary: Sendable {
    /// What lines are told apart by.
    public enum Grouping: String, CaseIterable, Sendable {
        case model, key, day

        fileprivate var column: SQL {
            switch self {
            case .model: "model"
            case .key: "key_id::text"
            case .day: "(created_at at time zone 'UTC')::date::text"
            }
        }
    }

    /// The model, key or day.
    public let group: String
    public let generations: Int64
    public let failed: Int64
    public let images: Int64
    public let cost: Credits

    /// Sums the generations that were admitted in the month of `month`, live ones only.
    public static func month(
        _ month: CivilDate, account: ID<Account>?, by grouping: Grouping,
        in transaction: borrowing Transaction
    ) throws -> [UsageSummary] {
        let first = ID<Generation>.earliest(at: month.startOfMonth.midnight)
        let end = ID<Generation>.earliest(at: month.startOfMonth(plus: 1).midnight)
        return try transaction.rows(
            "select " + grouping.column + """
                 as line, count(*), count(*) filter (where state = 'failed'),
                    coalesce(sum(images), 0)::bigint, coalesce(sum(captured), 0)::bigint
                from generation
                where id >= \(first) and id < \(end) and mode = 'live'
                    and (\(account)::uuid is null or account_id = \(account))
                group by line order by line
                """
        ) { row in
            UsageSummary(
                group: try row.next(), generations: try row.next(), failed: try row.next(),
                images: try row.next(), cost: try row.next())
        }
    }
}
