import Documents
import Ledger
import Postgres
import Units

extension CreditNote {
    /// Writes it as a draft, with its lines: those of what is final cannot be added to.
    func insert(
        _ id: ID<Invoice>, _ sums: Sums, _ taken: [Taken], of invoice: InvoiceRecord,
        reason: String, at now: Timestamp, in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            insert into invoice (account_id, id, month, kind, state, seller, bank, buyer, reference,
                notes, tax_category, tax_ppm, tax_reason, exact, net_cents, tax_cents, owed,
                due_cents, corrects, reason, idempotency_key, created_at)
            select account_id, \(id), month, 'credit_note', 'draft', seller, bank, buyer, reference,
                \(["Reason: \(reason)"]), tax_category, tax_ppm, tax_reason, \(sums.exact),
                \(sums.net), \(sums.tax), \(sums.exact), \(sums.net + sums.tax), id, \(reason),
                \(idempotencyKey), \(now)
            from invoice where account_id = \(invoice.account) and id = \(invoice.id)
            """)
        let positions = taken.compactMap(\.position)
        try transaction.send(
            """
            insert into invoice_line (account_id, invoice_id, position, description, model, provider,
                billable, unit, variant, unit_amount, price_version, quantity, amount,
                corrects_position)
            select account_id, \(id), row_number() over (order by position), description, model,
                provider, billable, unit, variant, unit_amount, price_version, quantity, amount,
                position
            from invoice_line
            where account_id = \(invoice.account) and invoice_id = \(invoice.id)
                and position = any(\(positions))
            """)
        for (index, part) in taken.enumerated() where part.position == nil {
            try transaction.send(
                """
                insert into invoice_line (account_id, invoice_id, position, description, model,
                    billable, unit, unit_amount, price_version, quantity, amount)
                values (\(invoice.account), \(id), \(index + 1),
                    \("Credit on \(invoice.name)"), 'credit', 'credit', 'request', \(part.amount),
                    0, 1, \(part.amount))
                """)
        }
    }

    /// Gives it its number, from which on it is final.
    func number(
        _ id: ID<Invoice>, _ numbers: inout InvoiceNumbers, of invoice: InvoiceRecord,
        at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> Finalization.Numbered {
        guard
            let draft = try InvoiceDocuments.load([(invoice.account, id)], in: transaction).first
        else { preconditionFailure("what was inserted in this transaction is there") }
        let numbered = Finalization.Numbered(
            id: id, sequence: numbers.take(), year: numbers.year, document: draft.document)
        try transaction.send(
            """
            update invoice set state = 'finalized', year = \(Int32(numbers.year)),
                sequence = \(numbered.sequence), number = \(numbered.number), finalized_at = \(now)
            where account_id = \(invoice.account) and id = \(id)
            """)
        try numbers.keep(in: transaction)
        return numbered
    }

    /// The wallet gets back what the note takes back, tax apart.
    func giveBack(
        _ amount: Credits, _ note: Finalization.Numbered, of invoice: InvoiceRecord,
        reason: String, at now: Timestamp, in transaction: borrowing Transaction
    ) throws {
        _ = try Grant(
            wallet: Wallet.Name(account: invoice.account, mode: .live), kind: .adjustment,
            amount: amount, reason: "credit note \(note.number): \(reason)",
            idempotencyKey: Credits.ownKeys + "credit-note:\(note.id)"
        ).give(at: now, in: transaction)
    }
}
