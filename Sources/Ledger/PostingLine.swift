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
    public let generation: ID<Generation>?

    /// The postings of an account, newest first, up to `limit` before the one named.
    public static func list(
        of account: ID<Account>, before: ID<Posting>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [PostingLine] {
        try transaction.rows(
            """
            select id, at, mode, debit, credit, amount, reason, generation_id from posting
            where account_id = \(account) and (\(before)::uuid is null or id < \(before))
            order by id desc limit \(limit)
            """
        ) { row in
            let id: ID<Posting> = try row.next()
            let at: Timestamp = try row.next()
            let words: [String] = [try row.next(), try row.next(), try row.next()]
            return PostingLine(
                id: id, at: at, mode: Mode(rawValue: words[0]) ?? .live,
                debit: Book(rawValue: words[1]) ?? .wallet,
                credit: Book(rawValue: words[2]) ?? .wallet,
                amount: try row.next(), reason: try row.next(), generation: try row.next())
        }
    }
}
