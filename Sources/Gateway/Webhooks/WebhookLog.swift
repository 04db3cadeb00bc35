public import Postgres
public import Units

/// What account and admin see of deliveries.
extension WebhookDelivery {
    /// Deliveries asked for at once, at most.
    public static let pageMax = 1000

    /// Which deliveries of an account.
    public struct Filter: Sendable {
        public var generation: ID<Generation>?
        public var state: State?

        public init(generation: ID<Generation>? = nil, state: State? = nil) {
            self.generation = generation
            self.state = state
        }
    }

    /// Where a page ends. Deliveries of one message differ in their endpoint.
    public struct Place: Sendable, CustomStringConvertible {
        let message: ID<WebhookMessage>
        let endpoint: ID<WebhookEndpoint>

        /// Reads what `description` wrote; nil for anything else.
        public init?(_ text: some StringProtocol) {
            let halves = text.split(separator: "_", omittingEmptySubsequences: false)
            guard halves.count == 2, let message = ID<WebhookMessage>(halves[0]),
                let endpoint = ID<WebhookEndpoint>(halves[1])
            else { return nil }
            self.init(message: message, endpoint: endpoint)
        }

        init(message: ID<WebhookMessage>, endpoint: ID<WebhookEndpoint>) {
            self.message = message
            self.endpoint = endpoint
        }

        public var description: String { "\(message)_\(endpoint)" }

        /// Before which every delivery is.
        static let end = Place(
            message: ID(high: .max, low: .max), endpoint: ID(high: .max, low: .max))
    }

    /// Where the page after this delivery begins.
    public var place: Place { Place(message: message, endpoint: name.endpoint) }

    /// An account's deliveries, newest first, up to `limit` after the one named.
    public static func page(
        of account: ID<Account>, filter: Filter, after: Place?, limit: Int,
        in transaction: borrowing Transaction
    ) throws -> [WebhookDelivery] {
        precondition((1...pageMax + 1).contains(limit), "a page has a limit")
        let after = after ?? .end
        var sql: SQL =
            "select " + columns + """
                 from webhook_delivery d
                where account_id = \(account)
                    and (id, endpoint_id) < (\(after.message), \(after.endpoint))
                """
        // Text of its own for each filter, so that each finds its index.
        if let generation = filter.generation { sql += " and generation_id = \(generation)" }
        if let state = filter.state { sql += " and state = \(state.rawValue)" }
        sql += " order by id desc, endpoint_id desc limit \(limit)"
        return try transaction.rows(sql, read)
    }

    /// The deliveries of a message, one a place, each with its attempts; or a refusal that names
    /// it: another account's does not exist either.
    public static func find(
        _ message: ID<WebhookMessage>, of account: ID<Account>,
        in transaction: borrowing Transaction
    ) throws -> [(delivery: WebhookDelivery, attempts: [WebhookAttempt])] {
        let deliveries = try transaction.rows(
            "select " + columns + """
                 from webhook_delivery d
                where account_id = \(account) and id = \(message) order by endpoint_id
                """, read)
        guard !deliveries.isEmpty else { throw none(message) }
        let attempts = try WebhookAttempt.list(of: deliveries, in: transaction)
        return deliveries.map { ($0, attempts[$0.name] ?? []) }
    }

    static func none(_ message: ID<WebhookMessage>) -> Refusal {
        Refusal(.notFound, "There is no webhook delivery \(message).", field: "delivery")
    }

    // MARK: Once more

    /// Deliveries replayed at once, at most: the rest with the next call.
    public static let replayedMax = 10_000

    /// Sends a message once more from the start, to one place or to all it went to; answers how
    /// many. Its attempts stay in the log.
    public static func replay(
        _ message: ID<WebhookMessage>, of account: ID<Account>,
        to endpoint: ID<WebhookEndpoint>? = nil, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Int {
        let found = try find(message, of: account, in: transaction).map(\.delivery.name)
            .filter { endpoint == nil || $0.endpoint == endpoint }
        guard !found.isEmpty else { throw none(message) }
        let replayed = try restart(
            """
            select account_id, id, endpoint_id from webhook_delivery d
            where account_id = \(account) and id = \(message)
                and endpoint_id = any(\(found.map(\.endpoint))) and
            """ + " " + hasItsPlace + " order by endpoint_id for update", at: actor.now,
            in: transaction)
        guard replayed > 0 else {
            throw Refusal(
                .conflict, "The endpoint of this delivery is disabled or deleted.",
                field: "delivery")
        }
        try record(
            replayed, on: message.description, of: account, by: actor, in: transaction)
        return replayed
    }

    /// Sends once more what has failed since `time`, oldest first; answers how many.
    public static func replayFailed(
        since time: Timestamp, of account: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Int {
        _ = try Account.find(account, in: transaction)
        let replayed = try restart(
            """
            select account_id, id, endpoint_id from webhook_delivery d
            where account_id = \(account) and state = 'failed' and ended_at >= \(time) and
            """ + " " + hasItsPlace
                + " order by id, endpoint_id limit \(replayedMax) for update", at: actor.now,
            in: transaction)
        try record(
            replayed, on: "failed since \(time)", of: account, by: actor, in: transaction)
        return replayed
    }

    /// Whether there still is somebody to send it to.
    private static let hasItsPlace: SQL = """
        (endpoint_id = \(WebhookEndpoint.ofTheRequest) or exists (
            select from webhook_endpoint e
            where e.account_id = d.account_id and e.id = d.endpoint_id and e.enabled))
        """

    private static func restart(
        _ which: SQL, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> Int {
        try transaction.execute(
            """
            update webhook_delivery d
            set state = 'pending', next_at = \(now), attempts = 0, ended_at = null
            from (\(which)) q
            where d.account_id = q.account_id and d.id = q.id and d.endpoint_id = q.endpoint_id
            """)
    }

    private static func record(
        _ count: Int, on subject: String, of account: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        try AuditEvent.record(
            "webhook_deliveries.replayed", on: subject, account: account,
            details: .object([("count", .int(Int64(count)))]), by: actor, in: transaction)
    }
}
