public import Postgres
public import Units

/// What was used in a month, for admins.
public struct UsageSummary: Sendable {
    /// What lines are told apart by.
    public enum Grouping: String, CaseIterable, Sendable {
        case provider, model, key, day

        fileprivate var column: SQL {
            switch self {
            // Whose pictures were delivered; of what delivered none, whose price was agreed.
            case .provider: "coalesce(served_by, provider)"
            case .model: "model"
            case .key: "key_id::text"
            case .day: "(created_at at time zone 'UTC')::date::text"
            }
        }
    }

    /// The provider, model, key or day.
    public let group: String
    public let generations: Int64
    public let failed: Int64
    public let images: Int64
    /// What customers paid.
    public let charged: Credits
    /// What providers say they charge us, and for how many generations they say it.
    public let providerCost: Credits
    public let costKnown: Int64
    /// What customers paid for those.
    public let chargedOfKnown: Credits

    /// What is left of those; nil where no provider has said what it charges.
    public var margin: Credits? {
        costKnown > 0 ? chargedOfKnown - providerCost : nil
    }

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
                    coalesce(sum(images), 0)::bigint, coalesce(sum(captured), 0)::bigint,
                    coalesce(sum(provider_cost), 0)::bigint, count(provider_cost),
                    coalesce(sum(captured) filter (where provider_cost is not null), 0)::bigint
                from generation
                where id >= \(first) and id < \(end) and mode = 'live'
                    and (\(account)::uuid is null or account_id = \(account))
                group by line order by line
                """
        ) { row in
            UsageSummary(
                group: try row.next(), generations: try row.next(), failed: try row.next(),
                images: try row.next(), charged: try row.next(), providerCost: try row.next(),
                costKnown: try row.next(), chargedOfKnown: try row.next())
        }
    }
}
