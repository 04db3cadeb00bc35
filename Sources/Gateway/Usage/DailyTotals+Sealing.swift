import Postgres
import Units

extension DailyTotals {
    /// As `close`, for many accounts whose totals were rolled up in this transaction, which holds
    /// their counters: from now on what is charged to them for `month` goes to the next open one.
    static func seal(
        _ month: CivilDate, of accounts: [ID<Account>], at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            insert into billing_closed (account_id, mode, month, at)
            select account_id, 'live', \(month.startOfMonth), \(now)
            from unnest(\(accounts)) as t (account_id)
            on conflict do nothing
            """)
    }
}
