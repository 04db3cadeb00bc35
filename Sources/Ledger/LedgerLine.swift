public import Postgres
public import Units

/// A posting as a journal of the whole ledger tells it.
public struct LedgerLine: Sendable {
    public let id: ID<Posting>
    public let at: Timestamp
    /// Books by their names, `wallet` for the account's own: one that came later is told too.
    public let debit: String
    public let credit: String
    public let amount: Credits
    public let reason: String

    /// A wallet's postings up to number `last` in order of birth, up to `limit` after the one named.
    public static func list(
        of wallet: Wallet.Name, after: ID<Posting>, upTo last: Int64, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [LedgerLine] {
        try transaction.rows(
            """
            select id, at, debit, credit, amount, reason from posting
            where account_id = \(wallet.account) and id > \(after)
                and mode = \(wallet.mode.rawValue) and number <= \(last)
            order by id limit \(limit)
            """
        ) { row in
            LedgerLine(
                id: try row.next(), at: try row.next(), debit: try row.next(),
                credit: try row.next(), amount: try row.next(), reason: try row.next())
        }
    }
}

/// What the postings of a wallet came to that retention has dropped.
public struct BroughtForward: Sendable {
    /// The last month of them.
    public let month: CivilDate
    public let posted: Credits

    /// That of a wallet; nil for one whose postings are all there.
    public static func find(
        _ wallet: Wallet.Name, in transaction: borrowing Transaction
    ) throws -> BroughtForward? {
        try transaction.first(
            """
            select month, posted from wallet_base
            where account_id = \(wallet.account) and mode = \(wallet.mode.rawValue)
            """
        ) { row in BroughtForward(month: try row.next(), posted: try row.next()) }
    }
}
