import Units

extension Reference.Chapter {
    /// Dialect (a).
    static let imageRouter = Reference.Chapter(
        name: "ImageRouter",
        about: """
            ImageRouter's paths. WebP by URL unless told otherwise; pictures to start from make it \
            an edit on either path; `created` is in milliseconds. Unknown members are ignored, but for \
            those that ask for another picture under another dialect's name. A size that the model \
            lacks is no error: the nearest is made, and `size`, `receipt.notices` and the header \
            `X-Atelier-Notice` tell of it.
            """,
        operations: [
            "POST /v1/openai/images/generations": generations,
            "POST /v1/openai/images/edits": imageRouterEdits,
            "GET /v1/imagerouter/models": models,
            "GET /v1/imagerouter/models/{id...}": model,
            "POST /operations/get-popular-models": popular,
            "GET /v1/credits": credits,
            "POST /v1/auth/test": authTest,
        ])

    private static let generations = Operation(
        "createImageRouterImage", "Make images from a prompt",
        "`b64_ephemeral` keeps nothing here: the picture is in the answer and nowhere else.",
        answers: [.json(.imageRouterImages, "The images.")]
    ).sending(
        .object(Shape.imageRouterBody + Shape.pictureMembers),
        .object([
            ("model", .string("test/test")), ("prompt", .string("a lighthouse at dusk")),
            ("quality", .string("low")),
        ])
    ).orForm().synchronous()

    private static let models = Operation(
        "listImageRouterModels", "List models",
        "By their ids. `GET /v1/models` answers the same where no OpenAI client asks.",
        answers: [.json(.map(of: .named("ImageRouterModel")), "The models.")]
    ).changed { $0.parameters = Operation.Parameter.filters }

    private static let model = Operation(
        "getImageRouterModel", "Show a model", "In ImageRouter's shape.",
        answers: [.json(.named("ImageRouterModel"), "The model.")]
    ).taking(.modelID).refusing(.modelNotFound, .notFound)

    private static let popular = Operation(
        "getPopularModels", "The ten most used models of a week",
        "Counted over all customers. Needs no body.",
        answers: [
            .json(
                .object(
                    .must(
                        "json",
                        Shape.list(
                            of: .object(
                                .must("id", .text()), .must("name", .text()),
                                .must("requests", .integer().atLeast(1)),
                                .must("rank", .integer().atLeast(1)))
                        ).atMost(10))), "The most used first.")
        ])

    private static let credits = Operation(
        "getImageRouterCredits", "What is left to spend",
        "Dollars as texts with four decimals. With `by_api_key=true` also what each key has used. "
            + Reference.refunds,
        answers: [
            .json(
                .object(
                    .must("remaining_credits", .fourDecimals),
                    .must("credit_usage", .fourDecimals),
                    .must("total_deposits", .fourDecimals),
                    .may(
                        "usage_by_api_key",
                        .list(
                            of: .object(
                                .must("api_key_id", .id()), .must("api_key_name", .text()),
                                .must("credit_usage", .fourDecimals),
                                .must("total_requests", .integer()),
                                .must("created_at", .time()), .must("is_active", .boolean()))))
                ), "The wallet.")
        ]
    ).taking(.query("by_api_key", .text("`true`: with what each key has used.")))
        .refusing(.notFound)

    private static let authTest = Operation(
        "testKey", "Try a key",
        "The key is good, and this is what it can spend: ten-thousandths of a dollar.",
        answers: [
            .json(
                .object(.must("success", .boolean()), .must("credits", .integer())),
                "The key is good.")
        ]
    ).refusing(.notFound)
}

extension Operation.Parameter {
    /// What ImageRouter's lists are narrowed and ordered by.
    static let filters: [Self] = [
        .query("type", .word(["image", "video"], "Models with this output.")),
        .query("provider", .text("A part of the maker's name.")),
        .query("name", .text("A part of the model's id.")),
        .query("free", .text("`true`: models that cost nothing; else those that do.")),
        .query("sort", .text("`name`, `provider`, `price` or `date`; else by id.")),
        .query("limit", .integer("How many at most.").within(0...ImageRouterModels.limitMax)),
    ]
}

extension Shape {
    fileprivate static let fourDecimals = Shape.text().matching(#"^-?[0-9]+\.[0-9]{4}$"#)

    static let imageRouterBody: [Member] = [
        .may("prompt", .text("What to draw; most models need one.").atMost(10_000).orNull),
        .must("model", model), .may("n", count), .may("size", size),
        .may("quality", .word(["auto", "low", "medium", "high"]).orNull.standing("auto")),
        .may("response_format", delivery(Delivery.allCases, standing: .url)),
        .may(
            "output_format",
            .text("`webp`, `jpeg` or `jpg`, `png`, in any case.")
                .matching("^([wW][eE][bB][pP]|[jJ][pP][eE]?[gG]|[pP][nN][gG])$").orNull
                .standing("webp")),
        .may("user", endUser), .may("safety_identifier", endUser), .may("metadata", metadata),
    ]

    static let imageRouterImages = Shape.object(
        .must("created", .integer("Unix milliseconds.")),
        .must("data", .list(of: .either(base64Item, urlItem))),
        .must("latency", .integer("Milliseconds.")), .must("cost", .money("What was charged.")),
        .must("id", .id("The generation.")), .must("size", .text("Pixels.").orNull),
        .must("receipt", .named("Receipt"))
    ).titled("ImageRouterImages")

    /// What an image costs, in US dollars.
    private static let priceRange = Shape.object(
        .must("min", .money()), .must("average", .money()), .must("max", .money())
    ).titled("PriceRange")

    static let imageRouterModel = Shape.object(
        .must(
            "providers",
            .list(
                of: .object(
                    .must("id", .text()), .must("model_name", .text()),
                    .must("available", .boolean("Whether it is served.")),
                    .must(
                        "pricing",
                        .object(
                            .must("type", .word(["fixed", "calculated", "post_generation"])),
                            .may("value", .money()), .may("range", priceRange)))))),
        .must("available", .boolean("Whether it is served.")), .may("deprecated", .boolean()),
        .may("retires_on", .day()), .may("replacement", .text("A model's id.")),
        .must("release_date", .text("`YYYY-MM-DD`.")), .may("sizes", .list(of: .text())),
        .must("output", .list(of: .text())),
        .must("supported_params", .map(of: .boolean())))
}
