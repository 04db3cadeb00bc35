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
        /// What was paid for a generation, given back: against `revenue`.
        case refund

        var book: Book {
            switch self {
            case .paid: .funding
            case .promotional: .promotion
            case .adjustment: .adjustment
            case .refund: .revenue
            }
        }

        /// Where it goes when it expires.
        var breakage: Book { self == .promotional ? .promotion : .breakage }
    }

    /// Whose price a refund gives back.
    public struct Refunded: Sendable {
        public let generation: ID<Generation>
        /// What it was charged: all its refunds together are at most this.
        public let captured: Credits

        public init(generation: ID<Generation>, captured: Credits) {
            self.generation = generation
            self.captured = captured
        }
    }

    public let wallet: Wallet.Name
    public let kind: Kind
    /// Above zero; an adjustment may be below.
    public let amount: Credits
    public let reason: String
    /// Giving again under the same key changes nothing.
    public let idempotencyKey: String
    /// From when on what is left of it cannot be held; nil when it never expires.
    public let expiresAt: Timestamp?
    /// Of a refund, and of nothing else.
    public let refunded: Refunded?

    public init(
        wallet: Wallet.Name, kind: Kind, amount: Credits, reason: String, idempotencyKey: String,
        expiresAt: Timestamp? = nil, refunding refunded: Refunded? = nil
    ) {
        precondition((kind == .refund) == (refunded != nil), "a refund names its generation")
        self.expiresAt = expiresAt
        self.refunded = refunded
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
    /// else, an adjustment that would take more than is available, a refund of more than was charged,
    /// and an expiry that has passed. What has expired must have left the wallet before.
    public func give(at now: Timestamp, in transaction: borrowing Transaction) throws -> Given {
        try check()
        // The wallet's lock also makes two calls with one key take turns.
        guard var locked = try Wallet.lock([wallet] as Set, in: transaction).rows().first else {
            throw Refusal(.notFound, "There is no account \(wallet.account).", field: "account")
        }
        if let before = try earlier(in: transaction) {
            guard before.amount == amount, before.kind == kind.rawValue,
                before.mode == wallet.mode.rawValue, before.expiresAt == expiresAt,
                before.generation == refunded?.generation
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
        try checkExpiry(at: locked.judgedAt(now))
        if let refunded { try check(refunded, in: transaction) }
        let posting = try post(to: &locked, at: now)
        let id = ID<Grant>(at: now)
        try Posting.insert([posting], in: transaction)
        try transaction.execute(
            """
            insert into grant_lot (account_id, id, mode, kind, amount, reason, idempotency_key,
                posting_id, created_at, expires_at, generation_id)
            values (\(wallet.account), \(id), \(wallet.mode.rawValue), \(kind.rawValue), \(amount),
                \(reason), \(idempotencyKey), \(posting.id), \(now), \(expiresAt),
                \(refunded?.generation))
            """)
        if let expiresAt { try Wallet.expect(expiresAt, of: wallet, in: transaction) }
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

    /// Ten million dollars at once: past it a typo is likelier than a customer, and sums stay far
    /// from what 64 bits hold.
    public static let amountMax = Credits(
        nanodollars: 10_000_000 * Credits.nanodollarsPerDollar)
}
