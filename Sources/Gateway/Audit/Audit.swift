public import Postgres
public import Units

/// Re-derives every promise about money from the rows.
///
/// One snapshot, no locks: it can run beside live traffic and never reports what is merely on its
/// way. Each check answers the rows that break it, up to `shownMax`.
public struct Audit: Sendable {
    /// One broken promise.
    public struct Finding: Sendable {
        /// The promise, in a few words.
        public let check: String
        /// What drifted, and by how much.
        public let detail: String
    }

    public let checks: [String]
    public let findings: [Finding]
    /// The end of the audit log's chain. Kept elsewhere, it shows that a chain was made anew as a
    /// whole, which nothing inside the database can.
    public let logHead: LogHead?

    /// How many events there are, and the last one's hash.
    public struct LogHead: Sendable {
        public let number: Int64
        public let hash: [UInt8]
    }

    /// Findings shown of one check: the first ones tell, the rest only scrolls.
    static let shownMax = 20
    /// How long after its deadline a generation may still be open: the reaper's period and then
    /// some.
    static let overdueGrace: Duration = .seconds(30)

    /// Runs every check against one snapshot. `database` should have no statement time-out: a year
    /// of postings takes longer than a request may. `tell` hears of each check before it begins.
    public static func run(
        on database: Database, at now: Timestamp,
        telling tell: (@Sendable (_ check: String, _ number: Int, _ count: Int) -> Void)? = nil
    ) async throws -> Audit {
        let checks = all(at: now)
        let (findings, head) = try await database.read { transaction in
            // One snapshot for all checks: between two, money would have moved on.
            try transaction.execute("set transaction isolation level repeatable read")
            var findings: [Finding] = []
            for (number, check) in checks.enumerated() {
                tell?(check.name, number + 1, checks.count)
                findings += try check.findings(in: transaction)
            }
            return (findings, try logHead(in: transaction))
        }
        return Audit(checks: checks.map(\.name), findings: findings, logHead: head)
    }

    /// What breaks promises in the eyes of one transaction.
    package static func find(
        at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> [Finding] {
        try all(at: now).flatMap { try $0.findings(in: transaction) }
    }

    /// A promise, and how to find what breaks it.
    struct Check: Sendable {
        let name: String
        private let find: @Sendable (borrowing Transaction) throws -> [String]

        /// One that a statement can check: it answers one text a row that breaks the promise.
        init(name: String, sql: SQL) {
            self.name = name
            find = { transaction in
                try transaction.rows(sql + " limit \(shownMax)") { try $0.next() }
            }
        }

        /// One that has to be walked over. `find` holds little at a time, and stops soon after it
        /// has found what is shown.
        init(name: String, find: @escaping @Sendable (borrowing Transaction) throws -> [String]) {
            self.name = name
            self.find = find
        }

        func findings(in transaction: borrowing Transaction) throws -> [Finding] {
            try find(transaction).prefix(shownMax).map { Finding(check: name, detail: $0) }
        }
    }

    /// Every check. Each part of the product has its own, in a file of its own.
    private static func all(at now: Timestamp) -> [Check] {
        money(at: now) + meters + lots(at: now) + totals + invoices + log
    }

    private static func money(at now: Timestamp) -> [Check] {
        [
            Check(name: "no wallet is below zero available", sql: belowZero),
            Check(name: "a wallet is the sum of its postings", sql: driftedWallets),
            Check(name: "what is held is the sum of open holds", sql: driftedHolds),
            Check(name: "chains of postings are whole", sql: brokenChains),
            Check(name: "usage and captures agree", sql: driftedCaptures),
            Check(name: "every capture belongs to a generation", sql: strayCaptures),
            Check(name: "every grant has its posting", sql: driftedGrants),
            Check(name: "a batch counts its open members", sql: driftedBatches),
            Check(name: "an idempotency key names work that exists", sql: strayKeys),
            Check(name: "no hold is open past its deadline", sql: overdue(at: now)),
        ]
    }

    private static let belowZero: SQL = """
        select format('wallet %s %s: posted %s - held %s + limit %s', account_id, mode, posted,
            held, credit_limit)
        from wallet where posted - held + credit_limit < 0
        """

    private static let driftedWallets: SQL = """
        select format('wallet %s %s: posted %s, postings sum to %s (%s of %s)', account_id, mode,
            w.posted, coalesce(p.sum, 0) + coalesce(b.posted, 0),
            coalesce(p.count, 0) + coalesce(b.postings, 0), w.postings)
        from wallet w
        full join (
            select account_id, mode, count(*) as count,
                sum(case when credit = 'wallet' then amount else -amount end) as sum
            from posting group by account_id, mode
        ) p using (account_id, mode)
        left join wallet_base b using (account_id, mode)
        where w.posted is distinct from coalesce(p.sum, 0) + coalesce(b.posted, 0)
            or w.postings is distinct from coalesce(p.count, 0) + coalesce(b.postings, 0)
        """

    private static let driftedHolds: SQL = """
        select format('wallet %s %s: held %s, open holds sum to %s', account_id, mode, w.held,
            coalesce(g.sum, 0))
        from wallet w
        full join (
            select account_id, mode, sum(held) as sum from generation
            where ended_at is null group by account_id, mode
        ) g using (account_id, mode)
        where w.held is distinct from coalesce(g.sum, 0)
        """

    /// The text that is hashed is written in Swift in Posting.swift; here it is written again, on
    /// purpose, by other means. Where months were dropped it begins with their last hash; what
    /// crossed midnight before one of theirs has lost the one before it, and is not looked at.
    private static let brokenChains: SQL = """
        select format('posting %s of wallet %s %s: number %s in place %s, hash %s… where its row makes %s…',
            id, account_id, mode, number, place, left(encode(hash, 'hex'), 12),
            left(encode(made, 'hex'), 12))
                || case when number = postings and hash <> chain
                    then format(', the wallet ends with %s…', left(encode(chain, 'hex'), 12)) else '' end
        from (
            select p.*, sha256(previous || convert_to(concat(
                number, '|', mode, '|', account_id, '|', id, '|', debit, '|', credit, '|', amount,
                '|', ended_hold, '|', generation_id, '|',
                (extract(epoch from at) * 1000000)::bigint, '|', reason), 'UTF8')) as made
            from (
                select p.*, w.postings, w.chain,
                    lag(p.hash, 1, coalesce(b.chain, decode(repeat('00', 32), 'hex'))) over chain
                        as previous,
                    coalesce(b.number, 0) + row_number() over chain as place
                from posting p
                join wallet w using (account_id, mode)
                left join wallet_base b using (account_id, mode)
                where p.number > coalesce(b.number, 0)
                window chain as (partition by account_id, mode order by p.number)
            ) p
        ) p
        where number <> place or hash <> made or (number = postings and hash <> chain)
        """

    private static let driftedCaptures: SQL = """
        select format('generation %s of account %s: captured %s of %s, posting %s says %s of %s',
            g.id, g.account_id, g.captured, g.held, g.posting_id, coalesce(p.amount, 0),
            p.ended_hold)
        from generation g
        left join posting p on p.account_id = g.account_id and p.id = g.posting_id
        where (g.captured <> coalesce(p.amount, 0) and g.posting_id is null)
            or (g.captured <> coalesce(p.amount, 0) and g.posting_id >= (select oldest_id('posting')))
            or (p.id is not null and (p.generation_id is distinct from g.id
                or p.ended_hold <> g.held or p.mode <> g.mode))
        """

    private static let strayCaptures: SQL = """
        select format('posting %s of account %s captures %s for generation %s, which knows %s',
            p.id, p.account_id, p.amount, p.generation_id, g.posting_id)
        from posting p
        left join generation g on g.account_id = p.account_id and g.id = p.generation_id
        where p.generation_id >= (select oldest_id('generation')) and g.posting_id is distinct from p.id
        """

    private static let driftedGrants: SQL = """
        select format('grant %s of account %s: %s (%s), posting %s says %s from %s to %s', l.id,
            l.account_id, l.amount, l.kind, l.posting_id, p.amount, p.debit, p.credit)
        from grant_lot l
        left join (values ('paid', 'funding'), ('promotional', 'promotion'),
            ('adjustment', 'adjustment'), ('refund', 'revenue')) b (kind, book) on b.kind = l.kind
        left join posting p on p.account_id = l.account_id and p.id = l.posting_id
        where (p.id is null and l.posting_id >= (select oldest_id('posting')))
            or p.mode <> l.mode or p.amount <> abs(l.amount)
            or (p.debit, p.credit) <> (
                case when l.amount > 0 then b.book else 'wallet' end,
                case when l.amount > 0 then 'wallet' else b.book end)
        """

    private static let driftedBatches: SQL = """
        select format('batch %s of account %s: %s of %s open, its members say %s of %s', b.id,
            b.account_id, b.open, b.size, g.open, g.size)
        from batch b
        left join lateral (
            select count(*) as size, count(*) filter (where ended_at is null) as open
            from generation g where g.account_id = b.account_id and g.batch_id = b.id
        ) g on true
        where (b.open, b.size) is distinct from (g.open, g.size)
            and b.id >= (select oldest_id('generation'))
        """

    private static let strayKeys: SQL = """
        select format('key %s of account %s names %s', i.key, i.account_id,
            coalesce(i.generation_id, i.batch_id))
        from idempotency_key i
        left join generation g on g.account_id = i.account_id and g.id = i.generation_id
        left join batch b on b.account_id = i.account_id and b.id = i.batch_id
        where g.id is null and b.id is null
        """

    private static func overdue(at now: Timestamp) -> SQL {
        """
        select format('generation %s of account %s: deadline %s', id, account_id, deadline)
        from generation where ended_at is null and deadline < \(now - overdueGrace)
        """
    }
}
