public import Postgres
public import Units

/// One line of the usage log.
public struct GenerationLine: Sendable {
    /// A picture that was kept.
    public struct Image: Sendable {
        public let name: String
        public let mediaType: String
        public let width: Int32
        public let height: Int32
    }

    public let id: ID<Generation>
    public let mode: Mode
    public let key: ID<Key>
    public let state: String
    public let dialect: String
    public let model: String
    public let priceVersion: Int32
    public let n: Int32
    public let delivered: Int32
    public let held: Credits
    public let captured: Credits
    public let createdAt: Timestamp
    public let endedAt: Timestamp?
    public let errorKind: String?
    public let errorMessage: String?
    /// Microseconds; nil until it has ended.
    public let queueMicros: Int64?
    public let providerMicros: Int64?
    public let storeMicros: Int64?
    public let totalMicros: Int64?
    public var images: [Image] = []

    /// Lines asked for at once, at most.
    public static let pageMax = 100

    /// An account's generations of one mode, newest first, up to `limit` before the one named.
    public static func page(
        of account: ID<Account>, mode: Mode, before: ID<Generation>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [GenerationLine] {
        precondition((1...pageMax + 1).contains(limit), "a page has a limit")
        var lines = try transaction.rows(
            """
            select id, mode, key_id, state, dialect, model, price_version, n, images, held,
                captured, created_at, ended_at, error_kind, error_message, queue_us, provider_us,
                store_us, total_us
            from generation
            where account_id = \(account) and mode = \(mode.rawValue)
                and id < \(before ?? .last)
            order by id desc limit \(limit)
            """, read)
        let images = try images(of: lines.map(\.id), account: account, in: transaction)
        for index in lines.indices { lines[index].images = images[lines[index].id] ?? [] }
        return lines
    }

    private static func read(_ row: inout RowReader) throws -> GenerationLine {
        let id: ID<Generation> = try row.next()
        let mode: String = try row.next()
        return GenerationLine(
            id: id, mode: Mode(rawValue: mode) ?? .live, key: try row.next(),
            state: try row.next(), dialect: try row.next(), model: try row.next(),
            priceVersion: try row.next(), n: try row.next(), delivered: try row.next(),
            held: try row.next(), captured: try row.next(), createdAt: try row.next(),
            endedAt: try row.next(), errorKind: try row.next(), errorMessage: try row.next(),
            queueMicros: try row.next(), providerMicros: try row.next(),
            storeMicros: try row.next(), totalMicros: try row.next())
    }

    private static func images(
        of generations: [ID<Generation>], account: ID<Account>,
        in transaction: borrowing Transaction
    ) throws -> [ID<Generation>: [Image]] {
        // A picture is born after its generation: months before the page's are not looked into.
        guard let oldest = generations.min() else { return [:] }
        let first = ID<KeptImage>.earliest(at: oldest.born)
        let rows = try transaction.rows(
            """
            select generation_id, name, media_type, width, height from image
            where account_id = \(account) and id >= \(first)
                and generation_id = any(\(generations))
            order by generation_id, position
            """
        ) { row in
            let generation: ID<Generation> = try row.next()
            return (
                generation,
                Image(
                    name: try row.next(), mediaType: try row.next(), width: try row.next(),
                    height: try row.next())
            )
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}

extension ID {
    /// Above every id that can be born.
    static var last: ID { ID(high: .max, low: .max) }
}
