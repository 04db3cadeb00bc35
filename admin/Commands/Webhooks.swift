import Gateway
import Postgres
import Signing
import Units

extension Command {
    static let webhooksDeliveries = Command(
        "webhooks deliveries", "list what an account was told, newest first",
        [
            .needed("account", "ID", "whose"),
            .optional("state", "S", "only pending, delivered or failed ones"),
            .optional("limit", "N", "lines at most, 1 to 1000 (default 100)"),
        ]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let limit = try session.limit
        let filter = WebhookDelivery.Filter(
            state: try session.options.word("state", of: WebhookDelivery.State.self))
        let deliveries = try await session.database.read { transaction in
            _ = try Account.find(account, in: transaction)
            return try WebhookDelivery.page(
                of: account, filter: filter, after: nil, limit: limit, in: transaction)
        }
        return .list(WebhookDelivery.columns, deliveries.map { $0.members.map(\.1) })
    }

    static let webhooksShow = Command(
        "webhooks show", "list every attempt to deliver a message",
        [.needed("account", "ID", "whose"), .needed("delivery", "ID", "which")]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("delivery", of: WebhookMessage.self)
        let found = try await session.database.read {
            try WebhookDelivery.find(id, of: account, in: $0)
        }
        let states = found.map { delivery, _ in
            "\(delivery.event.rawValue) to \(delivery.url): \(delivery.state.rawValue)"
        }
        return .list(
            ["endpoint_id", "number", "at", "status", "error", "duration_us"],
            found.flatMap { delivery, attempts in
                attempts.map { attempt in
                    [
                        .optional(delivery.endpoint, JSON.id), .int(attempt.number),
                        .time(attempt.at), .optional(attempt.status) { .int($0) },
                        .optional(attempt.error, JSON.string), .int(attempt.duration.microseconds),
                    ]
                }
            }, note: states.joined(separator: "\n"))
    }

    static let webhooksReplay = Command(
        "webhooks replay", "send a message, or all that failed, once more from the start",
        [
            .needed("account", "ID", "whose"),
            .optional("delivery", "ID", "which"),
            .optional("failed-since", "TIME", "all that failed since, UTC, such as 2027-01-31"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let delivery = try session.options.id("delivery", of: WebhookMessage.self)
        let since = try session.options.time("failed-since")
        guard (delivery == nil) != (since == nil) else {
            throw UsageFault("one of --delivery and --failed-since is needed")
        }
        let actor = session.actor
        let count = try await session.database.transaction { transaction in
            if let delivery {
                return try WebhookDelivery.replay(
                    delivery, of: account, by: actor, in: transaction)
            }
            return try WebhookDelivery.replayFailed(
                since: since ?? actor.now, of: account, by: actor, in: transaction)
        }
        return .record(
            [("account_id", .id(account)), ("replayed", .int(count))],
            note: count == WebhookDelivery.replayedMax
                ? "There may be more: run it again." : nil)
    }

    static let webhooksRotateSecret = Command(
        "webhooks rotate-secret", "make a new signing secret; the old one signs on for a while",
        [
            .needed("account", "ID", "whose"),
            .optional("endpoint", "ID", "this endpoint's own secret instead of the account's"),
            .optional("overlap", "TIME", "how long both sign: 90s, 30m, 24h, 7d (default 24h)"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let endpoint = try session.options.id("endpoint", of: WebhookEndpoint.self)
        let overlap = try overlap(session.options.text("overlap"))
        let pepper = try await session.pepper()
        let actor = session.actor
        let secret = try await session.database.transaction {
            if let endpoint {
                return try WebhookEndpoint.rotateSecret(
                    of: endpoint, account: account, overlap: overlap, pepper: pepper, by: actor,
                    in: $0)
            }
            return try WebhookSecret.rotate(
                of: account, overlap: overlap, pepper: pepper, by: actor, in: $0)
        }
        return .record([
            ("account_id", .id(account)), ("endpoint_id", .optional(endpoint, JSON.id)),
            ("previous_until", .time(actor.now + overlap)),
            ("secret", .string(secret.text.reveal())),
        ])
    }

    static let webhooksEndpoints = Command(
        "webhooks endpoints", "list where an account wants to be told",
        [.needed("account", "ID", "whose")]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let endpoints = try await session.database.read { transaction in
            _ = try Account.find(account, in: transaction)
            return try WebhookEndpoint.list(of: account, in: transaction)
        }
        return .list(
            [
                "id", "url", "events", "enabled", "disabled_reason", "failing_since",
                "created_at", "signed_with",
            ],
            endpoints.map { endpoint in
                [
                    .id(endpoint.id), .string(endpoint.url),
                    .array(endpoint.events.map { .string($0.rawValue) }),
                    .bool(endpoint.isEnabled), .optional(endpoint.disabledReason, JSON.string),
                    .optional(endpoint.failingSince, JSON.time), .time(endpoint.createdAt),
                    .string(endpoint.hasOwnSecret ? "endpoint_secret" : "account_secret"),
                ]
            })
    }

    /// `24h`: a number and its unit.
    static func overlap(_ text: String?) throws -> Duration {
        guard let text else { return WebhookSecret.overlapStandard }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), text.utf8.count <= 8,
            let count = Int64(text.dropLast()), count >= 0
        else { throw UsageFault("--overlap is a time such as 90s, 30m, 24h or 7d, not '\(text)'") }
        return .seconds(count * unit)
    }
}

extension WebhookDelivery {
    fileprivate static let columns = [
        "id", "endpoint_id", "event", "generation_id", "batch_id", "state", "attempts", "next_at",
        "created_at", "ended_at",
    ]

    fileprivate var members: [(String, JSON)] {
        Array(
            zip(
                Self.columns,
                [
                    .id(message), .optional(endpoint, JSON.id), .string(event.rawValue),
                    .optional(subject?.generation, JSON.id), .optional(subject?.batch, JSON.id),
                    .string(state.rawValue), .int(attempts),
                    state == .pending ? .time(nextAt) : .null, .time(createdAt),
                    .optional(endedAt, JSON.time),
                ] as [JSON]))
    }
}
