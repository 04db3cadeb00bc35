import Gateway
import HTTP
import Pictures
import Units

extension Reference.Chapter {
    /// Dialect (e).
    static let jobs = Reference.Chapter(
        name: "v2 job API",
        about: """
            Always jobs, with integer credits of a tenth of a cent beside the exact cost. Bodies \
            are closed: an unknown member is refused. Errors are `{"error": "…"}`.
            """,
        operations: [
            "POST /v2/images/generate": generate, "GET /v2/jobs": jobList,
            "GET /v2/jobs/{id}": jobOfV2, "GET /v2/me": me, "GET /v2/models": models,
            "POST /v2/uploads": upload, "GET /u/{name}": uploaded,
        ])

    private static let generate = Operation(
        "createV2Job", "Queue images as a job",
        """
        Poll the job, or name a `webhookUrl`. What the pictures are to be like stands in `parameters`, \
        which every model takes, or in the object of the model's family: one of both.
        """,
        answers: [
            .json(
                .object(
                    .must("jobId", .id()), .must("status", .word(V2Job.states.map(\.status)))),
                "Queued.", status: .accepted
            ).with([("Retry-After", .integer("Seconds."))]).leading(
                to: .init(
                    name: "job", operation: "getV2Job", parameter: "id",
                    value: "$response.body#/jobId"))
        ]
    ).sending(
        .closed(
            [
                .must("prompt", V2Body.promptShape), .must("model", Shape.model),
                .may("webhookUrl", Shape.webhookURL), .may("webhookEvents", Shape.webhookEvents),
                .may("parameters", Shape.named(V2Family.general.shapeName).orNull),
            ] + V2Family.bodyMembers),
        .object([
            ("model", .string("test/test")), ("prompt", .string("a lighthouse at dusk")),
            ("parameters", .object([("aspect_ratio", .string("1:1"))])),
        ])
    ).orForm().creatingWork()

    private static let jobOfV2 = Operation(
        "getV2Job", "Ask for a job",
        "Made in any dialect. With `wait` the answer comes when it has ended, or then.",
        answers: [
            .json(.named("V2Job"), "The job.")
                .with([("Retry-After", .integer("Seconds; while it has not ended."))])
        ]
    ).taking(.path("id", .id(), example: "$JOB")).taking(.wait)
        .refusing(.notFound, .invalidValue)

    private static let jobList = Operation(
        "listV2Jobs", "List jobs", "Newest first.",
        answers: [
            .json(
                .object(
                    .must("jobs", .list(of: .named("V2Job"))),
                    .must("nextCursor", .id("For the next page.").orNull),
                    .must("hasMore", .boolean()), .may("models", .list(of: .text()))), "A page.")
        ]
    ).taking(
        .query("status", .word(V2Job.states.map(\.status))), .query("model", .text()),
        .limit(1...GenerationLine.pageMax),
        .query("cursor", .id("`nextCursor` of the page before.")),
        .query("scope", .word(["user", "team"], "`team` is for admins: 403.").standing("user")),
        .query("search", .id("A job's id.")),
        .query("include_models", .word(["true", "false"])))

    private static let me = Operation(
        "getV2Me", "Whose key this is", "And what it can spend.",
        answers: [
            .json(
                .object(
                    .must(
                        "user",
                        .object(
                            .must("id", .id()), .must("email", .text()), .must("role", .text()))),
                    .must(
                        "team",
                        .object(
                            .must("id", .id()), .must("name", .text()),
                            .must("credits", .integer("Tenths of a cent.")),
                            .must("credits_usd", .money()), .must("plan", .text().orNull),
                            .must("customerId", .text().orNull))),
                    .must(
                        "apiKey",
                        .object(
                            .must("id", .id()), .must("name", .text()),
                            .must("prefix", .text())))), "The account.")
        ])

    private static let models = Operation(
        "listV2Models", "List models",
        """
        With what an image costs. Asked with a filter of ImageRouter's (`type`, `provider`, `name`, `free`, \
        `sort`, `limit`) and neither `modality` nor `X-API-Key`, it answers as ImageRouter's path of this \
        name does: an object keyed by the models' ids.
        """,
        answers: [.json(v2List, "The models.")]
    ).taking(.query("modality", .word(["image"])))

    private static let v2List = Shape.object(
        .must(
            "models",
            .list(
                of: .object(
                    .must("id", .text()), .must("label", .text()), .must("modality", .text()),
                    .must("description", .text()),
                    .must("costMin", .integer("Tenths of a cent.")),
                    .must("costMax", .integer("Tenths of a cent.")),
                    .must("pricingMode", .word(["flat", "per-second", "per-output"])),
                    .must("available", .boolean("Whether it is served.")),
                    .must("deprecated", .boolean())))))
}

extension Shape {
    static let v2Job = Shape.object(
        .must("id", .id()), .must("status", .word(V2Job.states.map(\.status))),
        .must("mode", mode), .must("model", .text()),
        .must("progress", .integer("Percent.").within(0...100)),
        .must("result", either(.object(.must("images", .list(of: .url())))).orNull),
        .must("error", .text().orNull),
        .must("creditCost", .integer("Tenths of a cent, rounded up.").orNull),
        .must("cost_usd", .money()),
        .must("webhookStatus", .word(WebhookDelivery.State.allCases.map(\.rawValue)).orNull),
        .must("createdAt", .time()), .must("completedAt", .time().orNull),
        .must("expired", .boolean()), .must("receipt", .named("Receipt")),
        .may(
            "input",
            .object(
                .must("prompt", .text()), .must("model", .text()), .may("user", .text()),
                .may("metadata", .map(of: .text())))))
}
