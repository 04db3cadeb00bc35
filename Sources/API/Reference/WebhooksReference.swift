import Gateway
import HTTP
import Signing
import Units

extension Reference.Chapter {
    /// Endpoints that an account is told at, and what they were told.
    static let webhooks = Reference.Chapter(
        name: "Webhooks",
        about: """
            An account's endpoints receive events as Standard Webhooks: the headers \
            `webhook-id`, `webhook-timestamp` and `webhook-signature`, and a body of `type`, \
            `timestamp` and `data`. A message that is not answered with a 2xx is tried again for a day. Endpoints \
            are managed, and secrets are seen, with a live key alone; a test key may list them. One \
            `webhook-id` is one body, and a URL is told once of an event: where a request's `webhook_url` is \
            an endpoint's URL, in the request's form, signed under both secrets.
            """,
        operations: [
            "GET /v1/webhooks": list, "POST /v1/webhooks": create,
            "GET /v1/webhooks/{id}": show, "PATCH /v1/webhooks/{id}": change,
            "DELETE /v1/webhooks/{id}": delete, "GET /v1/webhooks/secret": secret,
            "POST /v1/webhooks/secret/rotate": rotate,
            "GET /v1/webhooks/{id}/secret": endpointSecret,
            "POST /v1/webhooks/{id}/secret/rotate": rotateEndpoint,
            "GET /v1/webhooks/deliveries": deliveries,
            "GET /v1/webhooks/deliveries/{id}": showDelivery,
            "POST /v1/webhooks/deliveries/{id}/replay": replay,
        ])

    private static let list = Operation(
        "listWebhooks", "List endpoints", "Oldest first.",
        answers: [
            .json(.object(.must("webhooks", .list(of: .named("Webhook")))), "Every endpoint.")
        ]
    ).refusing(.unknownParameter)

    private static let create = Operation(
        "createWebhook", "Make an endpoint",
        "It receives `events` from now on, signed under a secret of its own, which "
            + "`secret_path` shows. An account has up to "
            + "\(WebhookEndpoint.countMax); one more is a conflict.",
        answers: [
            Operation.Answer.json(.named("Webhook"), "Made.", status: .created)
                .with([("Location", .text())])
                .leading(
                    to: link("show", "getWebhook"), link("change", "changeWebhook"),
                    link("delete", "deleteWebhook"))
        ]
    ).sending(
        .closed([
            .must("url", Shape.url("A public https address.").within(1...2048)),
            .must("events", Shape.events), .may("description", Shape.text().atMost(200).orNull),
            .may("enabled", .boolean().orNull.standing(true)),
        ]),
        .object([
            ("url", .string("https://hooks.example/atelier")),
            ("events", .array([.string("generation.completed")])),
        ])
    ).refusing(.missingParameter, .unknownParameter, .conflict)

    private static func link(_ name: String, _ operation: String) -> Operation.Link {
        .init(name: name, operation: operation, parameter: "id", value: "$response.body#/id")
    }

    private static let id = Operation.Parameter.path("id", .id(), example: "$WEBHOOK")

    private static let show = Operation(
        "getWebhook", "Show an endpoint", "",
        answers: [.json(.named("Webhook"), "The endpoint.")]
    ).taking(id).refusing(.notFound)

    private static let change = Operation(
        "changeWebhook", "Change an endpoint",
        "Changes the members that are sent. Enabling forgets the failures of before.",
        answers: [.json(.named("Webhook"), "As it is now.")]
    ).taking(id).sending(
        .closed([
            .may("url", Shape.url("A public https address.").within(1...2048).orNull),
            .may("events", Shape.events.orNull),
            .may("description", Shape.text().atMost(200).orNull),
            .may("enabled", .boolean().orNull),
        ]), .object([("enabled", .bool(true))])
    ).refusing(.notFound, .unknownParameter)

    private static let delete = Operation(
        "deleteWebhook", "Delete an endpoint",
        "What waits for it has failed; what was sent stays in the log.",
        answers: [.init(status: .noContent, note: "Gone.")]
    ).taking(id).refusing(.notFound)

    private static let secrets = Shape.object(
        .must("secret", .text("`whsec_` and base64.")),
        .must("previous_secret", .text("Signs beside it for a while.").orNull))

    private static let secret = Operation(
        "getWebhookSecret", "The account's signing secret",
        "Signs messages to the addresses that requests name, and to endpoints whose `signed_with` is "
            + "`account_secret`. Anyone who knows it can forge messages that your receiver believes.",
        answers: [.json(secrets, "The secret.").with([("Cache-Control", .text())])]
    ).refusing(.unknownParameter)

    private static let endpointSecret = Operation(
        "getEndpointSecret", "An endpoint's signing secret",
        "Signs messages to this endpoint. An endpoint that is older than secrets of their own has the "
            + "account's until it is rotated here.",
        answers: [.json(secrets, "The secret.").with([("Cache-Control", .text())])]
    ).taking(id).refusing(.notFound, .unknownParameter)

    private static let rotateEndpoint = rotation(
        "rotateEndpointSecret", "Sign with a new secret for one endpoint"
    ).taking(id).refusing(.notFound, .unknownParameter, .conflict)

    private static let rotate = rotation(
        "rotateWebhookSecret", "Sign with a new secret of the account"
    ).refusing(.unknownParameter, .conflict)

    private static func rotation(_ id: String, _ title: String) -> Operation {
        Operation(
            id, title,
            "The one before signs beside it for `overlap_seconds`. The body may be left out.",
            answers: [.json(secrets, "The new secret.").with([("Cache-Control", .text())])]
        ).sending(
            .closed([
                .may(
                    "overlap_seconds",
                    .integer("How long the old one goes on.")
                        .within(0...Int(WebhookSecret.overlapMax.components.seconds)).orNull
                        .standing(Int(WebhookSecret.overlapStandard.components.seconds)))
            ]), .object([("overlap_seconds", .int(3600))])
        ).changed { $0.bodyIsOptional = true }
    }

    private static let deliveries = Operation(
        "listDeliveries", "What was told, or is to be", "Newest first.",
        answers: [
            .json(
                .object(
                    .must("deliveries", .list(of: .named("Delivery"))),
                    .must("next_cursor", .text("For the next page.").orNull),
                    .must("has_more", .boolean())), "A page.")
        ]
    ).taking(
        .limit(1...100),
        .query(
            "cursor",
            .text("`next_cursor` of the page before.").matching(
                "^\(Shape.uuid)_\(Shape.uuid)$")),
        .query("generation_id", .id()),
        .query("state", .word(WebhookDelivery.State.allCases.map(\.rawValue))))

    private static let messageID = Operation.Parameter.path("id", .id(), example: "$DELIVERY")

    private static let showDelivery = Operation(
        "getDelivery", "A message with its attempts", "To every place it goes.",
        answers: [
            .json(
                .object(
                    .must("id", .id()), .must("deliveries", .list(of: .named("Delivery")))),
                "The message.")
        ]
    ).taking(messageID).refusing(.notFound)

    private static let replay = Operation(
        "replayDelivery", "Tell it once more",
        "From the start, to every place or to `endpoint_id` alone. The body may be left out.",
        answers: [
            .json(
                .object(.must("id", .id()), .must("replayed", .integer())), "Queued.",
                status: .accepted)
        ]
    ).taking(messageID).sending(
        .closed([.may("endpoint_id", .id().orNull)]), .object([])
    ).refusing(.notFound, .unknownParameter, .conflict).changed { $0.bodyIsOptional = true }
}

extension Shape {
    fileprivate static let events = Shape.list(
        of: .word(WebhookEvent.Name.allCases.map(\.rawValue))
    ).atLeast(1)

    static let webhook = Shape.object(
        .must("id", .id()), .must("url", .text()), .must("description", .text()),
        .must("events", events), .must("enabled", .boolean()),
        .must("disabled_reason", .text().orNull), .must("failing_since", .time().orNull),
        .must("created_at", .time()),
        .must("signed_with", .word(["endpoint_secret", "account_secret"])),
        .must("secret_path", .text("Where its secret is read, with a live key.")))

    static let delivery = Shape.object(
        .must("id", .id("The message.")), .must("endpoint_id", .id().orNull),
        .must("url", .text()), .must("event", .word(WebhookEvent.Name.allCases.map(\.rawValue))),
        .must("generation_id", .id().orNull), .must("batch_id", .id().orNull),
        .must("state", .word(WebhookDelivery.State.allCases.map(\.rawValue))),
        .must("attempts", .integer()), .must("next_attempt_at", .time().orNull),
        .must("created_at", .time()), .must("ended_at", .time().orNull),
        .may(
            "attempt_log",
            .list(
                of: .object(
                    .must("number", .integer()), .must("at", .time()),
                    .must("status", .integer().orNull), .must("error", .text().orNull),
                    .must("duration_us", .integer("Microseconds."))))))
}
