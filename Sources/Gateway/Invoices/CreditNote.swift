import Documents
import Ledger
public import Postgres
public import Units

/// Takes a final invoice back, in whole or part: the only way to correct one.
///
/// It has a number of its own from the same sequence, and says what the invoice's parties were. What it
/// takes back goes to the wallet as an adjustment: of an unpaid invoice that much less is due.
public struct CreditNote: Sendable {
    /// What of the invoice.
    public enum Part: Hashable, Sendable {
        /// Everything that is left of it.
        case all
        /// So much of its net; tax comes on top.
        case amount(Cents)
        /// These of its lines, by their positions.
        case lines(Set<Int>)
    }

    public let invoice: Invoice.Reference
    public let part: Part
    /// Asking again under the same key changes nothing.
    public let idempotencyKey: String

    public init(invoice: Invoice.Reference, part: Part, idempotencyKey: String) {
        self.invoice = invoice
        self.part = part
        self.idempotencyKey = idempotencyKey
    }

    /// What came of it.
    public struct Issued: Sendable {
        public let note: InvoiceRecord
        /// The invoice as it is now.
        public let invoice: InvoiceRecord
        /// Whether this key had issued it before, so that nothing happened now.
        public let repeated: Bool
    }

    /// Issues it, or refuses what would take back more than there is.
    public func issue(
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Issued {
        let reason = try checkedReason(of: actor)
        // In the order of everybody who takes a number: the year, the invoice, the wallet.
        var numbers = try InvoiceNumbers.lock(at: actor.now, in: transaction)
        let before = try InvoiceRecord.lock(invoice, in: transaction)
        if let note = try earlier(of: before.account, in: transaction) {
            guard note.corrects == before.id else {
                throw Refusal(
                    .conflict, "This idempotency key has issued \(note.name) before.",
                    field: "idempotency-key")
            }
            guard try took(part, note, of: before, in: transaction) else {
                throw Refusal(
                    .conflict,
                    "This idempotency key has issued \(note.name) before, which took back something "
                        + "else of \(before.name).", field: "idempotency-key")
            }
            return Issued(note: note, invoice: before, repeated: true)
        }
        guard before.kind != .creditNote, before.state == .finalized || before.state == .paid else {
            throw Refusal(
                .conflict,
                "\(before.name) is \(before.state.rawValue): only a final invoice or statement is "
                    + "corrected.")
        }
        let id = ID<Invoice>(at: actor.now)
        _ = try Wallet.lock([.init(account: before.account, mode: .live)], in: transaction).rows()
        let left = try before.left(in: transaction)
        let lines = try taken(from: before, left: left, in: transaction)
        let sums = try sums(lines, of: before, left: left)
        try insert(id, sums, lines, of: before, reason: reason, at: actor.now, in: transaction)
        let numbered = try number(id, &numbers, of: before, at: actor.now, in: transaction)
        try giveBack(
            sums.exact, numbered, of: before, reason: reason, at: actor.now, in: transaction)
        let after = try InvoiceRecord.find(.id(before.id), in: transaction)
        if before.outstanding > .zero, after.outstanding == .zero {
            try after.settle(at: actor.now, in: transaction)
        }
        try Finalization.tell([numbered], month: before.month, by: actor, in: transaction)
        try AuditEvent.record(
            "invoice.credited", on: before.id.description, account: before.account,
            details: .object([
                ("before", before.audited), ("after", after.audited),
                ("credit_note", .string(numbered.number)), ("net", .credits(sums.exact)),
            ]), by: actor, in: transaction)
        return Issued(
            note: try InvoiceRecord.find(.id(id), in: transaction),
            invoice: try InvoiceRecord.find(.id(before.id), in: transaction), repeated: false)
    }

    /// Whether `note` took back this part of its invoice.
    private func took(
        _ part: Part, _ note: InvoiceRecord, of invoice: InvoiceRecord,
        in transaction: borrowing Transaction
    ) throws -> Bool {
        let lines = Set(
            try transaction.rows(
                """
                select corrects_position from invoice_line
                where account_id = \(note.account) and invoice_id = \(note.id)
                    and corrects_position is not null
                """
            ) { Int(try $0.next(Int32.self)) })
        switch part {
        case .lines(let positions): return lines == positions
        case .amount(let amount): return lines.isEmpty && note.net == amount
        case .all:
            let later = try transaction.rows(
                """
                select id from invoice
                where account_id = \(note.account) and corrects = \(invoice.id)
                    and (year, sequence) > (
                        select year, sequence from invoice
                        where account_id = \(note.account) and id = \(note.id))
                limit 1
                """
            ) { try $0.next(ID<Invoice>.self) }
            return try later.isEmpty && invoice.left(in: transaction) <= .zero
        }
    }

    private func checkedReason(of actor: AuditEvent.Actor) throws(Refusal) -> String {
        let reason = (actor.reason ?? "").trimmed
        // With the number in front it has to fit where a grant's does.
        guard (1...400).contains(reason.count) else {
            throw Refusal(.invalidValue, "A reason has 1 to 400 characters.", field: "reason")
        }
        guard (1...255).contains(idempotencyKey.count) else {
            throw Refusal(
                .invalidValue, "An idempotency key has 1 to 255 characters.",
                field: "idempotency-key")
        }
        return reason
    }

    private func earlier(
        of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> InvoiceRecord? {
        try transaction.first(
            "select " + InvoiceRecord.columns + InvoiceRecord.tables + """
                 where i.account_id = \(account) and i.idempotency_key = \(idempotencyKey)
                """, InvoiceRecord.read)
    }
}
