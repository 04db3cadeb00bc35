public import Ledger
public import Postgres
public import Units

/// What an account was charged for in a range of days, to the last capture.
public struct ChargedUsage: Sendable {
    /// What lines are told apart by.
    public enum Grouping: String, CaseIterable, Sendable {
        case day, model, key

        fileprivate var column: SQL {
            switch self {
            case .day: "day::text"
            case .model: "model"
            case .key: "key_id::text"
            }
        }
    }

    /// Sums of one group, or of all.
    public struct Sums: Hashable, Sendable {
        /// Generations that were charged for, and their pictures.
        public let generations: Int64
        public let images: Int64
        public let cost: Credits

        static let none = Sums(generations: 0, images: 0, cost: .zero)
    }

    public struct Line: Sendable {
        /// The day, model or key.
        public let group: String
        /// The name of the key.
        public let name: String?
        public let sums: Sums
    }

    /// A page of lines, in the order of their groups.
    public let lines: [Line]
    /// Over all lines of the range, whatever the page.
    public let total: Sums

    /// Days that one may ask for at once.
    public static let daysMax: Int64 = 366
    /// Lines of a page.
    public static let pageMax = 400

    /// The lines after `group`, up to `limit`, of a wallet and the days from `first` to `last`.
    public static func list(
        of wallet: Wallet.Name, from first: CivilDate, to last: CivilDate, by grouping: Grouping,
        after group: String? = nil, limit: Int, in transaction: borrowing Transaction
    ) throws -> ChargedUsage {
        let range = (first, last)
        let page = (group, limit)
        if let found = try list(of: wallet, range, grouping, page, true, in: transaction) {
            return found
        }
        // A posting is dated long before one that was added already: all are looked through.
        return try list(of: wallet, range, grouping, page, false, in: transaction)
            ?? ChargedUsage(lines: [], total: .none)
    }

    /// Nil when not every posting was found that the totals do not have yet.
    private static func list(
        of wallet: Wallet.Name, _ days: (CivilDate, CivilDate), _ grouping: Grouping,
        _ page: (after: String?, limit: Int), _ isQuick: Bool, in transaction: borrowing Transaction
    ) throws -> ChargedUsage? {
        var isWhole = true
        var total = Sums.none
        let lines: [Line?] = try transaction.rows(
            statement(of: wallet, days, grouping, page, isQuick)
        ) { row in
            isWhole = try row.next()
            total = Sums(
                generations: try row.next(), images: try row.next(), cost: try row.next())
            let group: String? = try row.next()
            let name: String? = try row.next()
            let sums: (Int64?, Int64?, Credits?) = (try row.next(), try row.next(), try row.next())
            guard let group else { return nil }
            return Line(
                group: group, name: name,
                sums: Sums(
                    generations: sums.0 ?? 0, images: sums.1 ?? 0, cost: sums.2 ?? .zero))
        }
        guard isWhole else { return nil }
        return ChargedUsage(lines: lines.compactMap(\.self), total: total)
    }

    /// One statement, and so one snapshot: a roll-up beside it moves nothing from one half to the
    /// other.
    private static func statement(
        of wallet: Wallet.Name, _ days: (CivilDate, CivilDate), _ grouping: Grouping,
        _ page: (after: String?, limit: Int), _ isQuick: Bool
    ) -> SQL {
        let mode = wallet.mode.rawValue
        let charged: SQL = """
            \(DailyTotals.tail(of: wallet, isQuick: isQuick)),
            charges as materialized (
                select \(grouping.column) as label, day, generations, images, amount from summed
                where day between \(days.0) and \(days.1)
                union all
                select \(grouping.column), day, generations, images, amount from usage_day
                where account_id = \(wallet.account) and mode = \(mode)
                    and billed_month >= \(days.0.startOfMonth)
                    and day between \(days.0) and \(days.1)
            )
            """
        return """
            with \(charged),
            totals as (
                select coalesce(sum(generations), 0)::bigint as generations,
                    coalesce(sum(images), 0)::bigint as images,
                    coalesce(sum(amount), 0)::bigint as amount
                from charges
            ),
            page as (
                select label, sum(generations)::bigint as generations, sum(images)::bigint as images,
                    sum(amount)::bigint as amount
                from charges
                where \(page.after)::text is null or label > \(page.after)
                group by label order by label limit \(page.limit)
            )
            select (select count(*) from taken) = (select coalesce(sum(last - rolled), 0) from wanted),
                t.generations, t.images, t.amount, p.label, k.name, p.generations, p.images, p.amount
            from totals t
            left join page p on true
            left join api_key k on k.account_id = \(wallet.account) and k.id::text = p.label
            order by p.label
            """
    }
}

extension DailyTotals {
    /// What has been charged to a wallet and is not in the totals yet, as the common tables `wanted`,
    /// `taken` and `summed`.
    static func tail(of wallet: Wallet.Name, isQuick: Bool) -> SQL {
        """
        wanted as materialized (
            select w.account_id, w.mode, coalesce(u.number, 0) as rolled, w.postings as last,
                case when \(isQuick) and u.at is not null then
                    (lpad(to_hex((extract(epoch from u.at) * 1000)::bigint - \(lateness.milliseconds)),
                        12, '0') || repeat('0', 20))::uuid
                else '00000000-0000-0000-0000-000000000000'::uuid end as since
            from wallet w left join usage_rolled u using (account_id, mode)
            where w.account_id = \(wallet.account) and w.mode = \(wallet.mode.rawValue)
                and w.postings > coalesce(u.number, 0)
        ),
        taken as materialized (
            select p.account_id, p.mode, p.generation_id, p.amount, p.at
            from wanted t
            join posting p on p.account_id = t.account_id and p.mode = t.mode and p.id >= t.since
                and p.number > t.rolled and p.number <= t.last
            where p.account_id = \(wallet.account)
        ),
        complete as (select account_id, mode from wanted),
        \(charged),
        \(summed)
        """
    }
}
