public import Postgres
public import Units

/// The rows behind `LotBook`: `grant_lot`, `lapse`, and how far a wallet's lots are worked out.
extension LotBook {
    /// How the rows of generations are asked, whose table is not this target's.
    public struct Generations: Sendable {
        /// When the generation of the posting `p` began.
        let begun: SQL
        /// What open generations of the account and mode of `w` hold that began before `t.expiry`.
        let backing: SQL

        public init(begun: SQL, backing: SQL) {
            self.begun = begun
            self.backing = backing
        }
    }

    /// Which postings a book is told of.
    public enum Stretch: Sendable {
        /// From where it was closed to the wallet's last one.
        case sinceClosed
        /// From the first one to where it was closed: what must be on the lots' rows now.
        case untilClosed
    }

    /// Opens the books of `names` as they are at `now`.
    ///
    /// One statement a wallet, sent together: each sees one moment, so that a reader needs no lock.
    /// Captures come summed, so that the work here grows with the lots and not with the pictures.
    public static func open(
        _ names: [Wallet.Name], _ stretch: Stretch = .sinceClosed, at now: Timestamp,
        asking generations: Generations, in transaction: borrowing Transaction
    ) throws -> [LotBook] {
        let sent = try names.map { name in
            try transaction.send(
                statement(name, stretch, at: now, generations, bounded: true), Line.read)
        }
        var books: [LotBook] = []
        for (name, pending) in zip(names, sent) {
            if let book = try LotBook(name, lines: pending.rows()) {
                books.append(book)
                continue
            }
            // A posting's id is older than the bound allows for: its settlement waited for hours.
            let all = try transaction.rows(
                statement(name, stretch, at: now, generations, bounded: false), Line.read)
            guard let book = try LotBook(name, lines: all) else { throw Gap(wallet: name) }
            books.append(book)
        }
        return books
    }

    /// Postings of this wallet are missing.
    public struct Gap: Error, CustomStringConvertible {
        public let wallet: Wallet.Name

        public var description: String {
            "the chain of wallet \(wallet.account) \(wallet.mode.rawValue) has a gap"
        }
    }

    /// One row of the statement below; what its columns mean depends on its kind.
    private struct Line {
        /// 0 the wallet, 1 a lot, 2 a movement, 3 what backs an expiry.
        let kind: Int32
        let first: Int64
        let second: Int64
        let third: Int64
        let id: ID<Grant>?
        let word: String?
        let time: Timestamp?

        static func read(_ row: inout RowReader) throws -> Line {
            Line(
                kind: try row.next(), first: try row.next(), second: try row.next(),
                third: try row.next(), id: try row.next(), word: try row.next(),
                time: try row.next())
        }
    }

    /// Nil when the lines do not hold every posting that they should.
    private init?(_ name: Wallet.Name, lines: [Line]) throws {
        guard let wallet = lines.first(where: { $0.kind == 0 }) else { return nil }
        var known: [Lot] = []
        var born: [Int64: Lot] = [:]
        for line in lines where line.kind == 1 {
            guard let id = line.id else { continue }
            let lot = Lot(
                id: id, kind: Grant.Kind(rawValue: line.word ?? "") ?? .paid,
                expiresAt: line.time, given: Credits(nanodollars: line.second),
                number: line.first, left: Credits(nanodollars: line.third))
            if lot.number <= wallet.first { known.append(lot) } else { born[lot.number] = lot }
        }
        self.init(wallet: name, lots: known, debt: Credits(nanodollars: wallet.third))
        var told: Int64 = 0
        // By the number of the last posting in each; a sum of captures ends where the next line begins.
        for line in lines.filter({ $0.kind == 2 }).sorted(by: { $0.first < $1.first }) {
            told += line.second
            let amount = Credits(nanodollars: line.third)
            switch (line.word, line.id, born[line.first]) {
            case ("gave", _, let lot?): apply(.gave(lot))
            // A posting without its grant: another promise is broken.
            case ("gave", _, nil): break
            case ("lapsed", let id?, _): apply(.lapsed(amount, of: id))
            default: apply(.took(amount, begun: line.time ?? .beginning))
            }
        }
        guard told == wallet.second - wallet.first else { return nil }
        cover(after: wallet.first, through: wallet.second)
        for line in lines where line.kind == 3 {
            if let time = line.time { back(time, with: Credits(nanodollars: line.first)) }
        }
    }

    /// Postings other than captures are told one by one, captures between two of them as a sum for
    /// each expiry after which their generations began: within such a stretch their order cannot
    /// matter, since what may be paid from fewer lots may be paid from the last of them only.
    private static func statement(
        _ name: Wallet.Name, _ stretch: Stretch, at now: Timestamp, _ generations: Generations,
        bounded: Bool
    ) -> SQL {
        let anew = stretch == .untilClosed
        return """
            with w as (
                select account_id, mode,
                    case when \(anew) then 0 else lots_to end as after,
                    case when \(anew) then lots_to else postings end as through,
                    case when \(anew) then 0 else lots_debt end as debt,
                    case when \(anew) or not \(bounded)
                        then '00000000-0000-0000-0000-000000000000'::uuid
                        else lots_after end as first_id,
                    greatest(\(now), lapsing) as at
                from wallet where account_id = \(name.account) and mode = \(name.mode.rawValue)
            ), lots as (
                -- Of a lot whose posting is not kept any more the book was closed long ago.
                select l.id, l.kind, l.expires_at, l.amount, coalesce(p.number, 0) as number,
                    case when \(anew) then l.amount else l.amount - l.spent end as left
                from w join grant_lot l using (account_id, mode)
                    left join posting p on p.account_id = l.account_id and p.id = l.posting_id
                where l.amount > 0 and (\(anew) or l.spent < l.amount)
            ), e as (
                select array(select distinct expires_at from lots, w where expires_at <= w.at order by 1)
                    as expiries
            ), chain as (
                select p.number, p.id, p.amount, p.at, p.credit = 'wallet' as gives,
                    p.generation_id is not null as captures,
                    case when p.generation_id is not null and cardinality(e.expiries) > 0
                        then coalesce(width_bucket((
            """ + generations.begun + """
                ), e.expiries), 0) else 0 end as expired,
                        count(*) filter (where p.generation_id is null) over (order by p.number) as part
                    from w, e, posting p
                    where p.account_id = w.account_id and p.mode = w.mode and p.id >= w.first_id
                        and p.number > w.after and p.number <= w.through
                ), movement as (
                    select max(number) as number, count(*) as count, sum(amount)::bigint as amount,
                        captures, bool_or(gives) as gives, max(at) as at, expired,
                        (array_agg(id) filter (where not captures))[1] as id
                    from chain group by part, captures, expired
                )
                select 0, after, through, debt, null::uuid, null::text, null::timestamptz from w
                union all
                select 1, number, amount, "left", id, kind, expires_at from lots
                union all
                select 2, m.number, m.count, m.amount, x.lot_id,
                    case when m.captures then 'captured' when m.gives then 'gave'
                        when x.lot_id is not null then 'lapsed' else 'took' end,
                    case when m.captures then e.expiries[m.expired] else m.at end
                from w, e, movement m
                    left join lapse x on x.account_id = \(name.account) and x.posting_id = m.id
                union all
                select 3, (
                """ + generations.backing + """
                    ), 0, 0, null, null, t.expiry
                    from w, e, unnest(e.expiries) as t (expiry)
                    """
    }

    /// How much younger than its posting's id a posting may be at most to be found by its id: what
    /// a settlement can have waited for the database. Past it the whole chain is read.
    static let settlementsWaitMax: Duration = .seconds(3600)

    /// Closes books under the locks of their wallets, each up to the posting `through`: what is left
    /// of the lots, what lapsed, and when to look again. Queued; the lapses' postings are not in it.
    public static func close(
        _ books: [(book: LotBook, through: Int64)], at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws {
        guard !books.isEmpty else { return }
        let lots = books.flatMap { book, _ in book.lots.map { (book.wallet.account, $0) } }
        try transaction.send(
            """
            update grant_lot l set spent = t.spent
            from unnest(\(lots.map(\.0)), \(lots.map(\.1.id)),
                \(lots.map { $0.1.given - $0.1.left })) as t (account_id, id, spent)
            where l.account_id = t.account_id and l.id = t.id and l.spent <> t.spent
            """)
        let lapses = books.flatMap(\.book.lapses)
        if !lapses.isEmpty {
            try transaction.send(
                """
                insert into lapse (account_id, posting_id, lot_id, amount, at)
                select * from unnest(\(lapses.map(\.posting.wallet.account)),
                    \(lapses.map(\.posting.id)), \(lapses.map(\.lot)),
                    \(lapses.map(\.posting.amount)), \(lapses.map(\.posting.at)))
                """)
        }
        let names = books.map(\.book.wallet)
        let bound = ID<Posting>.earliest(at: now - settlementsWaitMax)
        try transaction.send(
            """
            update wallet w
            set lots_to = t.lots_to, lots_debt = t.lots_debt, lots_after = \(bound),
                next_expiry = (
                    select min(expires_at) from grant_lot l
                    where l.account_id = w.account_id and l.mode = w.mode and l.spent < l.amount
                        and l.expires_at > greatest(\(now), w.lapsing)),
                lapsing = (
                    select max(expires_at) from grant_lot l
                    where l.account_id = w.account_id and l.mode = w.mode and l.spent < l.amount
                        and l.expires_at <= greatest(\(now), w.lapsing))
            from unnest(\(names.map(\.account)), \(names.map(\.mode.rawValue)),
                \(books.map(\.through)), \(books.map(\.book.debt)))
                as t (account_id, mode, lots_to, lots_debt)
            where w.account_id = t.account_id and w.mode = t.mode
            """)
    }
}

extension Wallet {
    /// The time by which its lots are judged: never before one that has been judged already, however
    /// late a server's clock is.
    public func judgedAt(_ now: Timestamp) -> Timestamp { max(now, lapsing ?? now) }

    /// Whether something of it has expired, or will when a generation ends.
    public func lapses(at now: Timestamp) -> Bool {
        lapsing != nil || nextExpiry.map { $0 <= now } ?? false
    }
}

extension Timestamp {
    /// Before everything.
    static let beginning = Timestamp(microseconds: .min)
}
