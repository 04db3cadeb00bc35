import Gateway
import HTTP
import Units

extension Reference.Chapter {
    /// What is ours alone.
    static let account = Reference.Chapter(
        name: "Account and pictures",
        about: "The balance, the usage log and the pictures, in a form of our own.",
        operations: [
            "GET /v1/balance": balance, "GET /v1/generations": generations,
            "GET /v1/usage": usage, "GET /i/{name}": image,
        ])

    private static let balance = Operation(
        "getBalance", "The wallet that this key pays from",
        """
        `available` is what is posted, less what is held, plus the credit limit. `expiring` lists what \
        expires, the soonest first: it is spent before everything else, presents before what was bought. What \
        running generations hold at that instant stays for them.
        """,
        answers: [
            .json(
                .object(
                    .must("mode", Shape.mode), .must("currency", .word(["USD"])),
                    .must("posted", .money()), .must("held", .money()),
                    .must("credit_limit", .money()), .must("available", .money()),
                    .must("next_expiry", .time().orNull),
                    .must(
                        "expiring",
                        .list(
                            of: .object(
                                .must("kind", .word(["paid", "promotional"])),
                                .must("left", .money()), .must("expires_at", .time()))))),
                "The wallet.")
        ]
    ).refusing(.notFound)

    private static let generations = Operation(
        "listGenerations", "The usage log", "Everything of the account and mode, newest first.",
        answers: [
            .json(
                .object(
                    .must("generations", .list(of: .named("Generation"))),
                    .must("next_cursor", .id("For the next page.").orNull),
                    .must("has_more", .boolean())), "A page.")
        ]
    ).taking(
        .limit(1...GenerationLine.pageMax),
        .query("cursor", .id("`next_cursor` of the page before.")))

    private static let charged: [Shape.Member] = [
        .must("generations", .integer("That were charged for.")), .must("images", .integer()),
        .must("cost", .money()),
    ]

    private static let usage = Operation(
        "getUsage", "What was charged",
        "By day, model or key, for the account and mode of the key, exact to the last charge. "
            + "A charge counts on the day of UTC on which its generation ended; what was free or "
            + "failed is not in it. " + Reference.refunds,
        answers: [
            .json(
                .object(
                    .must("from", .day("A day of UTC.")), .must("to", .day("The last day.")),
                    .must("mode", Shape.mode), .must("currency", .word(["USD"])),
                    .must("group_by", .word(ChargedUsage.Grouping.allCases.map(\.rawValue))),
                    .must(
                        "usage",
                        .list(
                            of: .object(
                                [
                                    .may("day", .text()), .may("model", .text()),
                                    .may("key_id", .id()), .may("key_name", .text().orNull),
                                ] + charged))),
                    .must("total", .object(charged)),
                    .must("next_cursor", .text("For the next page.").orNull),
                    .must("has_more", .boolean())), "A page, and the total of all pages.")
        ]
    ).taking(
        .query("from", .day("A day such as 2026-10-01 (default: the first of `to`'s month).")),
        .query("to", .day("The last day, included (default: today).")),
        .query(
            "group_by",
            .word(ChargedUsage.Grouping.allCases.map(\.rawValue)).standing("day")),
        .limit(1...ChargedUsage.pageMax),
        .query("cursor", .text("`next_cursor` of the page before."))
    )

    private static let image = Operation(
        "getImage", "Fetch a picture",
        "Its name is its key: it cannot be guessed, and its content never changes.",
        answers: .kept
    ).taking(
        .path("name", .text("As in the URL of an answer.").atLeast(1), example: "$NAME"),
        .header("If-None-Match", .text("The `ETag` of before.")),
        .header("Range", .text("`bytes=0-99`."))
    ).refusing(.notFound).changed { $0.example.savesTo = "picture" }
}

extension Operation.Answer {
    /// The bytes of a picture.
    static let picture = Self(
        status: .ok, note: "The picture.", contents: .pictures,
        headers: [("ETag", .text()), ("Cache-Control", .text())])
}

extension [Operation.Answer] {
    /// A picture, or what its caller wants of it.
    static let kept: Self = [
        .picture, .init(status: .notModified, note: "The caller has it already."),
        .init(status: .partialContent, note: "The part asked for.", contents: .pictures),
        .init(status: .rangeNotSatisfiable, note: "There is no such part."),
    ]
}

extension [(type: String, shape: Shape)] {
    /// PNG, JPEG or WebP: as one, since clients drop an answer that is one of several kinds of bytes.
    static var pictures: Self { [("image/*", .bytes())] }
}

extension Shape {
    static let generation = Shape.object(
        .must("id", .id()), .must("status", .word(GenerationLine.State.allCases.map(\.rawValue))),
        .must("model", .text()),
        .must(
            "served_by",
            .text("The provider whose pictures were delivered; null for the built-in one.").orNull),
        .must("mode", mode), .must("key_id", .id()),
        .must("dialect", .text()), .must("n", .integer()), .must("delivered", .integer()),
        .must("cost", .money()), .must("held", .money()), .must("price_version", .integer()),
        .must("created_at", .time()), .must("ended_at", .time().orNull),
        .must(
            "latency",
            .object(
                .must("queue_us", .integer("Microseconds.").orNull),
                .must("provider_us", .integer("Microseconds.").orNull),
                .must("store_us", .integer("Microseconds.").orNull),
                .must("total_us", .integer("Microseconds.").orNull))),
        .must(
            "error", .either(.object(.must("code", .text()), .must("message", .text()))).orNull),
        .must("user", .text().orNull), .must("metadata", .map(of: .text())),
        .must("receipt", .named("Receipt")),
        .must(
            "images",
            .list(
                of: .object(
                    .must("url", .url()), .must("media_type", .text()),
                    .must("width", .integer()), .must("height", .integer())))))
}
