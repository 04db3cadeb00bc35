public import Postgres
public import Units

/// Up to 20 generations submitted together, as customers see them.
public struct BatchLine: Sendable {
    public let account: ID<Account>
    public let id: ID<Batch>
    public let mode: Mode
    public let size: Int32
    public let open: Int32
    public let createdAt: Timestamp
    public let endedAt: Timestamp?
    public let metadata: [String: String]
    public var members: [GenerationLine]

    /// A batch with its members; nil when the account has none of that id.
    public static func find(
        _ id: ID<Batch>, of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> BatchLine? {
        let found = try transaction.first(
            """
            select account_id, id, mode, size, open, created_at, ended_at, request
            from batch where account_id = \(account) and id = \(id)
            """
        ) { row in
            let account: ID<Account> = try row.next()
            let id: ID<Batch> = try row.next()
            let mode: String = try row.next()
            let size: Int32 = try row.next()
            let open: Int32 = try row.next()
            let createdAt: Timestamp = try row.next()
            let endedAt: Timestamp? = try row.next()
            let request: JSONText = try row.next()
            return BatchLine(
                account: account, id: id, mode: Mode(rawValue: mode) ?? .live, size: size,
                open: open, createdAt: createdAt, endedAt: endedAt,
                metadata: StoredRequest.metadata(request.text), members: [])
        }
        guard var batch = found else { return nil }
        batch.members = try GenerationLine.members(of: id, account: account, in: transaction)
        return batch
    }
}
