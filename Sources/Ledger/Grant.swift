public import Postgres
public import Units

/// Credits given to a wallet, or taken from it, by an admin.
public struct Grant: Sendable {
    /// Where the credits come from.
    public enum Kind: String, CaseIterable, Sendable {
        /// Bought: against `funding`.
        case paid
        /// A present: against `promotion`.
        case promotional
        /// A correction in either direction: against `adjustment`.
        case adjustment

        var book: Book {
            switch self {
            case .paid: .funding
            case .promotional: .promotion
            case .adjustment: .adjustment
            }
        }
    }

    public let wallet: Wallet.Name
    public let kind: Kind
    /// Above zero; an adjustment may be below.
    public let amount: Credits
    public let reason: String
    /// Giving again under the same key changes nothing.
    public let idempotencyKey: String

    public init(
        wallet: Wallet.Name, kind: Kind, amount: Credits, reason: String, idempotencyKey: String
    ) {
        self.wallet = wallet
        self.kind = kind
        self.amount = amount
        self.reason = reason
        self.idempotencyKey = idempotencyKey
    }

    /// What came of it.
    public struct Given: Sendable {
        public let id: ID<Grant>
        public let amount: Credits
        public let posting: ID<Posting>
        /// Whether this key had given before, so that nothing happened now.
        public let repeated: Bool
        public let wallet: Wallet
    }

    /// Moves the credits once, however often it is called with this key.
    ///
    /// Refuses an amount of the wrong sign, a reason that is missing, a key used for something
    /// else, and an adjustment that would take more than is available.
    public func give(at now: Timestamp, in transaction: borrowing Transaction) throws -> Given {
        try check()
        // The wallet's lock also makes two calls with one key take turns.
        guard var locked = try Wallet.lock([wallet] as Set, in: transaction).rows().first else {
            throw Refusal(.notFound, "There is no account \(wallet.account).", field: "account")
        }
        if let before = try earlier(in: transaction) {
            guard before.amount == amount, before.kind == kind.rawValue,
                before.mode == wallet.mode.rawValue
            else {
                throw Refusal(
                    .conflict,
                    "This idempotency key has given $\(before.amount) (\(before.kind)) to the "
                        + "\(before.mode) wallet.",
                    field: "idempotency-key")
            }
            return Given(
                id: before.id, amount: amount, posting: before.posting, repeated: true,
                wallet: locked)
        }
        let posting = try post(to: &locked, at: now)
        let id = ID<Grant>(at: now)
        try Posting.insert([posting], in: transaction)
        try transaction.execute(
            """
            insert into grant_lot (account_id, id, mode, kind, amount, reason, idempotency_key,
                posting_id, created_at)
            values (\(wallet.account), \(id), \(wallet.mode.rawValue), \(kind.rawValue), \(amount),
                \(reason), \(idempotencyKey), \(posting.id), \(now))
            """)
        return Given(
            id: id, amount: amount, posting: posting.id, repeated: false, wallet: locked)
    }

    private func post(to wallet: inout Wallet, at now: Timestamp) throws(Refusal) -> Posting {
        let id = ID<Posting>(at: now)
        if amount > .zero {
            return wallet.credit(amount, from: kind.book, reason: reason, as: id, at: now)
        }
        return try wallet.debit(-amount, to: kind.book, reason: reason, as: id, at: now)
    }

    private func check() throws(Refusal) {
        guard amount != .zero, kind == .adjustment || amount > .zero else {
            throw Refusal(
                .invalidValue, "A grant is more than zero; $\(amount) came.", field: "amount")
        }
        guard amount.nanodollars.magnitude <= UInt64(Self.amountMax.nanodollars) else {
            throw Refusal(
                .invalidValue, "A grant is at most $\(Self.amountMax).", field: "amount")
        }
        guard (1...500).contains(reason.count), reason.contains(where: { !$0.isWhitespace }) else {
            throw Refusal(.invalidValue, "A reason has 1 to 500 characters.", field: "reason")
        }
        guard (1...255).contains(idempotencyKey.count) else {
            throw Refusal(
                .invalidValue, "An idempotency key has 1 to 255 characters.",
                field: "idempotency-key")
        }
    }

    /// Ten million dollars at once: past it a typo is likelier than a customer, and sums stay far
    /// from what 64 bits hold.
    public static let amountMax = Credits(
        nanodollars: 10_000_000 * Credits.nanodollarsPerDollar)

    private struct Earlier {
        let id: ID<Grant>
        let kind: String
        let mode: String
        let amount: Credits
        let posting: ID<Posting>
    }

    private func earlier(in transaction: borrowing Transaction) throws -> Earlier? {
        try transaction.first(
            """
            select id, kind, mode, amount, posting_id from grant_lot
            where account_id = \(wallet.account) and idempotency_key = \(idempotencyKey)
            """
        ) { row in
            Earlier(
                id: try row.next(), kind: try row.next(), mode: try row.next(),
                amount: try row.next(), posting: try row.next())
        }
    }
}
