public import Ledger
public import Postgres
public import Units

extension Credits {
    /// Gives back what a generation was charged, or a part of it, once for each idempotency key.
    ///
    /// The generation and its capture stay as they are: usage is what was used. What is given back is
    /// a lot of its own that names the generation, and all such lots together are at most the charge.
    /// What a credit note has given back of its month is not given back again.
    public static func refund(
        _ amount: Credits, of generation: ID<Generation>, account: ID<Account>, key: String,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Grant.Given {
        let found: (mode: Mode, captured: Credits, at: Timestamp?)? = try transaction.first(
            """
            select g.mode, g.captured, p.at from generation g
            left join posting p on p.account_id = g.account_id and p.id = g.posting_id
            where g.account_id = \(account) and g.id = \(generation)
            """
        ) { row in
            let mode: String = try row.next()
            return (Mode(rawValue: mode) ?? .live, try row.next(), try row.next())
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
        let wallet = Wallet.Name(account: account, mode: found.mode)
        // Its lock makes refunds and credit notes take turns.
        _ = try Wallet.lock([wallet], in: transaction).rows()
        let given = try give(
            Grant(
                wallet: wallet, kind: .refund, amount: amount,
                reason: actor.reason ?? "", idempotencyKey: key,
                refunding: .init(generation: generation, captured: found.captured)),
            by: actor, in: transaction)
        if !given.repeated, found.mode == .live, let at = found.at,
            let invoice = try InvoiceRecord.billing(at, of: account, in: transaction)
        {
            // With this refund in it; what it refuses is undone with the transaction.
            let left = try invoice.left(in: transaction)
            guard left >= .zero else {
                throw Refusal(
                    .conflict,
                    "Credit notes and refunds of \(invoice.name) would give back $\(-left) more "
                        + "than it says.", field: "amount")
            }
        }
        return given
    }
}
