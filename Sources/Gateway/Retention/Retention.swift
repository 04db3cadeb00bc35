public import Postgres
public import Units

/// How many months of what grows are kept. Totals, invoices, grants and wallets stay for ever.
public struct Retention: Hashable, Sendable {
    /// What is dropped by the month.
    public enum Kind: String, CaseIterable, Sendable {
        /// With their pictures' rows and their attempts.
        case generations
        case postings

        /// The tables, partitioned by month.
        var tables: [String] {
            switch self {
            case .generations: ["generation_attempt", "image", "generation"]
            case .postings: ["posting"]
            }
        }

        /// The table that the others belong to.
        var parent: String {
            switch self {
            case .generations: "generation"
            case .postings: "posting"
            }
        }

        /// Months that stay in any case: the running one and the one before; of postings the running
        /// and the last fiscal year.
        public var monthsMin: Int {
            switch self {
            case .generations: 2
            case .postings: 24
            }
        }
    }

    /// Months kept; nil for ever.
    public var months: [Kind: Int]

    public static let monthsMax = 1200

    public static func find(in transaction: borrowing Transaction) throws -> Retention {
        let row: (Int32?, Int32?)? = try transaction.first(
            "select generation_months, posting_months from retention"
        ) { (try $0.next(), try $0.next()) }
        var months: [Kind: Int] = [:]
        months[.generations] = row?.0.map(Int.init)
        months[.postings] = row?.1.map(Int.init)
        return Retention(months: months)
    }

    /// Keeps `months` of `kind` from now on; nil for ever. Drops nothing by itself.
    public static func keep(
        _ months: Int?, of kind: Kind, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        if let months, !(kind.monthsMin...monthsMax).contains(months) {
            throw Refusal(
                .invalidValue, "At least \(kind.monthsMin) months of \(kind.rawValue) are kept.",
                field: kind.rawValue)
        }
        let before = try find(in: transaction).months[kind]
        let number = months.map(Int32.init)
        switch kind {
        case .generations:
            try transaction.send("update retention set generation_months = \(number)")
        case .postings: try transaction.send("update retention set posting_months = \(number)")
        }
        try AuditEvent.record(
            "retention.set", on: kind.rawValue, account: nil,
            details: .object([
                ("before", .optional(before.map(Int64.init), JSON.int)),
                ("after", .optional(months.map(Int64.init), JSON.int)),
            ]), by: actor, in: transaction)
    }

    /// A month that is there.
    public struct Month: Sendable {
        public let kind: Kind
        public let first: CivilDate
        /// Bytes on disk, indexes included.
        public let size: Int64
        /// Whether it is older than what is kept.
        public let isDue: Bool
    }

    /// The months that are there, oldest first.
    public func list(
        _ kind: Kind, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> [Month] {
        let kept = months[kind]
        return try transaction.rows(
            """
            select to_date(right(c.relname, 7), 'YYYY_MM') as month,
                sum(pg_total_relation_size(c.oid))::bigint
            from pg_inherits i
            join pg_class c on c.oid = i.inhrelid
            join pg_class p on p.oid = i.inhparent
            where p.relnamespace = current_schema()::regnamespace
                and p.relname = any(\(kind.tables)) and c.relname ~ '_\\d{4}_\\d{2}$'
            group by month order by month
            """
        ) { row in
            let first: CivilDate = try row.next()
            let oldest = kept.map { CivilDate(now).startOfMonth(plus: 1 - Int64($0)) }
            return Month(
                kind: kind, first: first, size: try row.next(),
                isDue: oldest.map { first < $0 } ?? false)
        }
    }
}
