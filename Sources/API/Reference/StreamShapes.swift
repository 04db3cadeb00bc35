import Units

/// What a stream of server-sent events is made of.
extension Shape {
    /// Events with a name, as dialect (b) sends them, each with its data.
    static func events(_ events: [(name: String, data: String)], _ note: String) -> Shape {
        Shape(
            .either(
                events.map { event in
                    .object(
                        .must("event", .word([event.name])),
                        .must("data", .json(.named(event.data))))
                }), note)
    }

    /// Events that are known by their data alone, as dialect (d) sends them.
    static func events(ofData names: [String], ending: String, _ note: String) -> Shape {
        let data = names.map { Shape.object(.must("data", .json(.named($0)))) }
        return Shape(.either(data + [.object(.must("data", .word([ending])))]), note)
    }

    /// The data of events, by name.
    static let eventData: [(name: String, shape: Shape)] = [
        ("ImagePartialEvent", openAIPartial), ("ImageCompletedEvent", openAICompleted),
        ("ImageErrorEvent", openAIFailed), ("OpenRouterPartialEvent", openRouterPartial),
        ("OpenRouterCompletedEvent", openRouterCompleted),
        ("OpenRouterErrorEvent", openRouterFailed),
    ]

    private static func type(_ end: String) -> Member {
        .must("type", .word(["image_generation.\(end)", "image_edit.\(end)"]))
    }

    private static let picture64: Member = .must("b64_json", .text("Base64."))
    private static let view: [Member] = [
        .must("partial_image_index", .integer("From 0, by image.")),
        .must("image_index", .integer("Which of the images, from 0.")),
    ]

    private static let openAIPartial = Shape.object(
        [type("partial_image"), picture64, .must("created_at", .integer("Unix seconds."))]
            + openAIEcho + view)

    private static let openAICompleted = Shape.object(
        [type("completed"), picture64, .must("created_at", .integer("Unix seconds."))]
            + openAIEcho + [
                .must(
                    "usage",
                    tokens.told("With the last; null where the vendor did not say.").orNull),
                .must("id", .id("The generation.")),
                .must("image_index", .integer("Which of the images, from 0.")),
                .may("cost", .money("Of all images; with the last.")),
                .may("receipt", .named("Receipt")),
            ])

    private static let kinds = Shape.object(
        .must("text_tokens", .integer().orNull), .must("image_tokens", .integer().orNull)
    ).titled("TokenKinds")

    /// As the vendor counted them; null where it did not say.
    static let tokens = Shape.object(
        .must("total_tokens", .integer().orNull), .must("input_tokens", .integer().orNull),
        .must("output_tokens", .integer()), .must("input_tokens_details", kinds),
        .must("output_tokens_details", kinds)
    ).titled("TokenUsage")

    private static let openAIFailed = Shape.object(
        .must("type", .word(["error"])),
        .must("error", openAIError("`invalid_request_error`, `server_error`, …")))

    private static let openRouterPartial = Shape.object(
        [.must("type", .word(["image_generation.partial_image"])), picture64] + view)

    private static let openRouterCompleted = Shape.object(
        .must("type", .word(["image_generation.completed"])), picture64,
        .must("media_type", .text()), .must("created", .integer("Unix seconds.")),
        .must("id", .text("What `/api/v1/generation` is asked for by.")),
        .must("image_index", .integer("Which of the images, from 0.")),
        .may("usage", openRouterUsage.told("Of all images; with the last.")),
        .may("cost", .money("In the place of `usage`, where the vendor counted no tokens.")),
        .may("receipt", .named("Receipt")))

    private static let openRouterFailed = Shape.object(
        .must("type", .word(["error"])),
        .must(
            "error",
            .object(
                .must("message", .text("A sentence for a person.")), .must("type", .text()),
                .must("code", .text("The status that it would have had.")),
                .must("param", .text("The field at fault.").orNull))))
}
