import Ledger
import Postgres
import Units

extension Audit {
    /// How long after an expiry credits may still be in a wallet that nobody uses: the sweep's period
    /// and then some.
    static let expiryGrace: Duration = .seconds(300)
    /// Wallets worked out at once.
    private static let walletsMax = 100

    /// What was given, what is left of it and what expired.
    static func lots(at now: Timestamp) -> [Check] {
        [
            Check(name: "what is no capture is a grant or a lapse", sql: strayPostings),
            Check(name: "every lapse has its posting", sql: driftedLapses),
            Check(name: "no refund is beyond its capture", sql: excessiveRefunds),
            Check(name: "lots have left what postings left of them") {
                try driftedLots(at: now, in: $0)
            },
            Check(name: "a wallet knows when its next lot expires", sql: driftedExpiries),
            Check(name: "what has expired has left its wallet") {
                try lateExpiries(at: now - expiryGrace, in: $0)
            },
        ]
    }

    private static let strayPostings: SQL = """
        select format('posting %s of account %s: %s from %s to %s belongs to nothing', p.id,
            p.account_id, p.amount, p.debit, p.credit)
        from posting p
        left join grant_lot l on l.account_id = p.account_id and l.posting_id = p.id
        left join lapse x on x.account_id = p.account_id and x.posting_id = p.id
        where p.generation_id is null and num_nonnulls(l.id, x.lot_id) <> 1
        """

    private static let driftedLapses: SQL = """
        select format('lapse %s of lot %s of account %s: %s at %s, its posting says %s to %s at %s, the lot expires at %s',
            x.posting_id, x.lot_id, x.account_id, x.amount, x.at, p.amount, p.credit, p.at, l.expires_at)
        from lapse x
        left join posting p on p.account_id = x.account_id and p.id = x.posting_id
        left join grant_lot l on l.account_id = x.account_id and l.id = x.lot_id
        where l.expires_at is null or x.at < l.expires_at
            -- A posting of a month that was dropped is not missed.
            or ((p.id is not null or x.posting_id >= (select oldest_id('posting')))
                and ((p.amount, p.debit, p.mode, p.at)
                    is distinct from (x.amount, 'wallet', l.mode, x.at)
                or p.credit is distinct from
                    case l.kind when 'promotional' then 'promotion' else 'breakage' end))
        """

    private static let excessiveRefunds: SQL = """
        select format('generation %s of account %s: captured %s, refunded %s', l.generation_id,
            l.account_id, g.captured, l.sum)
        from (
            select account_id, generation_id, sum(amount) as sum from grant_lot
            where generation_id is not null group by account_id, generation_id
        ) l
        left join generation g on g.account_id = l.account_id and g.id = l.generation_id
        where l.sum > coalesce(g.captured, 0)
            and (g.id is not null or l.generation_id >= (select oldest_id('generation')))
        """

    private static let driftedExpiries: SQL = """
        select format('wallet %s %s: next expiry %s, lapsing %s; its lots say %s and %s', w.account_id,
            w.mode, coalesce(w.next_expiry::text, 'never'), coalesce(w.lapsing::text, 'nothing'),
            coalesce(l.next::text, 'never'), coalesce(l.last::text, 'nothing'))
        from wallet w
        left join lateral (
            select min(expires_at) filter (where w.lapsing is null or expires_at > w.lapsing) as next,
                max(expires_at) filter (where expires_at <= w.lapsing) as last
            from grant_lot l
            where l.account_id = w.account_id and l.mode = w.mode and l.spent < l.amount
        ) l on true
        where (w.next_expiry, w.lapsing) is distinct from (l.next, l.last)
        """

    /// What a lot's row says.
    private struct Row {
        let id: ID<Grant>
        let wallet: Wallet.Name
        let spent: Credits
    }

    /// Works every book out anew, from the first posting to where it was closed. Not of a wallet
    /// whose first postings were dropped: what they took of which lot nothing says any more.
    private static func driftedLots(
        at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> [String] {
        var found: [String] = []
        try eachPage(
            """
            select account_id, mode from (
                select account_id, mode from wallet where lots_to > 0 or lots_debt <> 0
                union select account_id, mode from grant_lot where spent > 0
            ) t
            where not exists (
                select from wallet_checkpoint c
                where c.account_id = t.account_id and c.mode = t.mode)
            """, in: transaction
        ) { names, transaction in
            let (books, gaps) = try open(names, .untilClosed, at: now, in: transaction)
            found += gaps
            var rows: [Wallet.Name: [Row]] = [:]
            for row in try Self.rows(of: names, in: transaction) {
                rows[row.wallet, default: []].append(row)
            }
            let debts = try debts(of: names, in: transaction)
            for book in books {
                let spent = Dictionary(
                    book.lots.map { ($0.id, $0.given - $0.left) },
                    uniquingKeysWith: { first, _ in first })
                let wallet = "wallet \(book.wallet.account) \(book.wallet.mode.rawValue)"
                for row in rows[book.wallet] ?? [] where row.spent != spent[row.id] ?? .zero {
                    found.append(
                        "lot \(row.id) of \(wallet): $\(row.spent) of it spent, its postings up to "
                            + "number \(book.stretch.through) say $\(spent[row.id] ?? .zero)")
                }
                if let debt = debts[book.wallet], debt != book.debt {
                    found.append(
                        "\(wallet): $\(debt) spent that no lot covers, its postings up to number "
                            + "\(book.stretch.through) say $\(book.debt)")
                }
            }
            return found.count < shownMax
        }
        return found
    }

    /// Brings books up to their last posting and looks for what should have gone by `time`.
    private static func lateExpiries(
        at time: Timestamp, in transaction: borrowing Transaction
    ) throws -> [String] {
        var found: [String] = []
        try eachPage(
            """
            select distinct account_id, mode from grant_lot
            where expires_at <= \(time) and spent < amount
            """, in: transaction
        ) { names, transaction in
            // A gap is told of by the chains' own check.
            let (books, _) = try open(names, .sinceClosed, at: time, in: transaction)
            for book in books {
                for (lot, amount) in book.overdue(at: time) {
                    found.append(
                        "lot \(lot.id) of wallet \(book.wallet.account) \(book.wallet.mode.rawValue)"
                            + ": $\(amount) of it is still there, and should have gone at "
                            + "\(lot.expiresAt?.description ?? "never")")
                }
            }
            return found.count < shownMax
        }
        return found
    }

    /// Opens books; says which wallets' postings have a gap.
    private static func open(
        _ names: [Wallet.Name], _ stretch: LotBook.Stretch, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> ([LotBook], gaps: [String]) {
        do {
            return (
                try LotBook.open(
                    names, stretch, at: now, asking: Expiry.generations, in: transaction), []
            )
        } catch is LotBook.Gap {
            var books: [LotBook] = []
            var gaps: [String] = []
            for name in names {
                do {
                    books += try LotBook.open(
                        [name], stretch, at: now, asking: Expiry.generations, in: transaction)
                } catch let gap as LotBook.Gap {
                    gaps.append(gap.description)
                }
            }
            return (books, gaps)
        }
    }

    /// Hands the wallets that `statement` answers to `body`, page by page, until it has enough.
    private static func eachPage(
        _ statement: SQL, in transaction: borrowing Transaction,
        _ body: ([Wallet.Name], borrowing Transaction) throws -> Bool
    ) throws {
        var last: Wallet.Name?
        while true {
            let names = try Wallet.page(
                statement, after: last, limit: walletsMax, in: transaction)
            guard !names.isEmpty, try body(names, transaction), names.count == walletsMax else {
                return
            }
            last = names.last
        }
    }

    private static func rows(
        of names: [Wallet.Name], in transaction: borrowing Transaction
    ) throws -> [Row] {
        try transaction.rows(
            "select l.id, l.account_id, l.mode, l.spent from (" + Wallet.rows(of: Set(names)) + """
                ) t (account_id, mode) join grant_lot l using (account_id, mode)
                """
        ) { row in
            let id: ID<Grant> = try row.next()
            return Row(id: id, wallet: try .read(&row), spent: try row.next())
        }
    }

    private static func debts(
        of names: [Wallet.Name], in transaction: borrowing Transaction
    ) throws -> [Wallet.Name: Credits] {
        let found = try transaction.rows(
            "select w.account_id, w.mode, w.lots_debt from (" + Wallet.rows(of: Set(names)) + """
                ) t (account_id, mode) join wallet w using (account_id, mode)
                """
        ) { row in
            (try Wallet.Name.read(&row), try row.next(Credits.self))
        }
        return Dictionary(found, uniquingKeysWith: { first, _ in first })
    }
}
