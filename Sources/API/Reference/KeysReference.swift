import Gateway
import HTTP
import Units

extension Reference.Chapter {
    /// An account's keys in its own hands.
    static let keys = Reference.Chapter(
        name: "Keys",
        about: """
            A key with the scope `admin:keys` manages the keys of its account; a test key those of test \
            mode alone, and to it the others do not exist. A secret is shown when it is made and never \
            again. What is changed, rotated or revoked counts from the next request on, on every server.
            """,
        operations: [
            "GET /v1/keys": list, "POST /v1/keys": issue, "GET /v1/keys/{id}": show,
            "PATCH /v1/keys/{id}": change, "DELETE /v1/keys/{id}": revoke,
            "POST /v1/keys/{id}/rotate": rotate,
        ])

    private static let list = Operation(
        "listKeys", "List keys", "Oldest first, revoked ones too.",
        answers: [
            .json(
                .object(
                    .must("keys", .list(of: .named("Key"))),
                    .must("next_cursor", .id("For the next page.").orNull),
                    .must("has_more", .boolean())), "A page.")
        ]
    ).taking(.limit(1...100), .query("cursor", .id("`next_cursor` of the page before.")))

    private static let idempotencyKey = Operation.Parameter.header(
        "Idempotency-Key",
        .text(
            "The same request with the same key is done once: for 24 hours its answer is given again, "
                + "with the same secret and `Idempotency-Replayed: true`, as long as that secret lets in."
        ).matching(#"^("[!-~]{1,255}"|[!#-~][!-~]{0,254})$"#))

    private static let issue = Operation(
        "issueKey", "Issue a key",
        "Its `secret` is in this answer alone. An account has up to \(Key.countMax) keys that are not "
            + "revoked; one more is a conflict.",
        answers: [
            Operation.Answer.json(.issuedKey, "Issued.", status: .created)
                .with([("Location", .text()), ("Cache-Control", .text())])
                .leading(
                    to: link("show", "showKey"), link("change", "changeKey"),
                    link("rotate", "rotateKey"))
        ]
    ).taking(idempotencyKey).sending(
        .closed([
            .must("name", .keyName),
            .may("mode", Shape.word(Mode.allCases.map(\.rawValue), "The caller's own.").orNull),
            .may("scopes", Shape.scopes.told("`generate` and `read` unless named.").orNull),
            .may("expires_at", .time("In the future; never when it is left out.").orNull),
            .may("limits", .askedLimits),
        ]),
        .object([
            ("name", .string("nightly renders")), ("scopes", .array([.string("generate")])),
            (
                "limits",
                .object([
                    ("images_per_minute", .int(60)), ("month_cap", .number("25.00")),
                    ("models", .array([.string("test/test")])),
                ])
            ),
        ])
    ).refusing(.missingParameter, .unknownParameter, .conflict, .idempotencyKeyReused)

    private static func link(_ name: String, _ operation: String) -> Operation.Link {
        .init(name: name, operation: operation, parameter: "id", value: "$response.body#/id")
    }

    private static let id = Operation.Parameter.path("id", .id(), example: "$KEY_ID")

    private static let show = Operation(
        "showKey", "Show a key", "", answers: [.json(.named("Key"), "The key.")]
    ).taking(id).refusing(.notFound)

    private static let change = Operation(
        "changeKey", "Rename, restrict or free a key",
        "Changes the members that are sent, and of `limits` those that are named. Null lifts a limit, "
            + "all of them, or the expiry. A revoked key is a conflict.",
        answers: [.json(.named("Key"), "As it is now.")]
    ).taking(id).sending(
        .closed([
            .may("name", Shape.keyName.orNull), .may("scopes", Shape.scopes.orNull),
            .may("expires_at", .time("In the future.").orNull), .may("limits", .askedLimits),
        ]),
        .object([
            ("name", .string("renders")),
            ("limits", .object([("month_cap", .null), ("day_cap", .number("2.50"))])),
        ])
    ).refusing(.notFound, .unknownParameter, .conflict)

    private static let revoke = Operation(
        "revokeKey", "Revoke a key",
        "For good, whichever of its secrets is shown. Again is harmless. It may be the caller's own.",
        answers: [.json(.named("Key"), "It is revoked.")]
    ).taking(id).refusing(.notFound)

    private static let rotate = Operation(
        "rotateKey", "Give a key a new secret",
        "Its id, terms and limits stay. The secret before lets in beside the new one for "
            + "`overlap_seconds`; the one before that ends at once. The body may be left out.",
        answers: [
            .json(.issuedKey, "With its new secret.").with([("Cache-Control", .text())])
        ]
    ).taking(id, idempotencyKey).sending(
        .closed([
            .may(
                "overlap_seconds",
                .integer("How long the old one goes on.")
                    .within(0...Int(Key.overlapMax.components.seconds)).orNull
                    .standing(Int(Key.overlapStandard.components.seconds)))
        ]), .object([("overlap_seconds", .int(3600))])
    ).refusing(.notFound, .unknownParameter, .conflict, .idempotencyKeyReused).changed {
        $0.bodyIsOptional = true
    }
}

extension Shape {
    fileprivate static let keyName = Shape.text("What it is for.").within(1...200)
        .matching(#"\S"#)

    fileprivate static let scopes = Shape.list(of: .word(Key.Scope.allCases.map(\.rawValue)))
        .atLeast(1)

    private static func limits(_ shape: (Limits.Field) -> Shape) -> [Member] {
        Limits.Field.allCases.map { .may($0.rawValue, shape($0).orNull) }
    }

    private static func count(_ note: String) -> Shape {
        Shape.integer(note).within(1...Limits.countMax)
    }

    private static func limit(_ field: Limits.Field) -> Shape {
        switch field {
        case .requestsPerMinute: count("Calls that create work.")
        case .requestBurst: count("How many may come at once; needs the rate.")
        case .imagesPerMinute: count("Pictures asked for.")
        case .imageBurst: count("How many may be asked for at once; needs the rate.")
        case .concurrent: count("Generations that have begun or wait, and have not ended.")
        case .dayCap: .money("On one day of UTC.").atLeast(0)
        case .monthCap: .money("In one month of UTC.").atLeast(0)
        case .models:
            Shape.list(of: .text().within(1...200), "The only ones that may be used.")
                .within(1...Limits.modelsMax)
        }
    }

    /// Limits as a request names them: some.
    fileprivate static let askedLimits = Shape.closed(limits(limit)).orNull

    static let key = Shape.object(
        .must("id", .id()), .must("name", .text()), .must("mode", mode),
        .must("state", .word(Key.State.allCases.map(\.rawValue))),
        .must("hint", .text("First and last characters, to be recognised by.")),
        .must("scopes", .list(of: .word(Key.Scope.allCases.map(\.rawValue)))),
        .must(
            "limits",
            .object(Limits.Field.allCases.map { .must($0.rawValue, limit($0).orNull) })),
        .must("expires_at", .time().orNull),
        .must("last_used_at", .time("The minute of its last use.").orNull),
        .must("previous_hint", .text("Of the secret before, while it lets in.").orNull),
        .must("previous_until", .time("Until then it does.").orNull),
        .must("revoked_at", .time().orNull), .must("created_at", .time()))

    fileprivate static let issuedKey = key.with([
        .must("secret", .text("The key itself. Keep it: it is not shown again."))
    ])
}
