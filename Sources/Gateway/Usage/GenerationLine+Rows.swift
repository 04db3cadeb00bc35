import Ledger
public import Postgres
import Storage
public import Units

extension GenerationLine {
    /// Lines asked for at once, at most.
    public static let pageMax = 100

    /// What a page is narrowed to.
    public struct Filter: Sendable {
        public var mode: Mode?
        public var state: State?
        public var model: String?
        public var batch: ID<Batch>?

        public init(
            mode: Mode? = nil, state: State? = nil, model: String? = nil, batch: ID<Batch>? = nil
        ) {
            self.mode = mode
            self.state = state
            self.model = model
            self.batch = batch
        }
    }

    /// An account's generations, newest first, up to `limit` before the one named.
    public static func page(
        of account: ID<Account>, filter: Filter, before: ID<Generation>?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [GenerationLine] {
        precondition((1...pageMax + 1).contains(limit), "a page has a limit")
        let lines = try transaction.rows(
            "select " + columns + """
                 from generation
                where account_id = \(account) and id < \(before ?? .last)
                    and (\(filter.mode?.rawValue) is null or mode = \(filter.mode?.rawValue))
                    and (\(filter.state?.rawValue) is null or state = \(filter.state?.rawValue))
                    and (\(filter.model) is null or model = \(filter.model))
                order by id desc limit \(limit)
                """, read)
        return try withImages(lines, in: transaction)
    }

    /// The members of a batch, in the order of their submission.
    public static func members(
        of batch: ID<Batch>, account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> [GenerationLine] {
        let lines = try transaction.rows(
            "select " + columns + """
                 from generation
                where account_id = \(account) and batch_id = \(batch)
                order by id limit \(pageMax)
                """, read)
        return try withImages(lines, in: transaction)
    }

    /// The line of a job; nil when there is none.
    public static func find(
        _ job: JobName, in transaction: borrowing Transaction
    ) throws -> GenerationLine? {
        try PlanPins.set(in: transaction)
        let lines = try queue([job.id], of: job.account, in: transaction).rows()
        return try withImages(lines, in: transaction).first
    }

    /// The lines of these jobs; those that do not exist are left out.
    ///
    /// For the reader, who is turned from account to account: two round trips for all of them.
    static func find(
        _ jobs: Set<JobName>, turning transaction: borrowing Transaction
    ) throws -> [JobName: GenerationLine] {
        try PlanPins.set(in: transaction)
        var asked: [Pending<GenerationLine>] = []
        for (account, jobs) in Dictionary(grouping: jobs, by: \.account) {
            try transaction.turn(to: account)
            asked.append(try queue(jobs.map(\.id), of: account, in: transaction))
        }
        var shown: [([GenerationLine], Pending<(ID<Generation>, Image)>?)] = []
        for lines in try asked.map({ try $0.rows() }) {
            guard let account = lines.first?.account else { continue }
            try transaction.turn(to: account)
            shown.append((lines, try queueImages(of: lines, in: transaction)))
        }
        var found: [JobName: GenerationLine] = [:]
        for (lines, images) in shown {
            for line in with(try images?.rows() ?? [], lines) { found[line.name] = line }
        }
        return found
    }

    private static func queue(
        _ jobs: [ID<Generation>], of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Pending<GenerationLine> {
        try transaction.send(
            "select " + columns + """
                 from unnest(\(jobs)) as t (job),
                lateral (
                    select * from generation where account_id = \(account) and id = t.job
                ) g
                """, read)
    }

    private static let columns: SQL = """
        account_id, id, mode, key_id, state, dialect, model, provider, price_version, n, images,
        held, captured, posting_id, batch_id, progress, created_at, ended_at, error_kind,
        error_message, queue_us, provider_us, store_us, total_us, served_by,
        request, report
        """

    private static func read(_ row: inout RowReader) throws -> GenerationLine {
        let account: ID<Account> = try row.next()
        let id: ID<Generation> = try row.next()
        let mode: String = try row.next()
        let key: ID<Key> = try row.next()
        let state: String = try row.next()
        let dialect: String = try row.next()
        let model: String = try row.next()
        let provider: String = try row.next()
        let version: Int32 = try row.next()
        let n: Int32 = try row.next()
        let delivered: Int32 = try row.next()
        let held: Credits = try row.next()
        let captured: Credits = try row.next()
        let posting: ID<Posting>? = try row.next()
        let batch: ID<Batch>? = try row.next()
        let progress: Int32 = try row.next()
        let createdAt: Timestamp = try row.next()
        let endedAt: Timestamp? = try row.next()
        let errorKind: String? = try row.next()
        let errorMessage: String? = try row.next()
        let queue: Int64? = try row.next()
        let provided: Int64? = try row.next()
        let store: Int64? = try row.next()
        let total: Int64? = try row.next()
        let servedBy: String? = try row.next()
        let request: JSONText = try row.next()
        let report: JSONText? = try row.next()
        return GenerationLine(
            account: account, id: id, mode: Mode(rawValue: mode) ?? .live, key: key, state: state,
            dialect: dialect, model: model, provider: provider, servedBy: servedBy,
            priceVersion: version, n: n,
            delivered: delivered, held: held, captured: captured, posting: posting, batch: batch,
            progress: progress, createdAt: createdAt, endedAt: endedAt, errorKind: errorKind,
            errorMessage: errorMessage, queueMicros: queue, providerMicros: provided,
            storeMicros: store, totalMicros: total,
            request: StoredRequest(request.text, n: Int(n)),
            report: GenerationReport(report?.text))
    }

    /// The lines of one account with their pictures.
    private static func withImages(
        _ lines: [GenerationLine], in transaction: borrowing Transaction
    ) throws -> [GenerationLine] {
        with(try queueImages(of: lines, in: transaction)?.rows() ?? [], lines)
    }

    /// The pictures of one account's lines, queued; nil when they have none.
    private static func queueImages(
        of lines: [GenerationLine], in transaction: borrowing Transaction
    ) throws -> Pending<(ID<Generation>, Image)>? {
        // A picture is born after its generation: months before these are not looked into.
        let made = lines.filter { $0.delivered > 0 }
        guard let oldest = made.map(\.id).min() else { return nil }
        let first = ID<KeptImage>.earliest(at: oldest.born)
        return try transaction.send(
            """
            select t.id, i.id, i.name, i.media_type, i.width, i.height
            from unnest(\(made.map(\.id))) as t (id),
            lateral (
                select * from image
                where account_id = \(made[0].account) and generation_id = t.id and id >= \(first)
            ) i
            order by t.id, i.position
            """
        ) { row in
            let generation: ID<Generation> = try row.next()
            return (
                generation,
                Image(
                    id: try row.next(), name: try row.next(), mediaType: try row.next(),
                    width: try row.next(), height: try row.next())
            )
        }
    }

    private static func with(
        _ images: [(ID<Generation>, Image)], _ lines: [GenerationLine]
    ) -> [GenerationLine] {
        let images = Dictionary(grouping: images, by: \.0).mapValues { $0.map(\.1) }
        return lines.map { line in
            var line = line
            line.images = images[line.id] ?? []
            return line
        }
    }
}

extension ID {
    /// Above every id that can be born.
    static var last: ID { ID(high: .max, low: .max) }
}
