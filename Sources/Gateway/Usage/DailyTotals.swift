public import Ledger
public import Postgres
public import Units

/// What was charged, summed by day, key, model and line of a price: the table `usage_day`.
///
/// Totals stay when generations are dropped, and invoices are made of them. Every capture is in them
/// once: a wallet's postings are numbered without gaps in the order of their commits, and a counter
/// says up to which number they have been added. No day is ever closed, so nothing comes too late.
public enum DailyTotals {
    /// Postings of one wallet added by one statement, which takes a few seconds; the rest by the next.
    static let postingsMax: Int64 = 500_000

    /// How much earlier than what was added last a posting that comes after it may be dated: a
    /// settlement keeps the time of its first attempt, and servers' clocks differ. What is dated
    /// earlier still is found too, only slower.
    static let lateness: Duration = .seconds(86_400)

    /// A wallet whose counter is locked, and how far it can be moved.
    private struct Due {
        let wallet: Wallet.Name
        let rolled: Int64
        let last: Int64
        let since: ID<Posting>
    }

    /// Adds what has been charged to these wallets since the last time. They are complete then, up
    /// to what was committed before the call.
    ///
    /// Throws `MissingPostings` when postings that must be there are not.
    public static func rollUp(
        _ wallets: Set<Wallet.Name>, in transaction: borrowing Transaction
    ) throws {
        try prepare(in: transaction)
        var left = wallets
        while !left.isEmpty {
            let due = try lock(left, in: transaction)
            let reached = try add(due, in: transaction)
            let slow = due.filter { reached[$0.wallet] == nil }
            let found = try add(
                slow.map {
                    Due(
                        wallet: $0.wallet, rolled: $0.rolled, last: $0.last,
                        since: ID(high: 0, low: 0))
                }, in: transaction)
            if let lost = slow.first(where: { found[$0.wallet] == nil }) {
                throw MissingPostings(wallet: lost.wallet, after: lost.rolled, upTo: lost.last)
            }
            // Done is what had less to add than fits in a transaction's share.
            left = Set(due.filter { $0.last - $0.rolled == postingsMax }.map(\.wallet))
        }
    }

    /// Keeps this wallet's totals as they are until the end of the transaction, whatever is charged
    /// meanwhile: from now on a later charge of `month` goes to the next open month.
    ///
    /// What had been charged before is in the totals.
    public static func close(
        _ month: CivilDate, of wallet: Wallet.Name, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws {
        try rollUp([wallet], in: transaction)
        try transaction.execute(
            """
            insert into billing_closed (account_id, mode, month, at)
            values (\(wallet.account), \(wallet.mode.rawValue), \(month.startOfMonth), \(now))
            on conflict do nothing
            """)
    }

    /// Sums over postings are planned for the batch at hand, not once for all sizes.
    private static func prepare(in transaction: borrowing Transaction) throws {
        try transaction.send(
            """
            select set_config('plan_cache_mode', 'force_custom_plan', true),
                set_config('work_mem', '64MB', true), set_config('jit', 'off', true)
            """)
    }

    /// Locks the counters of these wallets, in name order, and answers what is to be added.
    private static func lock(
        _ wallets: Set<Wallet.Name>, in transaction: borrowing Transaction
    ) throws -> [Due] {
        let names = wallets.sorted()
        let accounts = names.map(\.account)
        let modes = names.map(\.mode.rawValue)
        try transaction.send(
            """
            insert into usage_rolled (account_id, mode)
            select t.account_id, t.mode from unnest(\(accounts), \(modes)) as t (account_id, mode)
            join wallet w using (account_id, mode)
            order by 1, 2
            on conflict do nothing
            """)
        try transaction.send(
            """
            select from usage_rolled
            where (account_id, mode) in (select * from unnest(\(accounts), \(modes)))
            order by account_id, mode
            for update
            """)
        // A statement of its own: it sees what was committed while the locks were waited for.
        return try transaction.rows(
            """
            select u.account_id, u.mode, u.number, least(w.postings, u.number + \(postingsMax)), u.at
            from usage_rolled u join wallet w using (account_id, mode)
            where (u.account_id, u.mode) in (select * from unnest(\(accounts), \(modes)))
                and w.postings > u.number
            """
        ) { row in
            let name = Wallet.Name(
                account: try row.next(), mode: Mode(rawValue: try row.next()) ?? .live)
            let rolled: Int64 = try row.next()
            let last: Int64 = try row.next()
            let at: Timestamp? = try row.next()
            return Due(
                wallet: name, rolled: rolled, last: last,
                since: at.map { .earliest(at: $0 - lateness) } ?? ID(high: 0, low: 0))
        }
    }

    /// Adds what is due and moves the counters; answers how far they are. A wallet whose postings
    /// are not all found is left as it was.
    private static func add(
        _ due: [Due], in transaction: borrowing Transaction
    ) throws -> [Wallet.Name: Int64] {
        guard let since = due.map(\.since).min() else { return [:] }
        let wanted: SQL = """
            select * from unnest(
                \(due.map(\.wallet.account)), \(due.map(\.wallet.mode.rawValue)),
                \(due.map(\.rolled)), \(due.map(\.last)), \(due.map(\.since)))
                as t (account_id, mode, rolled, last, since)
            """
        let reached = try transaction.rows(statement(for: wanted, since: since)) { row in
            let name = Wallet.Name(
                account: try row.next(), mode: Mode(rawValue: try row.next()) ?? .live)
            let number: Int64 = try row.next()
            return (name, number)
        }
        return Dictionary(reached, uniquingKeysWith: { first, _ in first })
    }
}

/// Postings that a wallet has counted are not there: somebody has removed them, and `verify` says
/// which.
public struct MissingPostings: Error, CustomStringConvertible {
    let wallet: Wallet.Name
    let after: Int64
    let upTo: Int64

    public var description: String {
        "of the \(wallet.mode.rawValue) wallet of account \(wallet.account) postings "
            + "\(after + 1) to \(upTo) are not all there"
    }
}
