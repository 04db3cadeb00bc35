public import Documents
public import Postgres
public import Units

/// Invoices with everything that they say, as values that files are made of.
public enum InvoiceDocuments {
    /// Loaded at once, at most: each has all its lines in memory.
    public static let batchMax = 100

    /// An invoice with its id.
    public struct Loaded: Sendable {
        public let id: ID<Invoice>
        public let document: InvoiceDocument
    }

    /// The invoice with all that it says, or nil when the account has none of this id.
    public static func find(
        _ id: ID<Invoice>, of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> InvoiceDocument? {
        try load([(account, id)], in: transaction).first?.document
    }

    /// The documents of a month that are final, in order of account and birth, up to `limit` after
    /// the one named.
    public static func month(
        _ month: CivilDate, account: ID<Account>?, after: (ID<Account>, ID<Invoice>)?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [Loaded] {
        let afterAccount = after?.0 ?? ID(high: 0, low: 0)
        let afterInvoice = after?.1 ?? ID(high: 0, low: 0)
        let names = try transaction.rows(
            """
            select account_id, id from invoice
            where month = \(month.startOfMonth) and state <> 'draft'
                and (\(account)::uuid is null or account_id = \(account))
                and (account_id, id) > (\(afterAccount), \(afterInvoice))
            order by account_id, id limit \(min(limit, batchMax))
            """
        ) { row in (try row.next(ID<Account>.self), try row.next(ID<Invoice>.self)) }
        return try load(names, in: transaction)
    }

    /// Of drafts, parties are as they are now; of others, as they were.
    static func load(
        _ names: [(ID<Account>, ID<Invoice>)], in transaction: borrowing Transaction
    ) throws -> [Loaded] {
        guard !names.isEmpty else { return [] }
        let accounts = names.map(\.0)
        let ids = names.map(\.1)
        let heads = try transaction.send(
            "select " + columns + """
                 from unnest(\(accounts), \(ids)) with ordinality as t (account_id, id, place)
                join invoice i on i.account_id = t.account_id and i.id = t.id
                join account a on a.id = i.account_id
                left join billing_party b on b.account_id = i.account_id and i.number is null
                left join seller s on i.number is null
                left join invoice o on o.account_id = i.account_id and o.id = i.corrects
                order by t.place
                """, readHead)
        let lines = try transaction.send(
            """
            select l.invoice_id, l.position, l.description, l.model, l.unit,
                (l.quantity * 1000000)::bigint, l.unit_amount, l.price_version, l.amount
            from unnest(\(accounts), \(ids)) as t (account_id, id)
            join invoice_line l on l.account_id = t.account_id and l.invoice_id = t.id
            order by l.invoice_id, l.position
            """, readLine)
        let documents = try heads.rows()
        let grouped = Dictionary(grouping: try lines.rows(), by: \.0)
        return documents.map { head in
            var document = head.document
            document.lines = (grouped[head.id] ?? []).map { line in
                var line = line.1
                line.tax = head.tax
                return line
            }
            return Loaded(id: head.id, document: document)
        }
    }

    private static let columns: SQL = """
        i.id, i.account_id, i.month, i.kind, i.state, i.number, coalesce(i.seller, s.party),
        coalesce(i.bank, s.bank), coalesce(i.buyer, b.party), a.name, a.email,
        coalesce(i.reference, b.reference), i.notes, i.tax_category, i.tax_ppm, i.tax_reason,
        i.exact, i.net_cents, i.tax_cents, i.due_cents, i.due_on, i.opening, i.bought,
        i.promotional, i.adjusted, i.used, i.expired, i.closing, i.created_at, i.finalized_at,
        o.number, o.finalized_at
        """
}
