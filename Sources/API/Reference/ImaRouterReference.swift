import HTTP
import Pictures
import Providers
import Units

extension Reference.Chapter {
    /// Dialect (c).
    static let imaRouter = Reference.Chapter(
        name: "ImaRouter and jobs",
        about: """
            One image at once, or jobs: polled, waited for, or reported by a webhook. An unknown \
            member is refused. Errors are problem details (RFC 9457) with OpenAI's `error` inside.
            """,
        operations: [
            "POST /v1/image/generate": generate,
            "POST /v1/image/estimate": estimate,
            "POST /v1/image/generate/async": queue("createJob", "Queue images as a job"),
            "POST /v1/image/generate/batch": queue(
                "createJobOrBatch", "The same under another path"),
            "POST /v1/image/batch": batch,
            "GET /v1/jobs/{id}": job,
            "DELETE /v1/jobs/{id}": cancel("cancelJob", "Cancel a job or batch", "$WAITING_JOB"),
            "GET /v1/batches/{id}": batchJob,
            "DELETE /v1/batches/{id}": cancel("cancelBatch", "Cancel a batch", "$WAITING_BATCH"),
        ])

    private static let picture: JSON = .object([
        ("model", .string("test/test")), ("prompt", .string("a lighthouse at dusk")),
        ("size", .string("512x512")),
    ])

    private static let generate = Operation(
        "generateImage", "Make images from a prompt",
        """
        PNG by URL unless told otherwise. A model slower than a minute is answered with 202 and \
        the job's URL; `Prefer: wait=N` says how long to wait instead.
        """,
        answers: [.json(.imaRouterImages, "The images; the first one's URL and size on top.")]
    ).sending(.closed(Shape.imaRouterBody), picture).orForm().synchronous()

    private static let estimate = Operation(
        "estimateImage", "What it would cost",
        """
        The body of `/v1/image/generate`, answered with exactly what it would hold, the price \
        lines behind it, and whether the balance covers it. Holds nothing.
        """,
        answers: [.json(.estimate, "The estimate.")]
    ).sending(.closed(Shape.imaRouterBody), picture).orForm()
        .refusing(Operation.refusalsOfPlans)

    private static func queue(_ id: String, _ summary: String) -> Operation {
        Operation(
            id, summary,
            """
            One job, or with `prompts` a batch of up to \(Application.batchMax): funded and queued \
            together, or not at all. The id works with `GET /v1/jobs/{id}`.
            """,
            answers: [
                .accepted(
                    .either(.named("AcceptedBatch"), .named("AcceptedJob")), "Queued.")
            ]
        ).sending(
            .closed(
                Shape.jobBody.map {
                    $0.name == "prompt" ? .may("prompt", Shape.prompt.orNull) : $0
                } + [.may("prompts", Shape.prompts.orNull)]
            ).needing("prompt", or: "prompts"), picture
        ).orForm().creatingWork()
    }

    private static let batch = Operation(
        "createBatch", "Queue up to \(Application.batchMax) requests together",
        """
        Funded and queued together, or not at all; one webhook at the end of all. Each item is a \
        prompt, or an object that overrides any member beside it but the webhook's.
        """,
        answers: [
            Operation.Answer.accepted(.named("AcceptedBatch"), "Queued.").leading(
                to: .init(
                    name: "batch", operation: "getBatch", parameter: "id",
                    value: "$response.body#/jobId"),
                .init(
                    name: "cancel", operation: "cancelBatch", parameter: "id",
                    value: "$response.body#/jobId"))
        ]
    ).sending(
        .closed(
            Shape.jobBody.filter { $0.name != "prompt" } + [.must("prompts", Shape.prompts)]),
        .object([
            ("model", .string("test/test")), ("size", .string("512x512")),
            ("prompts", .array([.string("a lighthouse"), .string("a harbour")])),
        ])
    ).orForm().creatingWork()

    private static let job = Operation(
        "getJob", "Ask for a job or batch",
        "Made in any dialect. With `wait` the answer comes when it has ended, or then.",
        answers: [
            .json(.either(.named("Job"), .named("Batch")), "The job or batch.")
                .with([("Retry-After", .integer("Seconds; while it has not ended."))])
        ]
    ).taking(.path("id", .id("As answered when it was made."), example: "$JOB"))
        .taking(.wait).refusing(.notFound)

    private static let batchJob = Operation(
        "getBatch", "Ask for a batch", "As `/v1/jobs/{id}`, of batches alone.",
        answers: [
            .json(.named("Batch"), "The batch.")
                .with([("Retry-After", .integer("Seconds; while it has not ended."))])
        ]
    ).taking(.path("id", .id("As answered when it was made."), example: "$BATCH"))
        .taking(.wait).refusing(.notFound)

    private static func cancel(_ id: String, _ summary: String, _ example: String) -> Operation {
        Operation(
            id, summary,
            """
            Cancels what has not begun and gives its hold back. What has begun or ended is a \
            conflict; of a batch, the members that can be cancelled are.
            """,
            answers: [
                .json(.either(.named("Job"), .named("Batch")), "As it is now.")
            ]
        ).taking(.path("id", .id("As answered when it was made."), example: example))
            .refusing(.notFound, .conflict)
    }
}

extension Shape {
    static let prompt = Shape.text("What to draw.").within(1...32_000)

    /// Where `size` may be a ratio.
    private static let ratioSize = Shape.text(
        "`auto`, pixels from 512x512 to 4096x4096, or a ratio."
    ).matching("^(auto|\(ImaRouterBody.ratios.joined(separator: "|"))|\(pixels))$").orNull
        .standing("auto")

    static let imaRouterBody: [Member] =
        [
            .must("prompt", prompt), .must("model", model), .may("size", ratioSize),
            .may("n", count), .may("quality", .word(OpenAIBody.qualities).orNull.standing("auto")),
            .may("output_format", format([.png, .jpeg], standing: .png)),
            .may("response_format", delivery([.url, .base64], standing: .url)),
            .may("seed", seed), .may("metadata", metadata), .may("user", endUser),
            .may("safety_identifier", endUser),
            .may("images", pictures("Pictures to start from; `image` is the same.").orNull),
        ] + pictureMembers + options([.background, .negativePrompt])

    static let jobBody: [Member] =
        imaRouterBody + [
            .may("webhook_url", webhookURL), .may("webhook_events", webhookEvents),
        ]

    static let prompts = Shape.list(
        of: .either(
            prompt, .closed(imaRouterBody.map { .may($0.name, $0.shape) }),
            note: "A prompt, or an object that overrides what stands beside the list.")
    ).within(1...Application.batchMax)

    fileprivate static let imaRouterImages = Shape.object(
        .must("id", .id("The generation.")),
        .must("url", .url("Of the first; null with `b64_json`.").orNull),
        .may("b64_json", .text("Of the first.")), .must("width", .integer()),
        .must("height", .integer()), .must("model", .text()),
        .must("cost_usd", .money("Of the whole request.")),
        .must("generation_time_ms", .integer()), .must("created", .integer("Unix seconds.")),
        .must(
            "data",
            .list(
                of: .object(
                    .may("url", .url()), .may("b64_json", .text()), .must("width", .integer()),
                    .must("height", .integer())))), .must("receipt", .named("Receipt")))

    fileprivate static let estimate = Shape.object(
        .must("model", .text()), .must("provider", .text()), .must("n", .integer()),
        .must("width", .integer()), .must("height", .integer()),
        .must("hold_usd", .money("What would be held: the most it can cost.")),
        .must("price_version", .integer()),
        .must(
            "lines",
            .list(
                of: .object(
                    .must("billable", .text()), .must("unit", .text()),
                    .must("variant", .text().orNull), .must("estimate", .boolean()),
                    .must("cost_usd", .money()), .must("count", .integer()),
                    .must("total_usd", .money())))), .must("mode", mode),
        .must("available", .money()), .must("covered", .boolean()), .must("missing", .money()))
}
