public import Postgres
public import Units

/// An invoice without its lines: what lists show and what verbs decide by.
public struct InvoiceRecord: Sendable {
    public let id: ID<Invoice>
    public let account: ID<Account>
    public let accountName: String
    /// The first day of the month it is for.
    public let month: CivilDate
    public let kind: Invoice.Kind
    public let state: Invoice.State
    /// Nil of a draft.
    public let number: String?
    /// The lines' sum, to the nanodollar.
    public let exact: Credits
    public let net: Cents
    public let tax: Cents
    public let taxPPM: Int32
    /// What of `exact` credits did not pay.
    public let owed: Credits
    /// What that came to with its tax, when it was drawn up.
    public let due: Cents
    public let dueOn: CivilDate?
    /// Which one a credit note takes back.
    public let corrects: ID<Invoice>?
    public let correctsNumber: String?
    public let reason: String?
    public let createdAt: Timestamp
    public let finalizedAt: Timestamp?
    public let paidAt: Timestamp?
    public let voidedAt: Timestamp?
    /// What has come in for it, and the credits that this gave back.
    public let paid: Cents
    public let restored: Credits
    public let payments: Int64
    /// What credit notes have taken back.
    public let creditedExact: Credits
    public let creditedNet: Cents
    public let creditedTax: Cents

    public var gross: Cents { net + tax }
    public var credited: Cents { creditedNet + creditedTax }

    /// What is still to be paid; of a draft, what will be.
    public var outstanding: Cents {
        guard state == .finalized || state == .draft, kind == .invoice else { return .zero }
        return max(.zero, due - paid - credited)
    }

    /// What the wallet lacks of it until it is paid.
    var outstandingExact: Credits { max(.zero, owed - restored - creditedExact) }

    /// The date on it.
    public var issued: CivilDate { CivilDate(finalizedAt ?? createdAt) }

    /// What it is called: its number, or that it has none yet.
    public var name: String { number ?? "the draft of \(account) for \(month.monthText)" }
}

extension InvoiceRecord {
    static let columns: SQL = """
        i.id, i.account_id, a.name, i.month, i.kind, i.state, i.number, i.exact, i.net_cents,
        i.tax_cents, i.tax_ppm, i.owed, i.due_cents, i.due_on, i.corrects, o.number, i.reason,
        i.created_at, i.finalized_at, i.paid_at, i.voided_at, p.amount, p.credits, p.count,
        c.exact, c.net, c.tax
        """

    static let tables: SQL = """
         from invoice i
        join account a on a.id = i.account_id
        left join invoice o on o.account_id = i.account_id and o.id = i.corrects,
        lateral (
            select coalesce(sum(amount_cents), 0)::bigint as amount,
                coalesce(sum(credits), 0)::bigint as credits, count(*) as count
            from invoice_payment where account_id = i.account_id and invoice_id = i.id
        ) p, lateral (
            select coalesce(sum(exact), 0)::bigint as exact,
                coalesce(sum(net_cents), 0)::bigint as net,
                coalesce(sum(tax_cents), 0)::bigint as tax
            from invoice where account_id = i.account_id and corrects = i.id
        ) c
        """

    static func read(_ row: inout RowReader) throws -> InvoiceRecord {
        InvoiceRecord(
            id: try row.next(), account: try row.next(), accountName: try row.next(),
            month: try row.next(), kind: Invoice.Kind(rawValue: try row.next()) ?? .invoice,
            state: Invoice.State(rawValue: try row.next()) ?? .draft, number: try row.next(),
            exact: try row.next(), net: try row.next(), tax: try row.next(),
            taxPPM: try row.next(), owed: try row.next(), due: try row.next(),
            dueOn: try row.next(), corrects: try row.next(), correctsNumber: try row.next(),
            reason: try row.next(), createdAt: try row.next(), finalizedAt: try row.next(),
            paidAt: try row.next(), voidedAt: try row.next(), paid: try row.next(),
            restored: try row.next(), payments: try row.next(), creditedExact: try row.next(),
            creditedNet: try row.next(), creditedTax: try row.next())
    }

    /// The one that is meant, if there is one.
    public static func first(
        _ reference: Invoice.Reference, in transaction: borrowing Transaction
    ) throws -> InvoiceRecord? {
        try transaction.first(
            "select " + columns + tables + " where " + reference.condition, read)
    }

    /// The one that is meant, or a refusal that says that there is none.
    public static func find(
        _ reference: Invoice.Reference, in transaction: borrowing Transaction
    ) throws -> InvoiceRecord {
        guard let found = try first(reference, in: transaction) else {
            throw Refusal(
                .notFound, "There is no invoice \(reference.text).", field: "invoice")
        }
        return found
    }

    /// The same, kept from changing until the end of the transaction.
    static func lock(
        _ reference: Invoice.Reference, in transaction: borrowing Transaction
    ) throws -> InvoiceRecord {
        try transaction.execute(
            "select from invoice i where " + reference.condition + " for no key update")
        // A statement of its own: it sees what was committed while the lock was waited for.
        return try find(reference, in: transaction)
    }

    /// Which ones to list.
    public struct Filter: Sendable {
        public var account: ID<Account>?
        public var month: CivilDate?
        public var state: Invoice.State?
        public var kind: Invoice.Kind?

        public init(
            account: ID<Account>? = nil, month: CivilDate? = nil, state: Invoice.State? = nil,
            kind: Invoice.Kind? = nil
        ) {
            self.account = account
            self.month = month
            self.state = state
            self.kind = kind
        }

        fileprivate var conditions: SQL {
            var sql: SQL = ""
            if let account { sql += " and i.account_id = \(account)" }
            if let month { sql += " and i.month = \(month.startOfMonth)" }
            if let state { sql += " and i.state = \(state.rawValue)" }
            if let kind { sql += " and i.kind = \(kind.rawValue)" }
            return sql
        }
    }

    /// Invoices in order of birth, newest first, up to `limit` before the one named.
    public static func list(
        _ filter: Filter, before: ID<Invoice>?, limit: Int, in transaction: borrowing Transaction
    ) throws -> [InvoiceRecord] {
        try transaction.rows(
            "select " + columns + tables + " where (\(before)::uuid is null or i.id < \(before))"
                + filter.conditions + " order by i.id desc limit \(limit)", read)
    }

    /// Invoices a page asks for at most.
    public static let pageMax = 100

    /// What an account sees of its own: what is final, newest first.
    public static func page(
        of account: ID<Account>, before: ID<Invoice>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [InvoiceRecord] {
        precondition((1...pageMax + 1).contains(limit), "a page has a limit")
        return try transaction.rows(
            "select " + columns + tables + """
                 where i.account_id = \(account) and i.state <> 'draft'
                    and (\(before)::uuid is null or i.id < \(before))
                order by i.id desc limit \(limit)
                """, read)
    }
}

extension CivilDate {
    /// `2026-10`.
    public var monthText: String { String(description.dropLast(3)) }
}
