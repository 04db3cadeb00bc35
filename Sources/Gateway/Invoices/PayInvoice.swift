import Ledger
public import Postgres
public import Units

/// Money that came in for an invoice.
public struct InvoicePayment: Sendable {
    public let id: ID<InvoicePayment>
    /// With tax.
    public let amount: Cents
    /// The part of it that is tax.
    public let tax: Cents
    /// What the wallet got back.
    public let credits: Credits
    public let reference: String
    public let at: Timestamp

    /// What came of recording one.
    public struct Outcome: Sendable {
        public let payment: InvoicePayment
        public let invoice: InvoiceRecord
        /// Whether this key had paid before, so that nothing happened now.
        public let repeated: Bool
    }

    /// What a payment is recorded with.
    public struct Entry: Sendable {
        public let invoice: Invoice.Reference
        public let amount: Cents
        /// Such as the number of the bank's statement.
        public let reference: String
        /// Recording again under the same key changes nothing.
        public let idempotencyKey: String

        public init(
            invoice: Invoice.Reference, amount: Cents, reference: String, idempotencyKey: String
        ) {
            self.invoice = invoice
            self.amount = amount
            self.reference = reference
            self.idempotencyKey = idempotencyKey
        }
    }

    /// Records a payment and gives the credits back that it pays for: all that the invoice had taken
    /// once it is paid in full, a share rounded down before.
    ///
    /// Refuses what is not due, and more than is.
    public static func record(
        _ entry: Entry, by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Outcome {
        try check(entry)
        let invoice = try InvoiceRecord.lock(entry.invoice, in: transaction)
        if let (owner, payment) = try earlier(entry, of: invoice.account, in: transaction) {
            guard owner == invoice.id, payment.amount == entry.amount else {
                throw Refusal(
                    .conflict, "This idempotency key has paid $\(payment.amount) before.",
                    field: "idempotency-key")
            }
            return Outcome(payment: payment, invoice: invoice, repeated: true)
        }
        let due = try payable(invoice)
        guard entry.amount <= due else {
            throw Refusal(
                .invalidValue,
                "$\(due) is due of invoice \(invoice.name); $\(entry.amount) is more.",
                field: "amount")
        }
        let payment = Self.divided(entry, of: invoice, due: due, at: actor.now)
        let grant = try give(payment, for: invoice, at: actor.now, in: transaction)
        try insert(payment, grant, entry, of: invoice, in: transaction)
        if entry.amount == due { try invoice.settle(at: actor.now, in: transaction) }
        let after = try InvoiceRecord.find(.id(invoice.id), in: transaction)
        try AuditEvent.record(
            "invoice.paid", on: invoice.id.description, account: invoice.account,
            details: .object([
                ("before", invoice.audited), ("after", after.audited),
                ("payment_id", .id(payment.id)), ("amount", .number(payment.amount.dollars)),
                ("tax", .number(payment.tax.dollars)), ("credits", .credits(payment.credits)),
                ("reference", .string(payment.reference)),
            ]), by: actor, in: transaction)
        return Outcome(payment: payment, invoice: after, repeated: false)
    }

    /// The payments of an invoice, oldest first.
    public static func list(
        of invoice: InvoiceRecord, in transaction: borrowing Transaction
    ) throws -> [InvoicePayment] {
        try transaction.rows(
            "select " + columns + """
                 from invoice_payment
                where account_id = \(invoice.account) and invoice_id = \(invoice.id) order by id
                """, read)
    }

    private static func check(_ entry: Entry) throws(Refusal) {
        guard entry.amount > .zero else {
            throw Refusal(
                .invalidValue, "A payment is more than zero; $\(entry.amount) came.",
                field: "amount")
        }
        guard (1...200).contains(entry.reference.count),
            entry.reference.contains(where: { !$0.isWhitespace })
        else {
            throw Refusal(
                .invalidValue, "A reference has 1 to 200 characters.", field: "reference")
        }
        guard (1...255).contains(entry.idempotencyKey.count) else {
            throw Refusal(
                .invalidValue, "An idempotency key has 1 to 255 characters.",
                field: "idempotency-key")
        }
    }

    private static func payable(_ invoice: InvoiceRecord) throws(Refusal) -> Cents {
        guard invoice.kind == .invoice else {
            throw Refusal(.conflict, "\(invoice.name) is no invoice; nothing of it is due.")
        }
        guard invoice.state != .draft else {
            throw Refusal(.conflict, "\(invoice.name) has to be made final first.")
        }
        let due = invoice.outstanding
        guard due > .zero else {
            throw Refusal(
                .conflict, "Invoice \(invoice.name) is \(invoice.state.rawValue); nothing is due.")
        }
        return due
    }

    /// What of the payment is tax, and what the wallet gets back for it. Shares are of what has been
    /// paid up to here, less what was said before, so that all shares add up to the whole.
    private static func divided(
        _ entry: Entry, of invoice: InvoiceRecord, due: Cents, at now: Timestamp
    ) -> InvoicePayment {
        let left = invoice.outstandingExact
        let share = Int128(left.nanodollars) * Int128(entry.amount.count) / Int128(due.count)
        let credits = Credits(nanodollars: Int64(share))
        let net =
            Cents(rounding: invoice.restored + credits) - Cents(rounding: invoice.restored)
        return InvoicePayment(
            id: ID(at: now), amount: entry.amount,
            tax: min(max(entry.amount - net, .zero), entry.amount), credits: credits,
            reference: entry.reference, at: now)
    }

    private static func give(
        _ payment: InvoicePayment, for invoice: InvoiceRecord, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> ID<Grant>? {
        guard payment.credits > .zero else { return nil }
        let grant = Grant(
            wallet: Wallet.Name(account: invoice.account, mode: .live), kind: .paid,
            amount: payment.credits, reason: "payment of invoice \(invoice.name)",
            idempotencyKey: Credits.ownKeys + "payment:\(payment.id)")
        return try grant.give(at: now, in: transaction).id
    }

    private static let columns: SQL = "id, amount_cents, tax_cents, credits, reference, at"

    private static func read(_ row: inout RowReader) throws -> InvoicePayment {
        InvoicePayment(
            id: try row.next(), amount: try row.next(), tax: try row.next(),
            credits: try row.next(), reference: try row.next(), at: try row.next())
    }

    private static func earlier(
        _ entry: Entry, of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> (ID<Invoice>, InvoicePayment)? {
        try transaction.first(
            "select invoice_id, " + columns + """
                 from invoice_payment
                where account_id = \(account) and idempotency_key = \(entry.idempotencyKey)
                """
        ) { row in (try row.next(ID<Invoice>.self), try read(&row)) }
    }

    private static func insert(
        _ payment: InvoicePayment, _ grant: ID<Grant>?, _ entry: Entry, of invoice: InvoiceRecord,
        in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            insert into invoice_payment (account_id, id, invoice_id, amount_cents, tax_cents,
                credits, grant_id, reference, idempotency_key, at)
            values (\(invoice.account), \(payment.id), \(invoice.id), \(payment.amount),
                \(payment.tax), \(payment.credits), \(grant), \(payment.reference),
                \(entry.idempotencyKey), \(payment.at))
            """)
    }
}

extension InvoiceRecord {
    /// Nothing of it is due any more. Queued.
    func settle(at now: Timestamp, in transaction: borrowing Transaction) throws {
        try transaction.send(
            """
            update invoice set state = 'paid', paid_at = \(now)
            where account_id = \(account) and id = \(id)
            """)
    }

    /// What of it can change, for the audit log.
    var audited: JSON {
        .object([
            ("state", .string(state.rawValue)), ("outstanding", .number(outstanding.dollars)),
            ("paid", .number(paid.dollars)), ("credited", .number(credited.dollars)),
        ])
    }
}
