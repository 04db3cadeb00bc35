public import Postgres
public import Units

/// What was used in a month, for admins.
public struct UsageSummary: Sendable {
    /// What lines are told apart by.
    public enum Grouping: String, CaseIterable, Sendable {
        case provider, model, key, day

        /// Of a generation, and of a row of the daily totals.
        fileprivate var columns: (generation: SQL, total: SQL) {
            switch self {
            // Whose pictures were delivered; of what delivered none, whose price was agreed.
            case .provider: ("coalesce(served_by, provider)", "provider")
            case .model: ("model", "model")
            case .key: ("key_id::text", "key_id::text")
            case .day: ("(ended_at at time zone 'UTC')::date::text", "day::text")
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

    /// Sums what was charged and what ended in the month of `month`, live only.
    ///
    /// What customers paid comes from the daily totals, which say the same when the generations of
    /// the month are not there any more; what only those know is zero then. Who delivered is known
    /// to generations alone: of a month without them, providers are those whose price was agreed.
    public static func month(
        _ month: CivilDate, account: ID<Account>?, by grouping: Grouping,
        in transaction: borrowing Transaction
    ) throws -> [UsageSummary] {
        let start = month.startOfMonth.midnight
        let end = month.startOfMonth(plus: 1).midnight
        let ofDelivery: SQL = grouping == .provider ? "where not exists (select from g)" : ""
        return try transaction.rows(
            """
            with g as (
                select \(grouping.columns.generation) as line, count(*) as generations,
                    count(*) filter (where state = 'failed') as failed, sum(images) as images,
                    sum(captured) as charged, sum(provider_cost) as cost,
                    count(provider_cost) as known,
                    sum(captured) filter (where provider_cost is not null) as charged_of_known
                from generation
                where id >= \(ID<Generation>.earliest(at: start - UsageExport.lifeMax))
                    and id < \(ID<Generation>.earliest(at: end))
                    and ended_at >= \(start) and ended_at < \(end) and mode = 'live'
                    and (\(account)::uuid is null or account_id = \(account))
                group by 1
            ),
            d as (
                select \(grouping.columns.total) as line, sum(generations) as generations,
                    sum(images) as images, sum(amount) as charged
                from usage_day
                where mode = 'live' and day >= \(CivilDate(start)) and day < \(CivilDate(end))
                    and (\(account)::uuid is null or account_id = \(account))
                group by 1
            )
            select line, coalesce(g.generations, d.generations)::bigint,
                coalesce(g.failed, 0)::bigint, coalesce(g.images, d.images, 0)::bigint,
                coalesce(d.charged, g.charged, 0)::bigint, coalesce(g.cost, 0)::bigint,
                coalesce(g.known, 0)::bigint, coalesce(g.charged_of_known, 0)::bigint
            from g full join (select * from d \(ofDelivery)) d using (line)
            order by line
            """
        ) { row in
            UsageSummary(
                group: try row.next(), generations: try row.next(), failed: try row.next(),
                images: try row.next(), charged: try row.next(), providerCost: try row.next(),
                costKnown: try row.next(), chargedOfKnown: try row.next())
        }
    }
}
