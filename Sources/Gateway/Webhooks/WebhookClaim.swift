import Postgres
import Signing
import Units

/// How due deliveries are taken, so that no account waits for another's backlog.
enum WebhookClaim {
    /// What a deliverer has room for.
    struct Room: Sendable {
        /// Attempts it can begin.
        let free: Int
        /// Attempts under way, by account.
        let underWay: [ID<Account>: Int]
        /// Where the last walk over the accounts ended.
        let after: ID<Account>

        /// Taken of an account in one claim: the next claim takes the next few.
        static let fewMax = 4

        /// An account may have as many as it leaves free for others: one alone gets half, each of
        /// two a third, and one that has none always finds a place while there is any.
        func places(for account: ID<Account>) -> Int {
            let count = underWay[account] ?? 0
            return min(Self.fewMax, max(count == 0 ? 1 : 0, (free - count) / 2))
        }
    }

    /// What was taken.
    struct Taken: Sendable {
        let deliveries: [Claimed]
        /// Where the next walk begins.
        let after: ID<Account>
        /// How often the walk came to the last account; 2 when it looked at all of them.
        let ends: Int

        /// What is to be sent: what goes to a place that is gone has ended by being taken.
        var begun: [Claimed] { deliveries.filter { $0.delivery.state == .pending } }

        /// For who has no room.
        static func nothing(after: ID<Account>) -> Taken {
            Taken(deliveries: [], after: after, ends: 2)
        }
    }

    /// A delivery whose next attempt is ours to make.
    struct Claimed: Sendable {
        let delivery: WebhookDelivery
        let signing: WebhookSigning
    }

    /// How long an attempt is waited for before another is made: longer than it may take.
    static let lostAfter: Duration = .seconds(60)
    /// Accounts looked at in one claim: bounds its time, however many wait for a later attempt.
    static let accountsMax = 1000

    /// Takes what is due. The attempt is counted, and the next one due in a minute, before
    /// anything is sent: whoever crashes only delays it.
    static func take(
        _ room: Room, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> Taken {
        try PlanPins.set(in: transaction)
        let begin = ID<Account>(high: 0, low: 0)
        let end = ID<Account>(high: .max, low: .max)
        var walked = try walk(
            after: room.after, upTo: end, atMost: accountsMax, at: now, in: transaction)
        var ends = walked.count < accountsMax ? 1 : 0
        if ends == 1, room.after != begin {
            // Past the last account comes the first.
            walked += try walk(
                after: begin, upTo: room.after, atMost: accountsMax - walked.count, at: now,
                in: transaction)
        }
        if walked.count < accountsMax { ends = 2 }
        var free = room.free
        var asked: [(account: ID<Account>, places: Int)] = []
        var after = ends == 2 ? begin : walked.last?.account ?? begin
        for step in walked where step.isDue {
            let places = min(free, room.places(for: step.account))
            if places > 0 { asked.append((step.account, places)) }
            free -= places
            if free == 0 {
                after = step.account
                break
            }
        }
        let deliveries = asked.isEmpty ? [] : try take(asked, at: now, in: transaction)
        return Taken(deliveries: deliveries, after: after, ends: ends)
    }

    private struct Step {
        let account: ID<Account>
        let isDue: Bool
    }

    /// Goes through the accounts with something pending in the order of their ids, jumping from
    /// one to the next on the index: its cost does not grow with what waits.
    private static func walk(
        after: ID<Account>, upTo last: ID<Account>, atMost count: Int, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> [Step] {
        try transaction.rows(
            """
            with recursive walk (account_id, step) as (
                (select account_id, 1 from webhook_delivery
                 where state = 'pending' and account_id > \(after) and account_id <= \(last)
                 order by account_id limit 1)
                union all
                select (select d.account_id from webhook_delivery d
                        where d.state = 'pending' and d.account_id > walk.account_id
                            and d.account_id <= \(last)
                        order by d.account_id limit 1), step + 1
                from walk where walk.account_id is not null and step < \(count)
            )
            select account_id, exists (
                select from webhook_delivery d
                where d.state = 'pending' and d.account_id = walk.account_id
                    and d.next_at <= \(now))
            from walk where account_id is not null
            """
        ) { Step(account: try $0.next(), isDue: try $0.next()) }
    }

    /// Takes the longest due of each account. What another server is just taking is passed over;
    /// what goes to a place that is gone ends here.
    private static func take(
        _ asked: [(account: ID<Account>, places: Int)], at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> [Claimed] {
        try transaction.rows(
            """
            with due as (
                select q.* from unnest(\(asked.map(\.account)), \(asked.map(\.places)))
                    as t (account_id, places),
                lateral (
                    select account_id, id, endpoint_id, url from webhook_delivery
                    where state = 'pending' and account_id = t.account_id and next_at <= \(now)
                    order by next_at limit t.places
                    for update skip locked
                ) q
            ), placed as (
                select due.account_id, due.id, due.endpoint_id, e.url, s.version, s.previous_until,
                    e.id as signs_as, e.secret_version, e.previous_secret_until,
                    due.endpoint_id = \(WebhookEndpoint.ofTheRequest) or coalesce(e.enabled, false)
                        as is_open
                from due
                -- A request may name the URL of an endpoint, which then knows that one's secret.
                left join lateral (
                    select * from webhook_endpoint e
                    where e.account_id = due.account_id and (e.id = due.endpoint_id
                        or due.endpoint_id = \(WebhookEndpoint.ofTheRequest)
                            and e.url = due.url and e.enabled)
                    order by e.id limit 1
                ) e on true
                left join webhook_secret s on s.account_id = due.account_id
            )
            update webhook_delivery d
            set state = case when p.is_open then 'pending' else 'failed' end,
                ended_at = case when p.is_open then null else \(now) end,
                attempts = d.attempts + case when p.is_open then 1 else 0 end,
                next_at = \(now + lostAfter), url = coalesce(p.url, d.url)
            from placed p
            where d.account_id = p.account_id and d.id = p.id and d.endpoint_id = p.endpoint_id
            returning
            """ + " " + WebhookDelivery.columns + ", " + WebhookSigning.columns
        ) { row in
            let delivery = try WebhookDelivery.read(&row)
            return Claimed(delivery: delivery, signing: try WebhookSigning.read(&row))
        }
    }
}
