public import Postgres
import Units

/// The roles of the database, as `migrations/` makes them.
extension Role {
    /// Admits, settles, works, tells and administers: sees every account, but cannot change what is
    /// only ever inserted, nor the shape of anything.
    public static let engine = Role("atelier_engine")

    /// Reads, and sees the rows of `account` and what belongs to nobody.
    static func reader(of account: ID<Account>) -> Role {
        Role("atelier_reader", setting: accountVariable, to: account.description)
    }

    /// Reads, and sees nobody's rows until `Transaction.turn` has named an account.
    static let reader = Role("atelier_reader")

    /// What the reader's policies compare with `account_id`.
    fileprivate static let accountVariable = "atelier.account"
}

extension Transaction {
    /// Shows the rows of `account`, and of no other, to the reader's statements from here on.
    func turn(to account: ID<Account>) throws {
        try send("select set_config(\(Role.accountVariable), \(account.description), true)")
    }
}

extension Database.Settings {
    /// The standards, for what crosses accounts.
    public static var engine: Self { Self().under(.engine) }
}
