public import Ledger
public import Postgres
public import Units

extension Credits {
    /// What our own idempotency keys begin with, and no admin's may.
    static let ownKeys = "atelier:"

    /// Gives or takes credits in an admin's name: the grant and its audit event, or neither.
    public static func give(
        _ grant: Grant, by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Grant.Given {
        guard !grant.idempotencyKey.hasPrefix(ownKeys) else {
            throw Refusal(
                .invalidValue, "An idempotency key does not begin with '\(ownKeys)'.",
                field: "idempotency-key")
        }
        // An adjustment takes nothing that has expired, and a present does not revive it.
        try Expiry.carryOut(of: [grant.wallet], at: actor.now, in: transaction)
        let given = try grant.give(at: actor.now, in: transaction)
        if !given.repeated {
            try AuditEvent.record(
                grant.refunded == nil ? "credits.given" : "credits.refunded",
                on: given.id.description, account: grant.wallet.account,
                details: AuditEvent.changes(
                    [("posted", .credits(given.wallet.posted - grant.amount))],
                    [("posted", .credits(given.wallet.posted))],
                    beside: [
                        ("kind", .string(grant.kind.rawValue)), ("amount", .credits(grant.amount)),
                        ("mode", .string(grant.wallet.mode.rawValue)),
                        ("posting_id", .id(given.posting)),
                    ] + grant.particulars),
                by: actor, in: transaction)
        }
        return given
    }
}

extension Grant {
    /// What not every grant has.
    fileprivate var particulars: [(String, JSON)] {
        [
            expiresAt.map { ("expires_at", .time($0)) },
            refunded.map { ("generation_id", .id($0.generation)) },
        ].compactMap(\.self)
    }
}
