public import Postgres
import Units

extension InvoiceRecord {
    /// Withdraws an invoice that should not have been. Its number stays taken, and what it billed can
    /// be billed again: the next draft of its month has it.
    ///
    /// Refuses what something has been paid for or credited of: that is put right by a credit note.
    public static func void(
        _ reference: Invoice.Reference, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> InvoiceRecord {
        let reason = actor.reason ?? ""
        guard (1...500).contains(reason.count), reason.contains(where: { !$0.isWhitespace }) else {
            throw Refusal(.invalidValue, "A reason has 1 to 500 characters.", field: "reason")
        }
        let before = try lock(reference, in: transaction)
        // A second time changes nothing.
        if before.state == .void { return before }
        try before.checkVoidable()
        try transaction.send(
            """
            update invoice set state = 'void', voided_at = \(actor.now), void_reason = \(reason)
            where account_id = \(before.account) and id = \(before.id)
            """)
        let after = try find(.id(before.id), in: transaction)
        try AuditEvent.record(
            "invoice.voided", on: before.id.description, account: before.account,
            details: .object([("before", before.audited), ("after", after.audited)]), by: actor,
            in: transaction)
        return after
    }

    private func checkVoidable() throws(Refusal) {
        guard kind != .creditNote else {
            throw Refusal(.conflict, "\(name) is a credit note: what it gave back stays given.")
        }
        guard state != .draft else {
            throw Refusal(
                .conflict, "\(name) has no number yet: generate it again once it is right.")
        }
        guard payments == 0, creditedExact == .zero, creditedNet == .zero, state == .finalized
        else {
            throw Refusal(
                .conflict,
                "Of invoice \(name) something was paid or credited: a credit note puts it right.")
        }
    }
}
