public import Units

/// One movement of the ledger, as a journal writes it.
public struct JournalPosting: Hashable, Sendable {
    public var at: Timestamp
    /// Whose wallet it moves.
    public var account: ID<Account>
    /// The book that gets: `wallet` for the account's own, or `revenue`, `funding`, …
    public var debit: String
    /// The book that gives.
    public var credit: String
    /// Positive.
    public var amount: Credits
    public var id: String
    public var reason: String

    public init(
        at: Timestamp, account: ID<Account>, debit: String, credit: String, amount: Credits,
        id: String, reason: String
    ) {
        self.at = at
        self.account = account
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.id = id
        self.reason = reason
    }

    /// What both sides call the account's wallet.
    public static let wallet = "wallet"
}
