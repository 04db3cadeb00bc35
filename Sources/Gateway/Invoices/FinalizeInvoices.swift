import Documents
import Ledger
public import Postgres
public import Units

/// Makes drafts final: each gets the next number of the year and says from then on what it says now.
///
/// In batches of a transaction each, so that a month of ten thousand can be stopped anywhere and gone on
/// with: what is numbered stays numbered, without a gap.
public enum Finalization {
    /// Made final in one transaction, at most.
    public static let batchMax = InvoiceDocuments.batchMax

    /// What a batch came to.
    public struct Batch: Sendable {
        /// The numbers that were given, in order of account.
        public let numbers: [String]
        /// Drafts that stay drafts, and why.
        public let refused: [Refused]
        /// Where the next batch begins; nil when there are no more.
        public let last: ID<Account>?
    }

    /// A draft that cannot be made final yet.
    public struct Refused: Sendable {
        public let account: ID<Account>
        public let name: String
        /// What is in the way, in sentences.
        public let reasons: [String]
    }

    /// Makes the drafts of a month final, the next ones in order of account after the one named, or
    /// that of one account alone.
    ///
    /// They are written anew in the same transaction: what is final is what the totals say. What is
    /// charged for the month from then on goes on the next open month's invoice.
    public static func run(
        _ month: CivilDate, account: ID<Account>?, after: ID<Account>?, limit: Int = batchMax,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> Batch {
        try Drafts.check(isOver: month, at: actor.now)
        let month = month.startOfMonth
        var numbers = try InvoiceNumbers.lock(at: actor.now, in: transaction)
        let accounts = try drafts(
            of: month, account: account, after: after, limit: limit, in: transaction)
        let drafts = try Drafts.write(month, of: accounts, at: actor.now, in: transaction)
        let written = drafts.written.sorted { $0.account < $1.account }
        let loaded = try InvoiceDocuments.load(
            written.map { ($0.account, $0.invoice) }, in: transaction)
        let waiting = try awaitingEarlier(than: month, of: accounts, in: transaction)
        var refused = drafts.refused
        var ready: [Numbered] = []
        for draft in loaded {
            let document = draft.document
            var reasons = lacking(in: document)
            if let earlier = waiting[document.account] {
                reasons.append("its draft for \(earlier.monthText) has to be made final first")
            }
            if reasons.isEmpty {
                ready.append(
                    Numbered(
                        id: draft.id, sequence: numbers.take(), year: numbers.year,
                        document: document))
            } else {
                refused.append(
                    Refused(
                        account: document.account, name: document.buyer.name, reasons: reasons))
            }
        }
        try write(ready, month: month, by: actor, in: transaction)
        try numbers.keep(in: transaction)
        return Batch(
            numbers: ready.map(\.number), refused: refused,
            last: accounts.count == limit ? accounts.last : nil)
    }

    /// What stands between a draft and a valid document.
    private static func lacking(in document: InvoiceDocument) -> [String] {
        let lacking = document.lackingForEN16931
        guard document.lines.isEmpty else { return lacking }
        // A month in which nothing was used is no sale; its statement is no file of the standard.
        return lacking.filter { !$0.hasSuffix("(BR-16)") }
    }

    private static func drafts(
        of month: CivilDate, account: ID<Account>?, after: ID<Account>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [ID<Account>] {
        try transaction.rows(
            """
            select account_id from invoice
            where month = \(month) and state = 'draft' and kind <> 'credit_note'
                and (\(account)::uuid is null or account_id = \(account))
                and (\(after)::uuid is null or account_id > \(after))
            order by account_id limit \(limit)
            """
        ) { try $0.next() }
    }

    /// Accounts that have an earlier month's draft: numbers follow the months. A month with usage that no
    /// final invoice has, skipped or withdrawn, has got one by now (`Drafts.write`).
    private static func awaitingEarlier(
        than month: CivilDate, of accounts: [ID<Account>], in transaction: borrowing Transaction
    ) throws -> [ID<Account>: CivilDate] {
        let rows = try transaction.rows(
            """
            select account_id, min(month) from invoice
            where account_id = any(\(accounts)) and month < \(month) and state = 'draft'
            group by account_id
            """
        ) { row in (try row.next(ID<Account>.self), try row.next(CivilDate.self)) }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    private static func write(
        _ ready: [Numbered], month: CivilDate, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        guard !ready.isEmpty else { return }
        let accounts = ready.map(\.document.account)
        try DailyTotals.seal(month, of: accounts, at: actor.now, in: transaction)
        try transaction.send(
            """
            update invoice i set state = 'finalized', year = t.year, sequence = t.sequence,
                number = t.number, seller = t.seller, bank = s.bank, buyer = t.buyer,
                reference = t.reference, finalized_at = \(actor.now),
                due_on = case when i.due_cents > 0 then
                    (\(actor.now)::timestamptz at time zone 'UTC')::date + coalesce(s.due_days, 0)
                end
            from unnest(\(accounts), \(ready.map(\.id)), \(ready.map { Int32($0.year) }),
                \(ready.map(\.sequence)), \(ready.map(\.number)),
                \(ready.map { JSONText(BillingParty($0.document.seller).json.text) }),
                \(ready.map { JSONText(BillingParty($0.document.buyer).json.text) }),
                \(ready.map(\.document.buyerReference)))
                as t (account_id, id, year, sequence, number, seller, buyer, reference)
            left join seller s on true
            where i.account_id = t.account_id and i.id = t.id
            """)
        try tell(ready, month: month, by: actor, in: transaction)
    }

    /// A draft with the number that it gets.
    struct Numbered {
        let id: ID<Invoice>
        let sequence: Int32
        let year: Int64
        let document: InvoiceDocument

        var number: String { Invoice.number(sequence, of: year) }
    }

    /// Tells the account, and the audit log. Queued.
    static func tell(
        _ numbered: [Numbered], month: CivilDate, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        for one in numbered {
            try AuditEvent.record(
                "invoice.finalized", on: one.id.description, account: one.document.account,
                details: .object([
                    ("before", .object([("state", .string("draft"))])),
                    (
                        "after",
                        .object([
                            ("state", .string("finalized")), ("number", .string(one.number)),
                            ("net", .number(one.document.totals.net.dollars)),
                            ("gross", .number(one.document.totals.gross.dollars)),
                        ])
                    ),
                ]), by: actor, in: transaction)
        }
        try PlanPins.set(in: transaction)
        try WebhookDelivery.queue(
            numbered.map { .finalized($0, month: month, at: actor.now) }, in: transaction)
    }
}

extension WebhookEvent {
    /// An invoice has got its number.
    fileprivate static func finalized(
        _ invoice: Finalization.Numbered, month: CivilDate, at now: Timestamp
    ) -> WebhookEvent {
        let totals = invoice.document.totals
        let kind: Invoice.Kind =
            switch invoice.document.kind {
            case .invoice: .invoice
            case .statement: .statement
            case .creditNote: .creditNote
            }
        let isDue = totals.due > .zero && kind == .invoice
        return WebhookEvent(
            account: invoice.document.account, message: ID(at: now), event: .invoiceFinalized,
            subject: .data(
                JSON.object([
                    ("id", .id(invoice.id)), ("number", .string(invoice.number)),
                    ("kind", .string(kind.rawValue)), ("month", .string(month.monthText)),
                    ("currency", .string("USD")), ("net", .number(totals.net.dollars)),
                    ("tax", .number(totals.tax.dollars)), ("gross", .number(totals.gross.dollars)),
                    ("due", .number(isDue ? totals.due.dollars : Cents.zero.dollars)),
                ]).text), requestURL: nil, at: now)
    }
}
