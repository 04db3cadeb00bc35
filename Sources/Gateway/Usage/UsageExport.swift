public import Documents
import Ledger
public import Postgres
public import Units

/// Usage for export: a row a generation that was charged for, page by page, so that a year of it
/// needs no more memory than a day.
public struct UsageExport: Sendable {
    /// Days of UTC, both included, on which generations were charged for.
    public let first: CivilDate
    public let last: CivilDate
    /// Of one account only.
    public let account: ID<Account>?

    /// Rows of a page.
    public static let pageMax = 5000

    /// How long before a range somebody may have asked for what ends in it.
    static let lifeMax: Duration = .seconds(31 * 86_400)

    public init(from first: CivilDate, to last: CivilDate, account: ID<Account>?) {
        self.first = first
        self.last = last
        self.account = account
    }

    /// Refuses days whose generations are not kept any more: of them there are the totals alone.
    public func check(in transaction: borrowing Transaction) throws {
        let dropped = try transaction.first(
            """
            select max(month) from dropped_month
            where kind = 'generations' and month between \(first.startOfMonth) and \(last)
            """
        ) { try $0.next(CivilDate?.self) }
        if let month = dropped ?? nil {
            throw Refusal(
                .conflict,
                "The generations of \(month.monthText) are not kept any more; "
                    + "`usage summary` tells that month's totals.", field: "month")
        }
    }

    /// About how many rows it has, for whoever waits: what is in the daily totals.
    public func estimate(in transaction: borrowing Transaction) throws -> Int64 {
        try transaction.first(
            """
            select coalesce(sum(generations), 0)::bigint from usage_day
            where mode = 'live' and day between \(first) and \(last)
                and (\(account)::uuid is null or account_id = \(account))
            """
        ) { try $0.next(Int64.self) } ?? 0
    }

    /// The rows after `row`, in the order of account and id.
    public func page(
        after row: UsageRow? = nil, limit: Int = pageMax, in transaction: borrowing Transaction
    ) throws -> [UsageRow] {
        // A page is read along the primary key, from where the last one ended; sorting everything
        // for each of a thousand pages would take a thousand times as long.
        try transaction.send(
            """
            select set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
                set_config('enable_bitmapscan', 'off', true),
                set_config('enable_hashjoin', 'off', true),
                set_config('enable_mergejoin', 'off', true),
                set_config('plan_cache_mode', 'force_custom_plan', true)
            """)
        let of: SQL = account.map { "and account_id = \($0)" } ?? ""
        let after: SQL =
            row.map { "and (account_id, id) > (\($0.account), \($0.generation))" } ?? ""
        let start = first.midnight
        let end = last.tomorrow.midnight
        return try transaction.rows(
            """
            select g.ended_at, g.account_id, a.name, g.key_id, k.name, g.model,
                coalesce(g.served_by, g.provider), g.images, g.price_version, g.captured,
                g.provider_cost, g.id, g.state, g.quantity, p.unit
            from (
                select *, coalesce(charge_line::integer, case when jsonb_array_length(charges) = 1
                        then (charges #>> '{0,0}')::integer end) as line,
                    coalesce(case when jsonb_array_length(charges) = 1
                        then (charges #>> '{0,1}')::bigint end, images) as quantity
                from generation
                where id >= \(ID<Generation>.earliest(at: start - Self.lifeMax))
                    and id < \(ID<Generation>.earliest(at: end))
                    and ended_at >= \(start) and ended_at < \(end) and captured > 0
                    and mode = 'live' \(of) \(after)
                order by account_id, id limit \(limit)
            ) g
            join account a on a.id = g.account_id
            left join api_key k on k.account_id = g.account_id and k.id = g.key_id
            left join price p on p.model = g.model and p.provider = g.provider
                and p.version = g.price_version and p.line = g.line
            order by g.account_id, g.id
            """, Self.read)
    }

    private static func read(_ row: inout RowReader) throws -> UsageRow {
        let at: Timestamp = try row.next()
        let account: ID<Account> = try row.next()
        let accountName: String = try row.next()
        let key: ID<Key> = try row.next()
        let keyName: String? = try row.next()
        let model: String = try row.next()
        let provider: String = try row.next()
        let images: Int32 = try row.next()
        let version: Int32 = try row.next()
        let cost: Credits = try row.next()
        let providerCost: Credits? = try row.next()
        let generation: ID<Generation> = try row.next()
        let state: String = try row.next()
        let quantity: Int64 = try row.next()
        let unit: String? = try row.next()
        // Of several lines there is no unit and no price of one: pictures are what came of it.
        let isOneLine =
            unit != nil && quantity > 0 && cost.nanodollars.isMultiple(of: quantity)
        return UsageRow(
            at: at, account: account, accountName: accountName, key: key, keyName: keyName ?? "",
            model: model, provider: provider, images: Int(images),
            unit: unit.flatMap(InvoiceDocument.Unit.init(rawValue:)) ?? .image,
            quantity: Quantity(isOneLine ? quantity : Int64(images)), priceVersion: Int(version),
            listUnitPrice: isOneLine
                ? Credits(nanodollars: cost.nanodollars / quantity) : nil,
            cost: cost, providerCost: providerCost, generation: generation, mode: .live,
            state: state)
    }
}
