public import Postgres
public import Units

/// What a wallet was given and what of it was spent, in all its life.
public struct Funding: Hashable, Sendable {
    /// Credits paid for, given away and adjusted.
    public let given: Credits
    /// What generations have captured.
    public let spent: Credits

    /// The sums of a wallet that is loaded. A wallet moves by grants, captures and lapses alone, so
    /// what was given and is not there any more, and did not expire, was spent. What expired counts
    /// as never given; `expired` is what of it no posting says yet.
    public static func of(
        _ wallet: Wallet, less expired: Credits = .zero, in transaction: borrowing Transaction
    ) throws -> Funding {
        let (account, mode) = (wallet.name.account, wallet.name.mode.rawValue)
        let given: Credits? = try transaction.first(
            """
            select (coalesce(sum(amount), 0) - coalesce(sum((
                select sum(x.amount) from lapse x
                where x.account_id = l.account_id and x.lot_id = l.id)), 0))::bigint
            from grant_lot l where account_id = \(account) and mode = \(mode)
            """
        ) { try $0.next() }
        let sum = (given ?? .zero) - expired
        return Funding(given: sum, spent: sum - wallet.posted)
    }
}
