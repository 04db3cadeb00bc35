import Postgres
import Units

/// What a grant must be, and whether it was given before.
extension Grant {
    func check() throws(Refusal) {
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

    /// Centuries from now are a typo.
    public static let lifeMax: Duration = .seconds(100 * 366 * 86_400)

    func checkExpiry(at now: Timestamp) throws(Refusal) {
        guard let expiresAt else { return }
        guard kind == .paid || kind == .promotional else {
            throw Refusal(
                .invalidValue, "What is adjusted or refunded does not expire.", field: "expires")
        }
        guard expiresAt > now, expiresAt <= now + Self.lifeMax else {
            throw Refusal(
                .invalidValue,
                "An expiry is in the future, at most a hundred years; \(expiresAt) came.",
                field: "expires")
        }
    }

    /// All refunds of a generation are at most what it was charged.
    func check(_ refunded: Refunded, in transaction: borrowing Transaction) throws {
        let before: Credits? = try transaction.first(
            """
            select coalesce(sum(amount), 0)::bigint from grant_lot
            where account_id = \(wallet.account) and generation_id = \(refunded.generation)
            """
        ) { try $0.next() }
        let left = refunded.captured - (before ?? .zero)
        guard amount <= left else {
            throw Refusal(
                .invalidValue,
                "Generation \(refunded.generation) was charged $\(refunded.captured), of which $\(left) "
                    + "has not been refunded; $\(amount) came.", field: "amount")
        }
    }

    struct Earlier {
        let id: ID<Grant>
        let kind: String
        let mode: String
        let amount: Credits
        let posting: ID<Posting>
        let expiresAt: Timestamp?
        let generation: ID<Generation>?
    }

    func earlier(in transaction: borrowing Transaction) throws -> Earlier? {
        try transaction.first(
            """
            select id, kind, mode, amount, posting_id, expires_at, generation_id from grant_lot
            where account_id = \(wallet.account) and idempotency_key = \(idempotencyKey)
            """
        ) { row in
            Earlier(
                id: try row.next(), kind: try row.next(), mode: try row.next(),
                amount: try row.next(), posting: try row.next(), expiresAt: try row.next(),
                generation: try row.next())
        }
    }
}

extension Wallet {
    /// A lot that expires was given. Queued.
    static func expect(
        _ expiry: Timestamp, of name: Name, in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            update wallet set next_expiry = least(next_expiry, \(expiry))
            where account_id = \(name.account) and mode = \(name.mode.rawValue)
            """)
    }
}
