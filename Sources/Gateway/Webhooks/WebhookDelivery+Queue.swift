import Postgres
import Units

/// How deliveries come to be, and how those to a place that is gone come to nothing.
extension WebhookDelivery {
    /// Queues what is to be told: one delivery for the address that a request named, and one for
    /// every enabled endpoint of the account that listens to the event. Queued, one statement.
    ///
    /// A URL is told once of an event: where a request names the URL of an endpoint, in the
    /// request's words; where two endpoints share one, for the older of them.
    ///
    /// Expects `PlanPins`. An account without endpoints costs one look into an index.
    static func queue(_ events: [WebhookEvent], in transaction: borrowing Transaction) throws {
        guard !events.isEmpty else { return }
        try transaction.send(
            """
            with told as (
                select * from unnest(\(events.map(\.account)), \(events.map(\.message)),
                    \(events.map(\.endpointMessage)),
                    \(events.map(\.event.rawValue)), \(events.map(\.subject.generation)),
                    \(events.map(\.subject.batch)), \(events.map(\.subject.data)),
                    \(events.map(\.requestURL)), \(events.map(\.at)))
                    as t (account_id, id, endpoint_message, event, generation_id, batch_id, data,
                        url, at)
            )
            insert into webhook_delivery (account_id, id, endpoint_id, url, event, generation_id,
                batch_id, data, next_at, created_at)
            select account_id, id, \(WebhookEndpoint.ofTheRequest), url, event, generation_id,
                batch_id, data, at, at
            from told where url is not null
            union all
            select t.account_id, t.endpoint_message, e.id, e.url, t.event, t.generation_id,
                t.batch_id, t.data, t.at, t.at
            from told t,
            lateral (
                select distinct on (url) id, url from webhook_endpoint
                where account_id = t.account_id and enabled and t.event = any(events)
                    and url is distinct from t.url
                order by url, id
            ) e
            """)
    }

    /// Ends what waits for endpoints to which nothing is sent any more.
    ///
    /// Passes over what is being sent this moment, so that it waits for no lock; that is ended
    /// when it is claimed the next time.
    static func abandon(
        _ endpoints: [ID<WebhookEndpoint>], of account: ID<Account>, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            update webhook_delivery d
            set state = 'failed', ended_at = \(now)
            from (
                select account_id, id, endpoint_id from webhook_delivery
                where account_id = \(account) and state = 'pending'
                    and endpoint_id = any(\(endpoints))
                for update skip locked
            ) q
            where d.account_id = q.account_id and d.id = q.id and d.endpoint_id = q.endpoint_id
            """)
    }

    /// How long what has ended can still be seen and replayed.
    public static let keptFor: Duration = .hours(24 * 30)
    /// Deleted in one transaction; the rest in the next.
    static let sweptMax = 5000

    /// Deletes deliveries that ended long ago, with their attempts; answers how many.
    static func sweep(at now: Timestamp, in transaction: borrowing Transaction) throws -> Int {
        let gone = try transaction.rows(
            """
            delete from webhook_delivery d
            using (
                select account_id, id, endpoint_id from webhook_delivery
                where state <> 'pending' and ended_at < \(now - keptFor)
                limit \(sweptMax)
                for update skip locked
            ) q
            where d.account_id = q.account_id and d.id = q.id and d.endpoint_id = q.endpoint_id
            returning d.account_id, d.id, d.endpoint_id
            """
        ) { row in
            Name(account: try row.next(), message: try row.next(), endpoint: try row.next())
        }
        try transaction.send(
            """
            delete from webhook_attempt a
            using unnest(\(gone.map(\.account)), \(gone.map(\.message)), \(gone.map(\.endpoint)))
                as t (account_id, delivery_id, endpoint_id)
            where a.account_id = t.account_id and a.delivery_id = t.delivery_id
                and a.endpoint_id = t.endpoint_id
            """)
        return gone.count
    }
}
