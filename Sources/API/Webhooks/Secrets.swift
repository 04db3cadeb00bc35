import Gateway
import HTTP
import Postgres
import Signing
import Units

extension Application {
    /// `GET /v1/webhooks/secret`: what signs messages to the addresses that requests name, and to
    /// endpoints without a secret of their own, the newest first.
    ///
    /// Whoever knows it can forge what the receiver believes, so reading it is no mere reading.
    func webhookSecret(_ request: Request) async throws -> Response {
        let caller = try await webhookManager(of: request)
        _ = try Query(request.query, known: [])
        let (pepper, now) = (pepper, clock.now)
        let secrets = try await database.read(as: caller.account) {
            try WebhookSecret.current(of: caller.account, pepper: pepper, at: now, in: $0)
        }
        return .secret(secrets[0], others: Array(secrets.dropFirst()))
    }

    /// `POST /v1/webhooks/secret/rotate`: a new secret; the one before signs beside it for
    /// `overlap_seconds` (a day unless told).
    func rotateWebhookSecret(_ request: Request) async throws -> Response {
        let caller = try await webhookManager(of: request)
        let overlap = try await overlap(of: request)
        let (pepper, actor) = (pepper, actor(caller))
        let secrets = try await database.transaction { transaction in
            _ = try WebhookSecret.rotate(
                of: caller.account, overlap: overlap, pepper: pepper, by: actor, in: transaction)
            return try WebhookSecret.current(
                of: caller.account, pepper: pepper, at: actor.now, in: transaction)
        }
        return .secret(secrets[0], others: Array(secrets.dropFirst()))
    }

    /// `GET /v1/webhooks/{id}/secret`: what signs messages to one endpoint, the newest first.
    func endpointSecret(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await webhookManager(of: request)
        _ = try Query(request.query, known: [])
        let id: ID<WebhookEndpoint> = try webhookID(parameters)
        let (pepper, now) = (pepper, clock.now)
        let secrets = try await database.read(as: caller.account) {
            try WebhookEndpoint.secrets(
                of: id, account: caller.account, pepper: pepper, at: now, in: $0)
        }
        return .secret(secrets[0], others: Array(secrets.dropFirst()))
    }

    /// `POST /v1/webhooks/{id}/secret/rotate`: a new secret for one endpoint; the one before, the
    /// account's if it had none of its own, signs beside it for `overlap_seconds`.
    func rotateEndpointSecret(
        _ request: Request, _ parameters: PathParameters
    ) async throws -> Response {
        let caller = try await webhookManager(of: request)
        let id: ID<WebhookEndpoint> = try webhookID(parameters)
        let overlap = try await overlap(of: request)
        let (pepper, actor) = (pepper, actor(caller))
        let secrets = try await database.transaction { transaction in
            _ = try WebhookEndpoint.rotateSecret(
                of: id, account: caller.account, overlap: overlap, pepper: pepper, by: actor,
                in: transaction)
            return try WebhookEndpoint.secrets(
                of: id, account: caller.account, pepper: pepper, at: actor.now, in: transaction)
        }
        return .secret(secrets[0], others: Array(secrets.dropFirst()))
    }

    private func overlap(of request: Request) async throws -> Duration {
        // Everything in the body has its standard, so it may be left out.
        if request.body.declaredBytes == 0 { return WebhookSecret.overlapStandard }
        let fields = try await webhookFields(of: request)
        try fields.refuseUnknown(beyond: ["overlap_seconds"])
        let secondsMax = Int(WebhookSecret.overlapMax.components.seconds)
        let seconds = try fields.integer("overlap_seconds", in: 0...secondsMax)
        return seconds.map { .seconds($0) } ?? WebhookSecret.overlapStandard
    }
}

extension Response {
    fileprivate static func secret(_ secret: WebhookSecret, others: [WebhookSecret]) -> Response {
        var response = Response.json(
            .object([
                ("secret", .string(secret.text.reveal())),
                ("previous_secret", .optional(others.first) { .string($0.text.reveal()) }),
            ]))
        response.headers["Cache-Control"] = "no-store"
        return response
    }
}
