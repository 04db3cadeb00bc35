import Gateway
import HTTP
import Postgres
import Units

extension Application {
    /// `GET /v1/webhooks`: every endpoint of the account, oldest first.
    func webhooks(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        _ = try Query(request.query, known: [])
        let endpoints = try await database.read(as: caller.account) {
            try WebhookEndpoint.list(of: caller.account, in: $0)
        }
        return .json(.object([("webhooks", .array(endpoints.map(\.json)))]))
    }

    /// `POST /v1/webhooks`: an endpoint that is told of `events` from now on.
    func createWebhook(_ request: Request) async throws -> Response {
        let caller = try await webhookManager(of: request)
        let terms = try WebhookEndpoint.Terms(try await webhookFields(of: request))
        let actor = actor(caller)
        let endpoint = try await database.transaction { [webhookRefusal] in
            try WebhookEndpoint.create(
                terms, for: caller.account, refusal: webhookRefusal, by: actor, in: $0)
        }
        var response = Response.json(endpoint.json, .created)
        response.headers["Location"] = "/v1/webhooks/\(endpoint.id)"
        return response
    }

    /// `GET /v1/webhooks/{id}`.
    func webhook(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let id: ID<WebhookEndpoint> = try webhookID(parameters)
        let endpoint = try await database.read(as: caller.account) {
            try WebhookEndpoint.find(id, of: caller.account, in: $0)
        }
        return .json(endpoint.json)
    }

    /// `PATCH /v1/webhooks/{id}`: changes the members that are sent.
    func changeWebhook(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await webhookManager(of: request)
        let id: ID<WebhookEndpoint> = try webhookID(parameters)
        let terms = try WebhookEndpoint.Terms(try await webhookFields(of: request))
        let actor = actor(caller)
        let endpoint = try await database.transaction { [webhookRefusal] in
            try WebhookEndpoint.change(
                id, of: caller.account, to: terms, refusal: webhookRefusal, by: actor, in: $0)
        }
        return .json(endpoint.json)
    }

    /// `DELETE /v1/webhooks/{id}`.
    func deleteWebhook(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await webhookManager(of: request)
        let id: ID<WebhookEndpoint> = try webhookID(parameters)
        let actor = actor(caller)
        try await database.transaction {
            try WebhookEndpoint.delete(id, of: caller.account, by: actor, in: $0)
        }
        return Response(.noContent)
    }

    /// Who asks, when it may change the account's webhooks. They tell of live work too, so a test key,
    /// which lies about in more places, only looks at them.
    func webhookManager(of request: Request) async throws -> Key.Standing {
        let caller = try await caller(of: request, for: .adminKeys)
        guard caller.mode == .live else {
            throw Refusal(.scopeMissing, "A test key does not manage webhooks: use a live one.")
        }
        return caller
    }

    /// Largest body here: a URL, a description and a few words.
    private static let webhookBytesMax = 16 * 1024

    func webhookFields(of request: Request) async throws -> Fields {
        try Fields(json: try await request.body.collect(limitBytes: Self.webhookBytesMax))
    }

    /// Who changes something over the API, as the audit log will say.
    func actor(_ caller: Key.Standing) -> AuditEvent.Actor {
        AuditEvent.Actor(name: "key:\(caller.id)", reason: nil, now: clock.now)
    }

    /// The id in the path; what is none is the name of nothing.
    func webhookID<Of>(_ parameters: PathParameters) throws(Refusal) -> ID<Of> {
        guard let id = ID<Of>(parameters["id"]) else {
            throw Refusal(.notFound, "There is nothing with this id.", field: "id")
        }
        return id
    }
}

extension WebhookEndpoint.Terms {
    fileprivate init(_ fields: Fields) throws(Refusal) {
        try fields.refuseUnknown(beyond: ["url", "description", "events", "enabled"])
        self.init(
            url: try fields.string("url"), description: try fields.string("description"),
            events: try Self.events(try fields.strings("events")),
            enabled: try fields.boolean("enabled"))
    }

    private static func events(_ words: [String]?) throws(Refusal) -> [WebhookEvent.Name]? {
        guard let words else { return nil }
        var events: [WebhookEvent.Name] = []
        for word in words {
            guard let event = WebhookEvent.Name(rawValue: word) else {
                throw Fields.notOne(of: WebhookEvent.Name.allCases.map(\.rawValue), "events", word)
            }
            events.append(event)
        }
        return events
    }
}

extension WebhookEndpoint {
    fileprivate var json: JSON {
        .object([
            ("id", .id(id)), ("url", .string(url)), ("description", .string(description)),
            ("events", .array(events.map { .string($0.rawValue) })), ("enabled", .bool(isEnabled)),
            ("disabled_reason", .optional(disabledReason, JSON.string)),
            ("failing_since", .optional(failingSince, JSON.time)),
            ("created_at", .time(createdAt)),
            ("signed_with", .string(hasOwnSecret ? "endpoint_secret" : "account_secret")),
            ("secret_path", .string("/v1/webhooks/\(id)/secret")),
        ])
    }
}
