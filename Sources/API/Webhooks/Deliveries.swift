import Gateway
import HTTP
import Postgres
import Units

extension Application {
    /// `GET /v1/webhooks/deliveries`: what was told or is to be, newest first.
    ///
    /// `limit` (1 to 100, default 20), `cursor` (the `next_cursor` of the page before),
    /// `generation_id` and `state`.
    func webhookDeliveries(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let query = try Query(
            request.query, known: ["limit", "cursor", "generation_id", "state"])
        let limit = try query.integer("limit", in: 1...100) ?? 20
        let state = try query.word("state", of: WebhookDelivery.State.allCases.map(\.rawValue))
        let filter = WebhookDelivery.Filter(
            generation: try query.id("generation_id", of: Generation.self),
            state: state.flatMap(WebhookDelivery.State.init(rawValue:)))
        let cursor = try query.text("cursor").map { text throws(Refusal) in
            guard let place = WebhookDelivery.Place(text) else {
                throw Refusal(
                    .invalidValue, "'cursor' must be the 'next_cursor' of an earlier answer.",
                    field: "cursor")
            }
            return place
        }
        var deliveries = try await database.read(as: caller.account) { transaction in
            // One more than asked for tells whether there is a next page.
            try WebhookDelivery.page(
                of: caller.account, filter: filter, after: cursor, limit: limit + 1,
                in: transaction)
        }
        let more = deliveries.count > limit
        if more { deliveries.removeLast() }
        return .json(
            .object([
                ("deliveries", .array(deliveries.map { .object($0.members) })),
                (
                    "next_cursor",
                    more ? .optional(deliveries.last) { .string("\($0.place)") } : .null
                ),
                ("has_more", .bool(more)),
            ]))
    }

    /// `GET /v1/webhooks/deliveries/{id}`: a message, to every place it goes, with its attempts.
    func webhookDelivery(
        _ request: Request, _ parameters: PathParameters
    ) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let id: ID<WebhookMessage> = try webhookID(parameters)
        let found = try await database.read(as: caller.account) {
            try WebhookDelivery.find(id, of: caller.account, in: $0)
        }
        let deliveries = found.map { delivery, attempts in
            JSON.object(
                delivery.members + [("attempt_log", .array(attempts.map(\.json)))])
        }
        return .json(.object([("id", .id(id)), ("deliveries", .array(deliveries))]))
    }

    /// `POST /v1/webhooks/deliveries/{id}/replay`: once more from the start, to every place, or to
    /// `endpoint_id` alone.
    func replayWebhook(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await webhookManager(of: request)
        let id: ID<WebhookMessage> = try webhookID(parameters)
        let endpoint = try await endpoint(in: request)
        let actor = actor(caller)
        let count = try await database.transaction {
            try WebhookDelivery.replay(
                id, of: caller.account, to: endpoint, by: actor, in: $0)
        }
        var response = Response.json(.object([("id", .id(id)), ("replayed", .int(count))]))
        response.status = .accepted
        return response
    }

    private func endpoint(in request: Request) async throws -> ID<WebhookEndpoint>? {
        if request.body.declaredBytes == 0 { return nil }
        let fields = try await webhookFields(of: request)
        try fields.refuseUnknown(beyond: ["endpoint_id"])
        guard let text = try fields.string("endpoint_id") else { return nil }
        guard let id = ID<WebhookEndpoint>(text) else {
            throw Refusal(
                .invalidValue, "'endpoint_id' must be an id, not '\(text.prefix(40))'.",
                field: "endpoint_id")
        }
        return id
    }
}

extension WebhookDelivery {
    fileprivate var members: [(String, JSON)] {
        [
            ("id", .id(message)), ("endpoint_id", .optional(endpoint, JSON.id)),
            ("url", .string(url)), ("event", .string(event.rawValue)),
            ("generation_id", .optional(subject?.generation, JSON.id)),
            ("batch_id", .optional(subject?.batch, JSON.id)), ("state", .string(state.rawValue)),
            ("attempts", .int(attempts)),
            ("next_attempt_at", state == .pending ? .time(nextAt) : .null),
            ("created_at", .time(createdAt)), ("ended_at", .optional(endedAt, JSON.time)),
        ]
    }
}

extension WebhookAttempt {
    fileprivate var json: JSON {
        .object([
            ("number", .int(number)), ("at", .time(at)),
            ("status", .optional(status) { .int($0) }), ("error", .optional(error, JSON.string)),
            ("duration_us", .int(duration.microseconds)),
        ])
    }
}
