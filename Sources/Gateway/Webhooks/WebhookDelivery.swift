import Postgres
public import Units

/// One message to one place: queued in the transaction that ends what it tells of, and sent until
/// it is answered with 2xx or its attempts are used up.
public struct WebhookDelivery: Hashable, Sendable {
    public enum State: String, CaseIterable, Sendable {
        case pending, delivered, failed
    }

    public let account: ID<Account>
    public let message: ID<WebhookMessage>
    /// Nil when the request itself named the address.
    public let endpoint: ID<WebhookEndpoint>?
    public let url: String
    public let event: WebhookEvent.Name
    /// Nil for what tells of neither a generation nor a batch.
    public let subject: WebhookEvent.Subject?
    public let state: State
    /// Attempts since it was queued or replayed, with the one under way.
    public let attempts: Int
    /// When the next attempt is due, while it is pending.
    public let nextAt: Timestamp
    public let createdAt: Timestamp
    public let endedAt: Timestamp?

    /// What a delivery is found by.
    struct Name: Hashable, Comparable, Sendable {
        let account: ID<Account>
        let message: ID<WebhookMessage>
        /// Zeros for the address that the request named.
        let endpoint: ID<WebhookEndpoint>

        static func < (left: Name, right: Name) -> Bool {
            (left.account, left.message, left.endpoint)
                < (right.account, right.message, right.endpoint)
        }
    }

    var name: Name {
        Name(
            account: account, message: message, endpoint: endpoint ?? WebhookEndpoint.ofTheRequest)
    }

    static let columns: SQL = """
        d.account_id, d.id, d.endpoint_id, d.url, d.event, d.generation_id, d.batch_id, d.data, d.state,
        d.attempts, d.next_at, d.created_at, d.ended_at
        """

    static func read(_ row: inout RowReader) throws -> WebhookDelivery {
        let account: ID<Account> = try row.next()
        let message: ID<WebhookMessage> = try row.next()
        let endpoint: ID<WebhookEndpoint> = try row.next()
        let url: String = try row.next()
        let event: String = try row.next()
        let subject = WebhookEvent.Subject(
            generation: try row.next(), batch: try row.next(), data: try row.next())
        let state: String = try row.next()
        let attempts: Int32 = try row.next()
        guard let event = WebhookEvent.Name(rawValue: event), let state = State(rawValue: state)
        else {
            throw DatabaseFailure.failed(
                sqlState: "22023", message: "delivery \(message) is of an unknown event or state")
        }
        return WebhookDelivery(
            account: account, message: message,
            endpoint: endpoint == WebhookEndpoint.ofTheRequest ? nil : endpoint, url: url,
            event: event, subject: subject, state: state, attempts: Int(attempts),
            nextAt: try row.next(), createdAt: try row.next(), endedAt: try row.next())
    }
}

/// What became of one attempt, word for word.
public struct WebhookAttempt: Sendable {
    /// From 1, on through every replay.
    public let number: Int
    public let at: Timestamp
    /// The receiver's status; nil when there was no answer.
    public let status: Int?
    /// Why it counts as failed; nil when it got through.
    public let error: String?
    public let duration: Duration

    /// Attempts shown of a delivery: the last ones.
    static let shownMax = 100

    /// The attempts of these deliveries, in order.
    static func list(
        of deliveries: [WebhookDelivery], in transaction: borrowing Transaction
    ) throws -> [WebhookDelivery.Name: [WebhookAttempt]] {
        let names = deliveries.map(\.name)
        let rows = try transaction.rows(
            """
            select a.account_id, a.delivery_id, a.endpoint_id, a.number, a.at, a.status, a.error,
                a.duration_us
            from unnest(\(names.map(\.account)), \(names.map(\.message)), \(names.map(\.endpoint)))
                as t (account_id, delivery_id, endpoint_id),
            lateral (
                select * from webhook_attempt
                where account_id = t.account_id and delivery_id = t.delivery_id
                    and endpoint_id = t.endpoint_id
                order by number desc limit \(shownMax)
            ) a
            order by a.number
            """
        ) { row in
            let name = WebhookDelivery.Name(
                account: try row.next(), message: try row.next(), endpoint: try row.next())
            let number: Int32 = try row.next()
            let at: Timestamp = try row.next()
            let status: Int32? = try row.next()
            return (
                name,
                WebhookAttempt(
                    number: Int(number), at: at, status: status.map(Int.init),
                    error: try row.next(), duration: try row.next())
            )
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}
