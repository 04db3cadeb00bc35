public import Postgres
public import Units

/// A posting as told to a person.
public struct PostingLine: Sendable {
    public let id: ID<Posting>
    public let at: Timestamp
    public let mode: Mode
    public let debit: Book
    public let credit: Book
    public let amount: Credits
    public let reason: String
    /// What was paid, or what of it was given back.
    public let generation: ID<Generation>?
    /// What was given, or of what something expired.
    public let lot: ID<Grant>?
    /// When that expires, or did.
    public let expiresAt: Timestamp?

    /// The postings of an account, newest first, up to `limit` before the one named.
    public static func list(
        of account: ID<Account>, before: ID<Posting>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [PostingLine] {
        try transaction.rows(
            """
            select p.id, p.at, p.mode, p.debit, p.credit, p.amount, p.reason,
                coalesce(p.generation_id, l.generation_id), l.id, l.expires_at
            from (
                select * from posting
                where account_id = \(account) and (\(before)::uuid is null or id < \(before))
                order by id desc limit \(limit)
            ) p
            left join lapse x on x.account_id = p.account_id and x.posting_id = p.id
            left join grant_lot l on l.account_id = p.account_id
                and (l.posting_id = p.id or l.id = x.lot_id)
            order by p.id desc
            """
        ) { row in
            let id: ID<Posting> = try row.next()
            let at: Timestamp = try row.next()
            let words: [String] = [try row.next(), try row.next(), try row.next()]
            return PostingLine(
                id: id, at: at, mode: Mode(rawValue: words[0]) ?? .live,
                debit: Book(rawValue: words[1]) ?? .wallet,
                credit: Book(rawValue: words[2]) ?? .wallet,
                amount: try row.next(), reason: try row.next(), generation: try row.next(),
                lot: try row.next(), expiresAt: try row.next())
        }
    }
}
