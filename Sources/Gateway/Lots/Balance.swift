public import Ledger
public import Postgres
public import Units

/// A wallet as it is at a moment: what has expired by then is gone, whether or not a posting says so
/// already.
public struct Balance: Sendable {
    public let wallet: Wallet
    /// What is left of what was given, in the order in which it is spent. Empty when it was not asked
    /// for.
    public let lots: [Lot]
    /// What has expired and no posting says yet.
    public let expired: Credits

    /// Which lots are wanted: working them out costs more than reading the wallet.
    public enum Lots: Sendable {
        case none
        /// Of wallets that have any that expire.
        case expiring
        case all
    }

    /// The balance of a wallet without locking it; nil when there is no such wallet.
    public static func find(
        _ name: Wallet.Name, lots wanted: Lots = .none, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> Balance? {
        guard var wallet = try Wallet.find(name, in: transaction) else { return nil }
        let expires = wallet.nextExpiry != nil || wallet.lapsing != nil
        guard wallet.lapses(at: now) || wanted == .all || wanted == .expiring && expires else {
            return Balance(wallet: wallet, lots: [], expired: .zero)
        }
        var book = try LotBook.open(
            [name], at: now, asking: Expiry.generations, in: transaction)[0]
        let expired = book.expire(from: &wallet, at: wallet.judgedAt(now))
            .reduce(Credits.zero) { $0 + $1.posting.amount }
        return Balance(
            wallet: wallet, lots: wanted == .none ? [] : book.lots.filter { $0.left > .zero },
            expired: expired)
    }
}
