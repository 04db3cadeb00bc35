public import Units

import Signing

/// One immutable double-entry movement between a wallet and another book.
public struct Posting: Hashable, Sendable {
    public let id: ID<Posting>
    public let wallet: Wallet.Name
    public let debit: Book
    public let credit: Book
    /// Always above zero; the books say which way it went.
    public let amount: Credits
    /// The hold that this posting ends; zero when it ends none.
    public let endedHold: Credits
    public let generation: ID<Generation>?
    public let reason: String
    public let at: Timestamp
    /// This posting's place in its wallet's chain, and its hash.
    public let link: Chain

    init(
        id: ID<Posting>, wallet: Wallet.Name, debit: Book, credit: Book, amount: Credits,
        endedHold: Credits, generation: ID<Generation>?, reason: String, at: Timestamp,
        after previous: Chain
    ) {
        self.id = id
        self.wallet = wallet
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.endedHold = endedHold
        self.generation = generation
        self.reason = reason
        self.at = at
        // The audit writes the same text in SQL: Audit.swift, `brokenChains`. The reason stands
        // last because it is the only part that may contain the separator.
        let text =
            "\(previous.number + 1)|\(wallet.mode.rawValue)|\(wallet.account)|\(id)"
            + "|\(debit.rawValue)|\(credit.rawValue)|\(amount.nanodollars)"
            + "|\(endedHold.nanodollars)|\(generation.map(\.description) ?? "")"
            + "|\(at.microseconds)|\(reason)"
        link = Chain(
            number: previous.number + 1, hash: SHA256.digest(previous.hash + Array(text.utf8)))
    }
}

/// A place in a wallet's chain of postings: each hash covers the one before it, so a posting that
/// was changed, removed or slipped in shows.
public struct Chain: Hashable, Sendable {
    /// Postings up to here.
    public let number: Int64
    /// SHA-256, 32 bytes.
    public let hash: [UInt8]

    public init(number: Int64, hash: [UInt8]) {
        self.number = number
        self.hash = hash
    }

    /// Before the first posting.
    public static let start = Chain(number: 0, hash: [UInt8](repeating: 0, count: 32))
}
