import Gateway
import Pictures
import Units

extension Shape {
    /// What is described once and named wherever it occurs.
    static let components: [(name: String, shape: Shape)] =
        common + errors + eventData + V2Family.shapes

    private static let common: [(name: String, shape: Shape)] = [
        (pictureName, picture), ("Receipt", receipt), ("AcceptedJob", acceptedJob),
        ("AcceptedBatch", acceptedBatch),
        ("Job", job), ("Batch", batch), ("V2Job", v2Job), ("Key", key), ("Webhook", webhook),
        ("Delivery", delivery), ("ImageRouterModel", imageRouterModel),
        ("OpenAIModel", openAIModel), ("Generation", generation), ("Invoice", invoice),
        ("InvoiceInFull", invoiceInFull), ("InvoiceFile", invoiceFile),
        ("OpenAIList", openAIList),
    ]

    /// What happened to the money.
    private static let receipt = Shape.object(
        .must("held", .money("Set aside when it was accepted.")),
        .must("captured", .money("Charged.")), .must("released", .money("Given back.")),
        .may("price_version", .integer("The price that counted.")),
        .must("posting_ids", .list(of: .id(), "Entries in the ledger.")),
        .may(
            "content_credentials",
            .word(
                ["kept", "removed"],
                "What became of the vendor's content credentials (C2PA), where its file had any: they "
                    + "stay with the vendor's own bytes, and go where the format was converted.")),
        .may(
            "notices",
            .list(
                of: .text(),
                "Where something else was made than the request says: another model, another size.")
        ))

    static let mode = Shape.word(
        Mode.allCases.map(\.rawValue), "Which wallet paid; `test` asks no vendor.")

    static let metadata = Shape.map(
        of: .text().atMost(512), "Your own words, given back with the job and its webhooks."
    ).atMost(16).named(upTo: 64).orNull

    static let jobStatus = Shape.word(
        ["queued", "processing", "completed", "failed", "cancelled", "partially_completed"])

    private static let acceptedMembers: [Member] = [
        .must("jobId", .id()), .must("status", jobStatus),
        .must("statusUrl", .text("Where to ask, below the server's root.")),
        .must("created", .integer("Unix seconds.")),
    ]

    private static let acceptedJob = Shape.object(acceptedMembers)

    private static let acceptedBatch = Shape.object(
        acceptedMembers + [
            .must("batch", .boolean()), .must("total", .integer()),
            .must(
                "jobs",
                .list(
                    of: .object(
                        .must("index", .integer()), .must("jobId", .id()),
                        .must("status", jobStatus)))),
        ])

    private static let jobPicture: [Member] = [
        .must("url", .url()), .must("width", .integer()), .must("height", .integer()),
    ]

    private static let job = Shape.object(
        .must("jobId", .id()), .must("status", jobStatus),
        .must("progress", .integer("Percent.").within(0...100)), .must("mode", mode),
        .must("model", .text()), .must("created", .integer("Unix seconds.")),
        .must("completed", .integer("Unix seconds.").orNull),
        .must(
            "result",
            either(
                .object(jobPicture + [.must("images", .list(of: .object(jobPicture)))]),
                note: "The first picture, and all of them; null until completed."
            ).orNull),
        .must("cost_usd", .money()), .must("generation_time_ms", .integer().orNull),
        .must(
            "error",
            either(.object(.must("code", .text()), .must("message", .text()))).orNull),
        .must("user", .text().orNull),
        .must("metadata", .map(of: .text())), .must("batchId", .id().orNull),
        .must("receipt", .named("Receipt")))

    private static let batch = Shape.object(
        .must("jobId", .id()), .must("batch", .boolean()), .must("mode", mode),
        .must("status", jobStatus), .must("progress", .integer("Percent.").within(0...100)),
        .must("total", .integer()), .must("completed_count", .integer()),
        .must("failed_count", .integer()), .must("cancelled_count", .integer()),
        .must("created", .integer("Unix seconds.")),
        .must("completed", .integer("Unix seconds.").orNull), .must("cost_usd", .money()),
        .must("metadata", .map(of: .text())), .must("receipt", .named("Receipt")),
        .must("jobs", .list(of: .named("Job"), "Every member, in order.")))

    // What requests are made of.

    static func words(of formats: [ImageFormat]) -> [String] { formats.map(\.rawValue) }

    /// `output_format`, where `jpg` is accepted too.
    static func format(_ formats: [ImageFormat], standing: ImageFormat) -> Shape {
        Shape.word(words(of: formats) + (formats.contains(.jpeg) ? ["jpg"] : [])).orNull
            .standing(standing.rawValue)
    }

    static let model = Shape.text("A model's id, or a name it is known by.")

    static let modelOrDefault = Shape.text(
        "A model's id, or a name it is known by; left out, the operator's default, if there is one."
    ).orNull

    static let count = Shape.integer("Pictures to make; up to what the model allows.")
        .within(1...10).orNull.standing(1)

    static let seed = Shape.integer("The same seed, the same picture, where the model can.")
        .within(0...Int(Int32.max)).orNull

    static let uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    static let pixels = #"[0-9]{1,5}[xX×*][0-9]{1,5}"#

    static let size = Shape.text("`auto`, or pixels such as `1024x1024`.")
        .matching("^(auto|\(pixels))$").orNull.standing("auto")

    static func delivery(_ ways: [Delivery], standing: Delivery) -> Shape {
        Shape.word(
            ways.map(\.rawValue), "A URL, or the picture itself as base64."
        ).orNull.standing(standing.rawValue)
    }

    static let webhookURL = Shape.url(
        "Where the job's end is sent: a public https address. Signed as Standard Webhooks."
    ).orNull

    static let webhookEvents = Shape.list(
        of: .word(RequestedWebhook.Event.allCases.map(\.rawValue)),
        "Which events are sent; `completed` and `failed` unless named."
    ).atLeast(1).orNull
}
