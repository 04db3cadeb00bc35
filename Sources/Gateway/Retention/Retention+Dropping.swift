import Ledger
public import Postgres
public import Units

extension Retention {
    /// Drops a month, at once however much it holds. For whoever owns the tables.
    ///
    /// Refuses, and changes nothing, while something of it is open, or is not in the daily totals,
    /// or not on an invoice that is final (`unbilled` takes that upon whoever says it), or while
    /// pictures are due to be removed that only its rows can tell, or a wallet's lots are not worked
    /// out past its postings (`Expiry.closeBooks`). Of postings it leaves a checkpoint of every
    /// wallet, from which sums and chains go on.
    public static func drop(
        _ kind: Kind, _ month: CivilDate, unbilled: Bool = false, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        let month = month.startOfMonth
        let end = month.startOfMonth(plus: 1)
        guard end.startOfMonth(plus: Int64(kind.monthsMin - 1)) <= CivilDate(actor.now) else {
            throw refusal(kind, month, "it is too young: \(kind.monthsMin) months stay")
        }
        let older = try Retention(months: [:]).list(kind, at: actor.now, in: transaction)
            .first { $0.first < month }
        if let older {
            throw refusal(kind, month, "\(older.first.description.prefix(7)) is there and older")
        }
        try checkRolledUp(kind, month, end, in: transaction)
        if !unbilled { try checkBilled(kind, month, in: transaction) }
        switch kind {
        case .generations: try checkEnded(month, end, in: transaction)
        case .postings:
            try checkClosed(month, in: transaction)
            try writeCheckpoints(month, end, in: transaction)
        }
        try transaction.send(
            """
            insert into dropped_month (kind, month, at)
            values (\(kind.rawValue), \(month), \(actor.now))
            """)
        try AuditEvent.record(
            "retention.dropped", on: "\(kind.rawValue) of \(month)", account: nil,
            details: .object([("unbilled", .bool(unbilled))]), by: actor, in: transaction)
        // Last, because from here on everybody waits for us.
        try lock(kind, month, in: transaction)
        for table in kind.tables {
            try transaction.execute("select drop_partition(\(table), \(month))")
        }
    }

    /// How long everybody may wait for us while we wait for what they are at.
    private static let lockWaitMax: Duration = .seconds(5)

    /// Keeps everybody from the tables of `kind`, in the order in which admission and settlement take
    /// them: in the other order two would wait for each other.
    private static func lock(
        _ kind: Kind, _ month: CivilDate, in transaction: borrowing Transaction
    ) throws {
        let wait = "\(lockWaitMax.milliseconds)ms"
        try transaction.execute("select set_config('lock_timeout', \(wait), true)")
        do {
            switch kind {
            case .generations:
                try transaction.execute(
                    "lock table generation, image, generation_attempt in access exclusive mode")
            case .postings: try transaction.execute("lock table posting in access exclusive mode")
            }
        } catch DatabaseFailure.failed(sqlState: "55P03", message: _) {
            throw refusal(kind, month, "the database is busy with them; try again in a quiet hour")
        }
    }

    /// Wallets whose lots are not worked out past their postings of `month`.
    static func openBooks(_ month: CivilDate) -> SQL {
        let first = ID<Posting>.earliest(at: month.startOfMonth.midnight)
        let next = ID<Posting>.earliest(at: month.startOfMonth(plus: 1).midnight)
        return """
            select w.account_id, w.mode from wallet w
            where w.lots_to < w.postings and exists (
                select from posting p
                where p.account_id = w.account_id and p.mode = w.mode and p.number > w.lots_to
                    and p.id >= \(first) and p.id < \(next))
            """
    }

    /// A book that is told of its postings too late has lost its place in the chain.
    private static func checkClosed(
        _ month: CivilDate, in transaction: borrowing Transaction
    ) throws {
        let open = try Wallet.page(openBooks(month), after: nil, limit: 1, in: transaction)
        if let open = open.first {
            throw refusal(
                .postings, month, "the lots of account \(open.account) are not worked out past them"
            )
        }
    }

    private static func refusal(_ kind: Kind, _ month: CivilDate, _ reason: String) -> Refusal {
        Refusal(
            .conflict,
            "The \(kind.rawValue) of \(month.description.prefix(7)) are not dropped: \(reason).")
    }

    private static func checkEnded(
        _ month: CivilDate, _ end: CivilDate, in transaction: borrowing Transaction
    ) throws {
        let first = ID<Generation>.earliest(at: month.midnight)
        let next = ID<Generation>.earliest(at: end.midnight)
        let open = try transaction.rows(
            "select id from generation where ended_at is null and id >= \(first) and id < \(next) limit 1"
        ) { try $0.next(ID<Generation>.self) }
        if let open = open.first {
            throw refusal(.generations, month, "generation \(open) has not ended")
        }
        let due = try transaction.rows(
            """
            select i.account_id from image i join account a on a.id = i.account_id
            where i.id >= \(first) and i.id < \(next) and i.deleted_at is null
                and a.picture_days is not null limit 1
            """
        ) { try $0.next(ID<Account>.self) }
        if let due = due.first {
            throw refusal(
                .generations, month,
                "pictures of account \(due) are kept that will have to be removed")
        }
    }

    /// Few wallets have postings that are not in the totals, right after a roll-up.
    private static func checkRolledUp(
        _ kind: Kind, _ month: CivilDate, _ end: CivilDate, in transaction: borrowing Transaction
    ) throws {
        let first = ID<Posting>.earliest(at: month.midnight)
        let next = ID<Posting>.earliest(at: end.midnight)
        let old: SQL =
            switch kind {
            case .generations: "p.generation_id < \(next)"
            case .postings: "p.id < \(next)"
            }
        let left = try transaction.rows(
            """
            select w.account_id
            from wallet w left join usage_rolled u using (account_id, mode)
            cross join lateral (
                select from posting p
                where p.account_id = w.account_id and p.mode = w.mode
                    and p.number > coalesce(u.number, 0) and p.id >= \(first) and \(old)
                limit 1
            ) p
            where w.postings > coalesce(u.number, 0)
            limit 1
            """
        ) { try $0.next(ID<Account>.self) }
        if let left = left.first {
            throw refusal(kind, month, "charges of account \(left) are not in the daily totals")
        }
    }

    private static func checkBilled(
        _ kind: Kind, _ month: CivilDate, in transaction: borrowing Transaction
    ) throws {
        let open = try transaction.rows(
            """
            select d.account_id from usage_day d
            where d.mode = 'live' and d.billed_month <= \(month)
                and not exists (
                    select from billing_closed c
                    where c.account_id = d.account_id and c.mode = d.mode
                        and c.month = d.billed_month)
            limit 1
            """
        ) { try $0.next(ID<Account>.self) }
        if let open = open.first {
            throw refusal(kind, month, "the invoice of account \(open) is not final")
        }
    }

    /// Where sums and chains of wallets go on, once these postings are not there any more.
    private static func writeCheckpoints(
        _ month: CivilDate, _ end: CivilDate, in transaction: borrowing Transaction
    ) throws {
        let first = ID<Posting>.earliest(at: month.midnight)
        let next = ID<Posting>.earliest(at: end.midnight)
        try transaction.execute(
            """
            insert into wallet_checkpoint (account_id, mode, month, number, chain, postings, posted,
                captured)
            select p.account_id, p.mode, \(month),
                greatest(b.number, p.number),
                case when b.number > p.number then b.chain else l.hash end,
                coalesce(b.postings, 0) + p.postings, coalesce(b.posted, 0) + p.posted,
                coalesce(b.captured, 0) + p.captured
            from (
                select account_id, mode, max(number) as number, count(*) as postings,
                    sum(case when credit = 'wallet' then amount else -amount end)::bigint as posted,
                    coalesce(sum(amount) filter (where generation_id is not null), 0)::bigint
                        as captured
                from posting where id >= \(first) and id < \(next)
                group by account_id, mode
            ) p
            join posting l on l.account_id = p.account_id and l.mode = p.mode
                and l.number = p.number and l.id >= \(first) and l.id < \(next)
            left join wallet_base b on b.account_id = p.account_id and b.mode = p.mode
            """)
    }
}
