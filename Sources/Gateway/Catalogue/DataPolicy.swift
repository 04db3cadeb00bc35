public import Postgres
public import Units

/// How a provider treats what it is sent, as far as a source says so.
public struct DataPolicy: Hashable, Sendable {
    /// Whether prompts and pictures train models; nil for unknown.
    public var trainsOnData: Bool?
    /// Hours for which prompts and pictures are kept at most, 0 for not at all; nil for unknown.
    public var retentionHours: Int?
    /// Where they are processed; nil for unknown.
    public var region: String?
    /// Where this is written, such as a page or a contract.
    public var source: String
    /// When it was read there.
    public var checkedOn: CivilDate

    public init(
        trainsOnData: Bool? = nil, retentionHours: Int? = nil, region: String? = nil,
        source: String, checkedOn: CivilDate
    ) {
        self.trainsOnData = trainsOnData
        self.retentionHours = retentionHours
        self.region = region
        self.source = source
        self.checkedOn = checkedOn
    }

    /// Characters of a source or a region.
    static let textMax = 500
    /// A hundred years.
    static let hoursMax = 876_000

    /// Whether nothing of a request is kept.
    public var keepsNothing: Bool { retentionHours == 0 }

    /// What it says of retention, in words.
    var retentionInWords: String {
        switch retentionHours {
        case nil: "it is not known how long it keeps data"
        case 0?: "it keeps no data"
        case let hours? where hours % 24 == 0: "it keeps data for up to \(hours / 24) days"
        case let hours?: "it keeps data for up to \(hours) hours"
        }
    }

    /// What it says of training, in words.
    var trainingInWords: String {
        switch trainsOnData {
        case nil: "it is not known whether it trains models on data"
        case true?: "it trains models on data"
        case false?: "it trains no models on data"
        }
    }

    public var json: JSON {
        .object([
            ("trains_on_data", .optional(trainsOnData, JSON.bool)),
            ("retention_hours", .optional(retentionHours) { .int($0) }),
            ("zdr", .bool(keepsNothing)), ("region", .optional(region, JSON.string)),
            ("source", .string(source)), ("checked_on", .string("\(checkedOn)")),
        ])
    }
}

extension DataPolicy {
    /// One of the table's rows.
    public struct Row: Sendable {
        public let policy: DataPolicy
        /// Whether an admin has set it, and not a file.
        public let isAdmins: Bool
    }

    /// All that is known, by provider.
    public static func all(in transaction: borrowing Transaction) throws -> [String: Row] {
        let rows: [(String, Row)] = try transaction.rows(
            """
            select provider, trains_on_data, retention_hours, region, source, checked_on, set_by_admin
            from data_policy
            """
        ) { row in
            let provider: String = try row.next()
            let policy = DataPolicy(
                trainsOnData: try row.next(),
                retentionHours: try row.next(Int32?.self).map(Int.init), region: try row.next(),
                source: try row.next(), checkedOn: try row.next())
            return (provider, Row(policy: policy, isAdmins: try row.next()))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    /// Writes it in place of what was known of `provider`.
    func write(
        of provider: String, byAdmin: Bool, in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            insert into data_policy (provider, trains_on_data, retention_hours, region, source,
                checked_on, set_by_admin)
            values (\(provider), \(trainsOnData), \(retentionHours.map { Int32(clamping: $0) }),
                \(region), \(source), \(checkedOn), \(byAdmin))
            on conflict (provider) do update set trains_on_data = excluded.trains_on_data,
                retention_hours = excluded.retention_hours, region = excluded.region,
                source = excluded.source, checked_on = excluded.checked_on,
                set_by_admin = excluded.set_by_admin
            """)
    }

    /// Sets what is known of `provider`, on every server within seconds; a file does not change it
    /// from then on.
    public func set(
        of provider: String, by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws {
        try Catalogue.checkProvider(provider, in: transaction)
        try check()
        let before = try Self.all(in: transaction)[provider]?.policy
        try write(of: provider, byAdmin: true, in: transaction)
        try AuditEvent.record(
            "provider.policy_changed", on: provider, account: nil,
            details: AuditEvent.changes(before?.members, members), by: actor, in: transaction)
    }

    /// Refuses what no policy says.
    func check() throws(Refusal) {
        guard (1...Self.textMax).contains(source.unicodeScalars.count) else {
            throw Refusal(
                .invalidValue, "A source has 1 to \(Self.textMax) characters.", field: "source")
        }
        guard region.map({ (1...Self.textMax).contains($0.unicodeScalars.count) }) != false else {
            throw Refusal(
                .invalidValue, "A region has 1 to \(Self.textMax) characters.", field: "region")
        }
        guard retentionHours.map({ (0...Self.hoursMax).contains($0) }) != false else {
            throw Refusal(
                .invalidValue, "A retention has 0 to \(Self.hoursMax) hours.", field: "retention")
        }
    }

    var members: [(String, JSON)] {
        [
            ("trains_on_data", .optional(trainsOnData, JSON.bool)),
            ("retention_hours", .optional(retentionHours) { .int($0) }),
            ("region", .optional(region, JSON.string)), ("source", .string(source)),
            ("checked_on", .string("\(checkedOn)")),
        ]
    }
}
