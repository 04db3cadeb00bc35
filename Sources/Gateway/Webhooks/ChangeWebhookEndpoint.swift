public import Postgres
import Signing
public import Units

/// The verbs that change endpoints. Each is recorded, with who did it.
extension WebhookEndpoint {
    private static let urlLengthMax = 2048
    private static let descriptionLengthMax = 200

    /// Makes an endpoint that is told of everything from now on. `refusal` says why its address
    /// may not be called, if it may not.
    public static func create(
        _ terms: Terms, for account: ID<Account>, refusal: (String) -> String?,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> WebhookEndpoint {
        guard let url = terms.url else {
            throw Refusal(.missingParameter, "An endpoint needs a 'url'.", field: "url")
        }
        guard let events = terms.events else {
            throw Refusal(.missingParameter, "An endpoint needs 'events'.", field: "events")
        }
        try check(terms, refusal)
        // Two that are made at once would both count nine: the account's row lets one wait.
        try transaction.execute(
            "select from account where id = \(account) for no key update")
        let id = ID<WebhookEndpoint>(at: actor.now)
        let made = try transaction.rows(
            """
            insert into webhook_endpoint (account_id, id, url, description, events, enabled,
                disabled_reason, created_at, secret_version)
            select \(account), \(id), \(url), \(terms.description ?? ""), \(words(events)),
                \(terms.enabled ?? true),
                \(terms.enabled == false ? disabledByOwner : nil), \(actor.now),
                \(WebhookSecret.Version.first.number)
            where (select count(*) from webhook_endpoint where account_id = \(account))
                < \(countMax)
            returning
            """ + " " + columns, read)
        guard let endpoint = made.first else {
            throw Refusal(
                .conflict,
                "An account has at most \(countMax) webhook endpoints: delete one first.")
        }
        try record("webhook_endpoint.created", nil, endpoint, by: actor, in: transaction)
        return endpoint
    }

    /// Changes what `terms` name. Enabling forgets the failures of before.
    public static func change(
        _ id: ID<WebhookEndpoint>, of account: ID<Account>, to terms: Terms,
        refusal: (String) -> String?, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> WebhookEndpoint {
        try check(terms, refusal)
        // Nobody else changes it in between.
        try transaction.execute(
            """
            select from webhook_endpoint where account_id = \(account) and id = \(id)
            for no key update
            """)
        let before = try find(id, of: account, in: transaction)
        let changed = try transaction.rows(
            """
            update webhook_endpoint
            set url = coalesce(\(terms.url), url),
                description = coalesce(\(terms.description), description),
                events = coalesce(\(terms.events.map(words)), events),
                enabled = coalesce(\(terms.enabled), enabled),
                disabled_reason = case \(terms.enabled)
                    when true then null
                    when false then coalesce(disabled_reason, \(disabledByOwner))
                    else disabled_reason end,
                failing_since = case when \(terms.enabled) then null else failing_since end
            where account_id = \(account) and id = \(id)
            returning
            """ + " " + columns, read)
        guard let endpoint = changed.first else {
            return try find(id, of: account, in: transaction)
        }
        if !endpoint.isEnabled {
            try WebhookDelivery.abandon([endpoint.id], of: account, at: actor.now, in: transaction)
        }
        try record("webhook_endpoint.changed", before, endpoint, by: actor, in: transaction)
        return endpoint
    }

    /// Deletes an endpoint. What waits for it has failed; what was sent stays in the log.
    public static func delete(
        _ id: ID<WebhookEndpoint>, of account: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        let endpoint = try find(id, of: account, in: transaction)
        try transaction.send(
            "delete from webhook_endpoint where account_id = \(account) and id = \(id)")
        try WebhookDelivery.abandon([id], of: account, at: actor.now, in: transaction)
        try record("webhook_endpoint.deleted", endpoint, nil, by: actor, in: transaction)
    }

    private static func record(
        _ action: String, _ before: WebhookEndpoint?, _ after: WebhookEndpoint?,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws {
        guard let endpoint = after ?? before else { return }
        // Not the address: it may hold a token of the receiver's.
        let isMoved = before != nil && after != nil && before?.url != after?.url
        try AuditEvent.record(
            action, on: endpoint.id.description, account: endpoint.account,
            details: AuditEvent.changes(
                before?.terms, after?.terms, beside: [("url_changed", .bool(isMoved))]),
            by: actor, in: transaction)
    }

    /// What can be changed of it, but for the address.
    private var terms: [(String, JSON)] {
        [
            ("description", .string(description)),
            ("events", .array(events.map { .string($0.rawValue) })), ("enabled", .bool(isEnabled)),
        ]
    }

    private static func words(_ events: [WebhookEvent.Name]) -> [String] {
        Set(events.map(\.rawValue)).sorted()
    }

    private static func check(_ terms: Terms, _ refusal: (String) -> String?) throws(Refusal) {
        if let url = terms.url {
            guard (1...urlLengthMax).contains(url.utf8.count) else {
                throw Refusal(
                    .invalidValue, "A URL has 1 to \(urlLengthMax) bytes.", field: "url")
            }
            if let reason = refusal(url) {
                throw Refusal(
                    .invalidValue, "The webhook's URL cannot be used: \(reason)", field: "url")
            }
        }
        if let text = terms.description {
            try Label.check(
                text, field: "description", lengthMax: descriptionLengthMax, mayBeEmpty: true)
        }
        if let events = terms.events, events.isEmpty {
            throw Refusal(
                .invalidValue, "An endpoint listens to at least one event.", field: "events")
        }
    }
}
