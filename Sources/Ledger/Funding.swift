public import Postgres
public import Units

/// What a wallet was given and what of it was spent, in all its life.
public struct Funding: Hashable, Sendable {
    /// Credits paid for, given away and adjusted.
    public let given: Credits
    /// What generations have captured.
    public let spent: Credits

    /// The sums of a wallet that is loaded. A wallet moves by grants and captures alone, so what
    /// was given and is not there any more was spent.
    public static func of(
        _ wallet: Wallet, in transaction: borrowing Transaction
    ) throws -> Funding {
        let given: Credits? = try transaction.first(
            """
            select coalesce(sum(amount), 0)::bigint from grant_lot
            where account_id = \(wallet.name.account) and mode = \(wallet.name.mode.rawValue)
            """
        ) { try $0.next() }
        let sum = given ?? .zero
        return Funding(given: sum, spent: sum - wallet.posted)
    }
}
