public import Units

/// A credit balance of an account, as loaded under its row lock.
///
/// Its verbs are the whole arithmetic of money: they change this value and nothing else, and the
/// database is made to agree afterwards.
public struct Wallet: Hashable, Sendable {
    /// Which wallet: an account has one for each mode.
    public struct Name: Hashable, Comparable, Sendable {
        public let account: ID<Account>
        public let mode: Mode

        public init(account: ID<Account>, mode: Mode) {
            self.account = account
            self.mode = mode
        }

        /// The order in which wallets are locked, by everyone.
        public static func < (left: Name, right: Name) -> Bool {
            left.account != right.account
                ? left.account < right.account : left.mode.rawValue < right.mode.rawValue
        }
    }

    public let name: Name
    /// What its postings sum to.
    public private(set) var posted: Credits
    /// What is set aside for generations that have not ended.
    public private(set) var held: Credits
    /// How far it may go below zero.
    public let creditLimit: Credits
    /// Below which balance its account wants to be told.
    public let alertBelow: Credits?
    /// The head of its chain of postings.
    public private(set) var chain: Chain
    /// When the next lot expires that may have something left.
    public let nextExpiry: Timestamp?
    /// When the last lot expired of which something is left, for generations that began before.
    public let lapsing: Timestamp?

    public init(
        name: Name, posted: Credits, held: Credits, creditLimit: Credits, chain: Chain,
        alertBelow: Credits? = nil, nextExpiry: Timestamp? = nil, lapsing: Timestamp? = nil
    ) {
        self.name = name
        self.posted = posted
        self.held = held
        self.creditLimit = creditLimit
        self.chain = chain
        self.alertBelow = alertBelow
        self.nextExpiry = nextExpiry
        self.lapsing = lapsing
    }

    /// What a new hold may take.
    public var available: Credits { posted - held + creditLimit }

    /// What is left of it once all that is held has been given back: between grants this only falls.
    public var lasting: Credits { posted + creditLimit }

    /// Sets `amount` aside, or refuses without changing anything.
    public mutating func hold(_ amount: Credits) throws(Refusal) {
        precondition(amount >= .zero, "a hold sets something aside")
        guard amount <= available else {
            let shortfall = Refusal.Shortfall(needed: amount, available: available)
            throw Refusal(
                .insufficientCredits,
                "This request can cost up to $\(amount); $\(available) is available, "
                    + "$\(shortfall.missing) is missing.",
                shortfall: shortfall)
        }
        held += amount
    }

    /// Ends a hold of `amount` by giving all of it back.
    public mutating func release(_ amount: Credits) {
        precondition(amount >= .zero && amount <= held, "a hold is released once")
        held -= amount
    }

    /// Ends the hold `held` of `generation` by paying `amount` of it; the rest is given back.
    public mutating func capture(
        _ amount: Credits, of hold: Credits, for generation: ID<Generation>,
        as id: ID<Posting>, at now: Timestamp
    ) -> Posting {
        precondition(amount > .zero && amount <= hold, "a capture stays within its hold")
        release(hold)
        return post(
            amount, from: .wallet, to: .revenue, ending: hold, for: generation,
            reason: "generation", as: id, at: now)
    }

    /// Moves `amount` in from `book`, or refuses nothing: credits given are always taken.
    public mutating func credit(
        _ amount: Credits, from book: Book, reason: String, as id: ID<Posting>, at now: Timestamp
    ) -> Posting {
        post(amount, from: book, to: .wallet, reason: reason, as: id, at: now)
    }

    /// Takes `amount` out into `book`, or refuses when less than that is available.
    public mutating func debit(
        _ amount: Credits, to book: Book, reason: String, as id: ID<Posting>, at now: Timestamp
    ) throws(Refusal) -> Posting {
        guard amount <= available else {
            throw Refusal(
                .insufficientCredits, "$\(amount) cannot be taken: $\(available) is available.",
                shortfall: Refusal.Shortfall(needed: amount, available: available))
        }
        return post(amount, from: .wallet, to: book, reason: reason, as: id, at: now)
    }

    /// Takes `amount` out that has expired: a present goes back, what was paid for is breakage.
    mutating func lapse(
        _ amount: Credits, of lot: Lot, as id: ID<Posting>, at now: Timestamp
    ) -> Posting {
        precondition(amount <= available, "what is held does not expire")
        return post(
            amount, from: .wallet, to: lot.kind.breakage, reason: "expired", as: id, at: now)
    }

    private mutating func post(
        _ amount: Credits, from debit: Book, to credit: Book, ending hold: Credits = .zero,
        for generation: ID<Generation>? = nil, reason: String, as id: ID<Posting>,
        at now: Timestamp
    ) -> Posting {
        precondition(amount > .zero, "a posting moves something")
        precondition((debit == .wallet) != (credit == .wallet), "a posting moves one wallet")
        let posting = Posting(
            id: id, wallet: name, debit: debit, credit: credit, amount: amount, endedHold: hold,
            generation: generation, reason: reason, at: now, after: chain)
        posted += credit == .wallet ? amount : -amount
        chain = posting.link
        return posting
    }
}

/// Where postings land. `wallet` is the wallet of the posting's own account and mode, written
/// `wallet:<account>` where a journal is told.
public enum Book: String, CaseIterable, Sendable {
    case wallet, revenue, funding, promotion, adjustment
    /// Paid credits that expired.
    case breakage
}
