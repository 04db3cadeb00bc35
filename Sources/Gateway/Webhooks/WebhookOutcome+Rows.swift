import Postgres
import Units

/// The writing down of attempts, many in one transaction.
extension WebhookOutcome {
    /// Writes attempts, what they mean for the deliveries, and for the endpoints; answers the
    /// endpoints that were disabled by it.
    static func write(
        _ outcomes: [WebhookOutcome], in transaction: borrowing Transaction
    ) throws -> [WebhookStanding] {
        try PlanPins.set(in: transaction)
        // Endpoints before deliveries, in the order of their ids: nobody waits in a circle.
        let locked = try lockEndpoints(of: outcomes, in: transaction)
        try insertAttempts(of: outcomes, in: transaction)
        let firsts = try firstAttempts(of: outcomes.filter(\.isGivenUp), in: transaction)
        let standings = try locked.rows()
        let firstFailed = Dictionary(try firsts?.rows() ?? [], uniquingKeysWith: min)
        let after = standings.map { before in
            var standing = before
            for outcome in outcomes
            where outcome.delivery.endpoint == before.id
                && outcome.delivery.account == before.account
            {
                standing.take(outcome, firstFailed: firstFailed[outcome.delivery.name])
            }
            return standing
        }
        let changed = zip(standings, after).filter { $0 != $1 }.map(\.1)
        try updateDeliveries(of: outcomes, in: transaction)
        try update(changed, in: transaction)
        let disabled = changed.filter { $0.disabledReason != nil }
        for endpoint in disabled {
            try WebhookDelivery.abandon(
                [endpoint.id], of: endpoint.account, at: outcomes[0].at, in: transaction)
        }
        return disabled
    }

    /// Loads and locks the endpoints concerned that are still enabled. Queued.
    private static func lockEndpoints(
        of outcomes: [WebhookOutcome], in transaction: borrowing Transaction
    ) throws -> Pending<WebhookStanding> {
        let names = Set(outcomes.compactMap { $0.delivery.endpoint == nil ? nil : Place($0) })
            .sorted()
        return try transaction.send(
            """
            select e.account_id, e.id, e.failing_since
            from unnest(\(names.map(\.account)), \(names.map(\.endpoint)))
                with ordinality as t (account_id, id, place),
            lateral (
                select * from webhook_endpoint
                where account_id = t.account_id and id = t.id and enabled
                for no key update
            ) e
            order by t.place
            """
        ) { row in
            WebhookStanding(
                account: try row.next(), id: try row.next(), failingSince: try row.next())
        }
    }

    private struct Place: Hashable, Comparable {
        let account: ID<Account>
        let endpoint: ID<WebhookEndpoint>

        init(_ outcome: WebhookOutcome) {
            account = outcome.delivery.account
            endpoint = outcome.delivery.name.endpoint
        }

        static func < (left: Place, right: Place) -> Bool {
            (left.account, left.endpoint) < (right.account, right.endpoint)
        }
    }

    /// One row an attempt that was made. Numbers go on where a replay begins anew. Queued.
    private static func insertAttempts(
        of outcomes: [WebhookOutcome], in transaction: borrowing Transaction
    ) throws {
        let made = outcomes.filter { $0.attempt != nil }
        guard !made.isEmpty else { return }
        let attempts = made.map(\.attempt)
        try transaction.send(
            """
            insert into webhook_attempt (account_id, delivery_id, endpoint_id, number, at, status,
                error, duration_us)
            select t.account_id, t.delivery_id, t.endpoint_id,
                coalesce((select max(number) from webhook_attempt a
                    where a.account_id = t.account_id and a.delivery_id = t.delivery_id
                        and a.endpoint_id = t.endpoint_id), 0)
                    + row_number() over (partition by t.account_id, t.delivery_id, t.endpoint_id),
                t.at, t.status, t.error, t.duration_us
            from unnest(\(made.map(\.delivery.account)), \(made.map(\.delivery.message)),
                \(made.map(\.delivery.name.endpoint)), \(made.map(\.at)),
                \(attempts.map { $0?.status.map(Int32.init) }),
                \(attempts.map { $0?.error.map(kept) }),
                \(made.map(\.duration)))
                as t (account_id, delivery_id, endpoint_id, at, status, error, duration_us)
            """)
    }

    /// Kept of what went wrong.
    private static let errorLengthMax = 500

    /// PostgreSQL keeps no text with a NUL.
    private static func kept(_ error: String) -> String {
        String(error.filter { $0 != "\0" }.prefix(errorLengthMax))
    }

    private var attempt: (status: Int?, error: String?)? {
        switch result {
        case .delivered(let status): (status, nil)
        case .failed(let status, let reason, _, _): (status, reason)
        case .pointless(let reason): (nil, reason)
        case .handedBack: nil
        }
    }

    /// When the first attempt was made of each, since it was queued or replayed. Queued.
    private static func firstAttempts(
        of outcomes: [WebhookOutcome], in transaction: borrowing Transaction
    ) throws -> Pending<(WebhookDelivery.Name, Timestamp)>? {
        guard !outcomes.isEmpty else { return nil }
        return try transaction.send(
            """
            select t.account_id, t.id, t.endpoint_id, min(a.at)
            from unnest(\(outcomes.map(\.delivery.account)), \(outcomes.map(\.delivery.message)),
                \(outcomes.map(\.delivery.name.endpoint)), \(outcomes.map(\.delivery.attempts)))
                as t (account_id, id, endpoint_id, attempts),
            lateral (
                select at from webhook_attempt
                where account_id = t.account_id and delivery_id = t.id
                    and endpoint_id = t.endpoint_id
                order by number desc limit t.attempts
            ) a
            group by 1, 2, 3
            """
        ) { row in
            let name = WebhookDelivery.Name(
                account: try row.next(), message: try row.next(), endpoint: try row.next())
            return (name, try row.next())
        }
    }

    /// What got through is delivered whatever happened meanwhile; everything else counts only if
    /// the attempt is still the last one: not after a replay, or when it was given up for lost.
    /// Queued.
    private static func updateDeliveries(
        of outcomes: [WebhookOutcome], in transaction: borrowing Transaction
    ) throws {
        let ends = outcomes.map(\.end)
        try transaction.send(
            """
            update webhook_delivery d
            set state = t.state, ended_at = t.ended_at, next_at = coalesce(t.next_at, d.next_at),
                attempts = d.attempts - t.uncounted
            from unnest(\(outcomes.map(\.delivery.account)), \(outcomes.map(\.delivery.message)),
                \(outcomes.map(\.delivery.name.endpoint)),
                \(outcomes.map { Int32($0.delivery.attempts) }), \(ends.map(\.state.rawValue)),
                \(ends.map(\.endedAt)), \(ends.map(\.nextAt)), \(ends.map(\.uncounted)))
                as t (account_id, id, endpoint_id, attempts, state, ended_at, next_at, uncounted)
            where d.account_id = t.account_id and d.id = t.id and d.endpoint_id = t.endpoint_id
                and (t.state = 'delivered' and d.state <> 'delivered'
                    or d.state = 'pending' and d.attempts = t.attempts)
            """)
    }

    private var end:
        (state: WebhookDelivery.State, endedAt: Timestamp?, nextAt: Timestamp?, uncounted: Int32)
    {
        let now = at + duration
        return switch result {
        case .delivered: (.delivered, now, nil, 0)
        case .failed(_, _, nil, _), .pointless: (.failed, now, nil, 0)
        case .failed(_, _, .some(let nextAt), _): (.pending, nil, nextAt, 0)
        case .handedBack(let nextAt): (.pending, nil, nextAt, 1)
        }
    }

    private static func update(
        _ endpoints: [WebhookStanding], in transaction: borrowing Transaction
    ) throws {
        guard !endpoints.isEmpty else { return }
        try transaction.send(
            """
            update webhook_endpoint e
            set failing_since = t.failing_since, enabled = t.disabled_reason is null,
                disabled_reason = t.disabled_reason
            from unnest(\(endpoints.map(\.account)), \(endpoints.map(\.id)),
                \(endpoints.map(\.failingSince)), \(endpoints.map(\.disabledReason)))
                as t (account_id, id, failing_since, disabled_reason)
            where e.account_id = t.account_id and e.id = t.id
            """)
    }
}
