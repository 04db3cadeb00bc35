import Ledger
import Postgres
import Units

/// Refunds and credit notes give back the same money: neither may give what the other gave.
extension InvoiceRecord {
    /// What may still be given back of what it bills, to the nanodollar: its sum without its credit
    /// notes and without the refunds of its month's charges. With the wallet locked nobody changes it.
    func left(in transaction: borrowing Transaction) throws -> Credits {
        let refunds = try transaction.rows(
            """
            select l.generation_id, l.amount, p.at
            from grant_lot l
            left join generation g on g.account_id = l.account_id and g.id = l.generation_id
            left join posting p on p.account_id = g.account_id and p.id = g.posting_id
            where l.account_id = \(account) and l.mode = \(Mode.live.rawValue)
                and l.kind = \(Grant.Kind.refund.rawValue)
            """
        ) { row in
            (
                generation: try row.next(ID<Generation>.self), amount: try row.next(Credits.self),
                chargedAt: try row.next(Timestamp?.self)
            )
        }
        let refunded = refunds.lazy
            // Of what retention has dropped only the id tells when it was.
            .filter { CivilDate($0.chargedAt ?? $0.generation.born).startOfMonth == month }
            .reduce(Credits.zero) { $0 + $1.amount }
        return exact - creditedExact - refunded
    }

    /// The final document that bills what `account` was charged at `time`; nil while there is none.
    static func billing(
        _ time: Timestamp, of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> InvoiceRecord? {
        try transaction.first(
            "select " + columns + tables + """
                 where i.account_id = \(account) and i.month = \(CivilDate(time).startOfMonth)
                    and i.kind <> \(Invoice.Kind.creditNote.rawValue)
                    and i.state in (\(Invoice.State.finalized.rawValue), \(Invoice.State.paid.rawValue))
                """, read)
    }
}
