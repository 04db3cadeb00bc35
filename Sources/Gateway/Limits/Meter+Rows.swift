import Ledger
import Postgres
import Units

/// The rows behind `Meter`. Nothing else touches their table.
extension Meter {
    /// Loads the meters of `names`, and keeps everyone else from changing them until the end of the
    /// transaction. Where there is none yet, an empty one is made: whoever has a limit from the
    /// start never used anything, and for everybody else `open` has counted.
    ///
    /// Locked in name order, after wallets and generations, so that two batches cannot wait for each
    /// other.
    static func lock(
        _ names: Set<Name>, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> [Meter] {
        let names = names.sorted()
        let found = try locked(names, in: transaction)
        guard found.count < names.count else { return found }
        let known = Set(found.map(\.name))
        let fresh = names.filter { !known.contains($0) }.map { Meter(new: $0, at: now) }
        try transaction.send(
            """
            insert into meter (account_id, subject, mode, day, month)
            select *, \(CivilDate(now)), \(CivilDate(now).startOfMonth)
            from unnest(\(fresh.map(\.name.account)), \(fresh.map(\.name.subject)),
                \(fresh.map(\.name.mode.rawValue)))
            on conflict do nothing
            """)
        return try found + locked(fresh.map(\.name), in: transaction)
    }

    private static func locked(
        _ names: [Name], in transaction: borrowing Transaction
    ) throws -> [Meter] {
        guard !names.isEmpty else { return [] }
        return try transaction.rows(
            """
            select m.account_id, m.subject, m.mode, m.requests_tat, m.images_tat, m.open, m.day,
                m.day_spent, m.month, m.month_spent, m.day_told, m.month_told
            from unnest(\(names.map(\.account)), \(names.map(\.subject)),
                \(names.map(\.mode.rawValue)))
                with ordinality as t (account_id, subject, mode, place),
            lateral (
                select * from meter
                where account_id = t.account_id and subject = t.subject and mode = t.mode
                for no key update
            ) m
            order by t.place
            """, read)
    }

    /// One meter as it stands, without keeping anybody from changing it; nil where nothing was counted.
    static func find(_ name: Name, in transaction: borrowing Transaction) throws -> Meter? {
        try transaction.first(
            """
            select account_id, subject, mode, requests_tat, images_tat, open, day, day_spent, month,
                month_spent, day_told, month_told
            from meter
            where account_id = \(name.account) and subject = \(name.subject)
                and mode = \(name.mode.rawValue)
            """, read)
    }

    private static func read(_ row: inout RowReader) throws -> Meter {
        let account: ID<Account> = try row.next()
        let subject: ID<Meter> = try row.next()
        let mode: String = try row.next()
        let name = Name(
            account: account, key: subject == account.of(Meter.self) ? nil : subject.of(Key.self),
            mode: Mode(rawValue: mode) ?? .live)
        return Meter(
            name: name, requestsArrival: try row.next(), imagesArrival: try row.next(),
            open: try row.next(), day: try row.next(), daySpent: try row.next(),
            month: try row.next(), monthSpent: try row.next(), dayTold: try row.next(),
            monthTold: try row.next())
    }

    /// Writes meters that were locked. Queued.
    static func update(_ meters: [Meter], in transaction: borrowing Transaction) throws {
        guard !meters.isEmpty else { return }
        try transaction.send(
            """
            update meter m
            set requests_tat = t.requests_tat, images_tat = t.images_tat, open = t.open,
                day = t.day, day_spent = t.day_spent, month = t.month, month_spent = t.month_spent,
                day_told = t.day_told, month_told = t.month_told
            from unnest(
                \(meters.map(\.name.account)), \(meters.map(\.name.subject)),
                \(meters.map(\.name.mode.rawValue)), \(meters.map(\.requestsArrival)),
                \(meters.map(\.imagesArrival)), \(meters.map(\.open)),
                \(meters.map(\.day)), \(meters.map(\.daySpent)), \(meters.map(\.month)),
                \(meters.map(\.monthSpent)), \(meters.map(\.dayTold)),
                \(meters.map(\.monthTold)))
                as t (account_id, subject, mode, requests_tat, images_tat, open, day, day_spent,
                    month, month_spent, day_told, month_told)
            where m.account_id = t.account_id and m.subject = t.subject and m.mode = t.mode
            """)
    }
}

extension Meter {
    /// Makes the meters of a key, or of an account, ready for limits that have changed: of a rate no
    /// more than a minute is owed, and its account will be told of caps anew.
    ///
    /// Where there were no limits, so that nothing was counted (`uncounted`), what was used this month
    /// and is open is counted too. The wallets are locked meanwhile, so that nothing that costs can be
    /// admitted unseen; what is free and is let in during this is not counted as open, and its row
    /// says so. It reads a month's generations: whoever was limited before is spared it.
    static func open(
        _ account: ID<Account>, key: ID<Key>?, modes: [Mode], uncounted: Bool, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws {
        let names = Set(modes.map { Name(account: account, key: key, mode: $0) })
        if uncounted {
            _ = try Wallet.lock(
                Set(modes.map { Wallet.Name(account: account, mode: $0) }), in: transaction
            ).rows()
        }
        _ = try lock(names, at: now, in: transaction)
        for name in names.sorted() {
            try loosen(name, at: now, in: transaction)
            if uncounted { try recount(name, at: now, in: transaction) }
        }
    }

    /// What a change of limits leaves of a rate's debt, at most: under a rate that was lower it may
    /// be of weeks.
    private static let owedMax: Duration = .seconds(60)

    private static func loosen(
        _ name: Name, at now: Timestamp, in transaction: borrowing Transaction
    ) throws {
        // Arrival times are in nanoseconds.
        let latest = (now + owedMax).microseconds * 1000
        try transaction.send(
            """
            update meter
            set requests_tat = least(requests_tat, \(latest)),
                images_tat = least(images_tat, \(latest)), day_told = false, month_told = false
            where account_id = \(name.account) and subject = \(name.subject)
                and mode = \(name.mode.rawValue)
            """)
    }

    /// Its day never goes back: another server's clock may be a moment ahead.
    private static func recount(
        _ name: Name, at now: Timestamp, in transaction: borrowing Transaction
    ) throws {
        let today = CivilDate(now)
        let bit: Int32 = name.key == nil ? MeterBits.account : MeterBits.key
        try transaction.send(
            """
            with mine as (
                select id, created_at, ended_at,
                    case when ended_at is null then held else captured end as spent
                from generation
                where account_id = \(name.account) and mode = \(name.mode.rawValue)
                    and (\(name.key)::uuid is null or key_id = \(name.key))
                    and id >= \(ID<Generation>.earliest(
                        at: min(today.startOfMonth.midnight, now - openMax)))
            ), counted as (
                update generation g set meters = g.meters | \(bit)::smallint
                from mine
                where g.account_id = \(name.account) and g.id = mine.id and mine.ended_at is null
                    and g.ended_at is null
                returning 1
            )
            update meter
            set day = greatest(day, \(today)), month = greatest(month, \(today.startOfMonth)),
                open = (select count(*) from counted),
                day_spent = (select coalesce(sum(spent), 0) from mine
                    where created_at >=
                        greatest(day, \(today))::timestamp at time zone 'UTC'),
                month_spent = (select coalesce(sum(spent), 0) from mine
                    where created_at >=
                        greatest(month, \(today.startOfMonth))::timestamp at time zone 'UTC')
            where account_id = \(name.account) and subject = \(name.subject)
                and mode = \(name.mode.rawValue)
            """)
    }

    /// No generation is open for longer: jobs wait a day at most, and then have their deadline.
    private static let openMax: Duration = .seconds(48 * 3600)
}

/// `generation.meters`: which meters count it as open.
enum MeterBits {
    static let key: Int32 = 1
    static let account: Int32 = 2
}
