public import Postgres
public import Signing
public import Units

/// An endpoint's own secret.
extension WebhookEndpoint {
    /// The secrets that sign what goes to this endpoint at `now`, the newest first.
    public static func secrets(
        of id: ID<WebhookEndpoint>, account: ID<Account>, pepper: Pepper, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> [WebhookSecret] {
        let endpoint = try find(id, of: account, in: transaction)
        let version = try WebhookSecret.version(of: account, in: transaction)
        return WebhookSigning(account: version, endpoint: id, own: endpoint.secret)
            .secrets(of: account, pepper: pepper, at: now)
    }

    /// Makes a new secret for one endpoint, which signs from now on; the one before signs beside
    /// it for `overlap`. Before the first of its own that is the account's. Returns the new one.
    public static func rotateSecret(
        of id: ID<WebhookEndpoint>, account: ID<Account>, overlap: Duration, pepper: Pepper,
        by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> WebhookSecret {
        try WebhookSecret.check(overlap)
        // Two rotations take turns, so that each sees the other's overlap.
        try transaction.execute(
            """
            select from webhook_endpoint where account_id = \(account) and id = \(id)
            for no key update
            """)
        let before = try find(id, of: account, in: transaction).secret
        try before?.checkRotation(overlap: overlap, at: actor.now)
        let after = WebhookSecret.Version(
            number: (before?.number ?? 0) + 1, previousUntil: actor.now + overlap)
        try transaction.execute(
            """
            update webhook_endpoint
            set secret_version = \(after.number), previous_secret_until = \(after.previousUntil)
            where account_id = \(account) and id = \(id)
            """)
        try AuditEvent.record(
            "webhook_endpoint.secret_rotated", on: id.description, account: account,
            details: AuditEvent.changes(before?.members, after.members), by: actor,
            in: transaction)
        return WebhookSecret(
            of: account, endpoint: id, version: after.number, pepper: pepper)
    }
}
