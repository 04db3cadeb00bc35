public import Postgres
public import Units

/// What one key has spent, in all and lately. Days are of UTC, and a week starts on Monday.
///
/// Summed from the generations of its account: the cost grows with their number.
public struct KeyUsage: Sendable {
    public let key: ID<Key>
    public let generations: Int64
    public let total: Credits
    public let day: Credits
    public let week: Credits
    public let month: Credits

    /// What has been used under each key of an account that made anything.
    public static func list(
        of account: ID<Account>, key: ID<Key>? = nil, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> [KeyUsage] {
        let today = CivilDate(now)
        // 1970-01-01 was a Thursday.
        let monday = CivilDate(
            daysSince1970: today.daysSince1970 - (today.daysSince1970 + 3) % 7)
        func since(_ date: CivilDate) -> ID<Generation> { .earliest(at: date.midnight) }
        return try transaction.rows(
            """
            select key_id, count(*), coalesce(sum(captured), 0)::bigint,
                coalesce(sum(captured) filter (where id >= \(since(today))), 0)::bigint,
                coalesce(sum(captured) filter (where id >= \(since(monday))), 0)::bigint,
                coalesce(sum(captured)
                    filter (where id >= \(since(today.startOfMonth))), 0)::bigint
            from generation
            where account_id = \(account) and (\(key)::uuid is null or key_id = \(key))
            group by key_id order by key_id
            """
        ) { row in
            KeyUsage(
                key: try row.next(), generations: try row.next(), total: try row.next(),
                day: try row.next(), week: try row.next(), month: try row.next())
        }
    }
}
