public import Ledger
public import Postgres
public import Units

extension Credits {
    /// Gives back what a generation was charged, or a part of it, once for each idempotency key.
    ///
    /// The generation and its capture stay as they are: usage is what was used. What is given back is
    /// a lot of its own that names the generation, and all such lots together are at most the charge.
    public static func refund(
        _ amount: Credits, of generation: ID<Generation>, account: ID<Account>, key: String,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Grant.Given {
        let found: (mode: Mode, captured: Credits)? = try transaction.first(
            """
            select mode, captured from generation
            where account_id = \(account) and id = \(generation)
            """
        ) { row in
            let mode: String = try row.next()
            return (Mode(rawValue: mode) ?? .live, try row.next())
        }
        guard let found else {
            throw Refusal(
                .notFound, "Account \(account) has no generation \(generation).",
                field: "generation")
        }
        guard amount > .zero else {
            throw Refusal(
                .invalidValue, "A refund is more than zero; $\(amount) came.", field: "amount")
        }
        return try give(
            Grant(
                wallet: .init(account: account, mode: found.mode), kind: .refund, amount: amount,
                reason: actor.reason ?? "", idempotencyKey: key,
                refunding: .init(generation: generation, captured: found.captured)),
            by: actor, in: transaction)
    }
}
