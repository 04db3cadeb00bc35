import Ledger
import Postgres
import Pictures
import Signing
import Units

/// The statements on `generation` as a queue.
extension Generation {
    /// How many generations of these keys' accounts wait, counted up to `limit`. Queued.
    static func queued(
        of keys: Set<KeyHash>, upTo limit: Int, in transaction: borrowing Transaction
    ) throws -> Pending<(ID<Account>, Int)> {
        try transaction.send(
            """
            select account_id, (
                select count(*) from (
                    select from generation g
                    where g.account_id = k.account_id and g.state = 'queued' limit \(limit)
                ) waiting)
            from (select distinct account_id from (\(Key.rows(of: keys))) shown) k
            """
        ) { row in
            let account: ID<Account> = try row.next()
            let count: Int64 = try row.next()
            return (account, Int(count))
        }
    }

    /// What may be claimed: how many in all, and how the accounts with work here stand.
    struct Room: Sendable {
        /// Places for an account that has none.
        let newcomer: Int
        let total: Int
        /// Places left for accounts that have some.
        let others: [(account: ID<Account>, places: Int)]
        /// Where the last walk over the accounts ended.
        let after: ID<Account>
    }

    /// Accounts looked at in one claim: bounds its time, however many have work.
    static let accountsMax = 128

    /// Takes what is ready from the queue, for `server`, account after account in the order of
    /// their ids and on from where the last claim ended, so that no account waits for another's
    /// backlog. What another worker is just claiming is passed over.
    ///
    /// The walk jumps from account to account on the index: its cost does not grow with what waits.
    static func claim(
        _ room: Room, for server: ID<Server>, runningFor limit: Duration, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> [ClaimedRow] {
        try PlanPins.set(in: transaction)
        return try transaction.rows(
            """
            with recursive walk (account_id, step) as (
                (select account_id, 1 from generation
                 where state = 'queued' and ready_at <= \(now) and account_id > \(room.after)
                 order by account_id limit 1)
                union all
                select (select g.account_id from generation g
                        where g.state = 'queued' and g.ready_at <= \(now)
                            and g.account_id > walk.account_id
                        order by g.account_id limit 1), step + 1
                from walk where walk.account_id is not null and step < \(accountsMax)
            ), taken as (
                select g.account_id, g.id from walk
                left join unnest(\(room.others.map(\.account)),
                    \(room.others.map { Int64($0.places) })) as o (account_id, places)
                    on o.account_id = walk.account_id
                cross join lateral (
                    select q.account_id, q.id from generation q
                    where q.state = 'queued' and q.account_id = walk.account_id
                        and q.ready_at <= \(now)
                    order by q.ready_at, q.id
                    limit coalesce(o.places, \(Int64(room.newcomer)))
                    for update skip locked
                ) g
                where walk.account_id is not null
                limit \(room.total)
            )
            update generation g
            set state = 'running', server_id = \(server), ready_at = \(now),
                claims = g.claims + 1, run = g.run + 1,
                deadline = least(g.deadline, \(now + limit))
            from taken
            where g.account_id = taken.account_id and g.id = taken.id
            returning g.account_id, g.mode, g.id, g.model, g.provider, g.price_version, g.n,
                g.request, g.deadline, g.created_at, g.task, g.claims, g.run
            """, ClaimedRow.read)
    }

    /// Puts generations that `server` ran back into the queue, unless they have ended or passed on;
    /// answers how many. `forgiving` when it was no fault of theirs: the claim does not count.
    static func requeue(
        _ generations: [(name: JobName, server: ID<Server>, run: Int32)], readyAt: Timestamp,
        forgiving: Bool, in transaction: borrowing Transaction
    ) throws -> Int {
        guard !generations.isEmpty else { return 0 }
        try PlanPins.set(in: transaction)
        // Passing over what somebody is just ending, so that this never waits for a lock.
        return try transaction.execute(
            """
            update generation g
            set state = 'queued', server_id = null, ready_at = \(readyAt),
                claims = greatest(g.claims - \(Int32(forgiving ? 1 : 0)), 0),
                deadline = g.created_at + \(Queue.waitMax) * interval '1 microsecond'
            from (
                select q.account_id, q.id
                from unnest(\(generations.map(\.name.account)), \(generations.map(\.name.id)),
                    \(generations.map(\.server)), \(generations.map(\.run)))
                    as t (account_id, id, server_id, run),
                lateral (
                    select * from generation
                    where account_id = t.account_id and id = t.id
                    for update skip locked
                ) q
                where q.server_id = t.server_id and q.run = t.run and q.ended_at is null
            ) mine
            where g.account_id = mine.account_id and g.id = mine.id
            """)
    }

    /// Writes the provider's name for the work down, or how far it is; false when the generation
    /// is no longer this server's.
    static func note(
        task: String, progress: Int, of order: Order, by server: ID<Server>,
        in transaction: borrowing Transaction
    ) throws -> Bool {
        try transaction.execute(
            """
            update generation set task = \(task), progress = \(Int32(progress))
            where account_id = \(order.wallet.account) and id = \(order.generation)
                and server_id = \(server) and run = \(order.run) and ended_at is null
            """) == 1
    }
}

/// The bounds of waiting.
enum Queue {
    /// From submission to the forced end of what nobody got to.
    static let waitMax: Duration = .seconds(86_400)
    /// How often one generation is claimed: what stops its server every time is given up.
    static let claimsMax = 5
}

/// A claimed row, before the catalogue has said what its price is.
struct ClaimedRow: Sendable {
    let wallet: Wallet.Name
    let generation: ID<Generation>
    let model: String
    let provider: String
    let priceVersion: Int32
    let n: Int
    let request: String
    let deadline: Timestamp
    let createdAt: Timestamp
    let task: String?
    let claims: Int
    let run: Int32

    static func read(_ row: inout RowReader) throws -> ClaimedRow {
        let account: ID<Account> = try row.next()
        let mode: String = try row.next()
        let id: ID<Generation> = try row.next()
        let model: String = try row.next()
        let provider: String = try row.next()
        let version: Int32 = try row.next()
        let n: Int32 = try row.next()
        let request: JSONText = try row.next()
        let deadline: Timestamp = try row.next()
        let createdAt: Timestamp = try row.next()
        let task: String? = try row.next()
        let claims: Int32 = try row.next()
        return ClaimedRow(
            wallet: .init(account: account, mode: Mode(rawValue: mode) ?? .live), generation: id,
            model: model, provider: provider, priceVersion: version, n: Int(n),
            request: request.text, deadline: deadline, createdAt: createdAt, task: task,
            claims: Int(claims), run: try row.next())
    }
}
