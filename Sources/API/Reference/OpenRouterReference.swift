import Gateway
import Pictures
import Providers
import Units

extension Reference.Chapter {
    /// Dialect (d).
    static let openRouter = Reference.Chapter(
        name: "OpenRouter",
        about: """
            OpenRouter's unified image API: set its client's server to this one's `/api/v1`. \
            Base64 unless told otherwise, with the cost in `usage`. Unknown members are ignored, but \
            for those that ask for another picture under another dialect's name, and for those of \
            `provider`: they are refused, and so is an option that the model does not know. What \
            `provider` restricts is kept to: where no provider is known to meet it, the request is refused.
            """,
        operations: [
            "POST /api/v1/images": images(
                "createOpenRouterImage", "Make images from a prompt", example: "1:1"),
            "POST /api/v1/images/generations": images(
                "createOpenRouterGeneration", "The same under the path that OpenAI's clients add",
                example: "1:1"),
            "GET /api/v1/images/models": models,
            "GET /api/v1/images/models/{author}/{slug}/endpoints": endpoints,
            "GET /api/v1/models": general,
            "GET /api/v1/key": key("getKey", "What this key has spent"),
            "GET /api/v1/auth/key": key("getAuthKey", "The same under its old path"),
            "GET /api/v1/credits": credits,
            "GET /api/v1/generation": generation,
        ])

    private static func images(_ id: String, _ summary: String, example ratio: String) -> Operation
    {
        Operation(
            id, summary,
            """
            `size` in pixels decides; `resolution` and `aspect_ratio` beside it must say the same. \
            `/api/v1/generation` gives `user` and `session_id` back.
            """,
            answers: [
                Operation.Answer.json(.openRouterImages, "The images.").with([
                    ("X-Generation-Id", .text("What `/api/v1/generation` is asked for by."))
                ]).leading(
                    to: .init(
                        name: "generation", operation: "getGeneration", parameter: "id",
                        value: "$response.body#/id"))
            ]
        ).sending(
            .object(Shape.openRouterBody),
            .object([
                ("model", .string("test/test")), ("prompt", .string("a lighthouse at dusk")),
                ("aspect_ratio", .string(ratio)),
            ])
        ).streaming(.openRouterEvents, partials: nil).orForm().synchronous().taking(
            .header("X-Session-Id", .text("As `session_id`, which wins.").atMost(256)))
    }

    private static let models = Operation(
        "listImageModels", "List models", "With what each accepts, by the names of the body.",
        answers: [
            .json(
                .object(
                    .must(
                        "data",
                        .list(
                            of: .object(
                                .must("id", .text()), .must("name", .text()),
                                .must("description", .text()), .must("created", .integer()),
                                .must("architecture", modalities),
                                .must("supported_parameters", descriptors),
                                .must("supports_streaming", .boolean()),
                                .must("endpoints", .text()))))), "Every model.")
        ])

    private static let endpoints = Operation(
        "listEndpoints", "Who makes a model, for how much", "With every price line.",
        answers: [
            .json(
                .object(
                    .must("id", .text()),
                    .must(
                        "endpoints",
                        .list(
                            of: .object(
                                .must("provider_name", .text()),
                                .must("provider_slug", .text()),
                                .must("provider_tag", .text().orNull),
                                .must("supported_parameters", descriptors),
                                .must("allowed_passthrough_parameters", .list(of: .text())),
                                .must("supports_streaming", .boolean()),
                                .must("available", .boolean("Whether it is served.")),
                                .must("data_policy", Shape.dataPolicy.orNull),
                                .must("pricing", .list(of: priceLine)))))), "The endpoints.")
        ]
    ).taking(
        .path("author", .text().atLeast(1), example: "test"),
        .path("slug", .text().atLeast(1), example: "test")
    ).refusing(.notFound)

    private static let general = Operation(
        "listAllModels", "List models in the general form",
        "Images are all there is: filters about other kinds of models are ignored.",
        answers: [
            .json(
                .object(
                    .must("data", .list(of: generalModel)), .must("total_count", .integer()),
                    .must("links", .object(.must("next", .text().orNull)))), "A page.")
        ]
    ).taking(
        .query("output_modalities", .text("`image` or `all`, in a list with commas.")),
        .query("offset", .integer().within(0...Int(Int32.max)).standing(0)),
        .query("limit", .integer("How many a page holds; all unless told.").within(1...1000)))

    private static func key(_ id: String, _ summary: String) -> Operation {
        Operation(
            id, summary,
            "With every member that OpenRouter's client wants; some are not used here.",
            answers: [
                .json(
                    .object(
                        .must(
                            "data",
                            .object(
                                [
                                    .must("label", .text()), .must("usage", .money()),
                                    .must("usage_daily", .money()), .must("usage_weekly", .money()),
                                    .must("usage_monthly", .money()),
                                    .must("is_free_tier", .boolean("A test key.")),
                                    .must("expires_at", .time().orNull),
                                    .must(
                                        "limit",
                                        .money(
                                            "Of the key's own caps, the one that would be reached first."
                                        ).orNull),
                                    .must(
                                        "limit_remaining",
                                        .money("What is left of it; holds count as spent.").orNull),
                                    .must("limit_reset", .word(["daily", "monthly"]).orNull),
                                    .must(
                                        "budgets",
                                        .list(
                                            of: budget,
                                            "Every cap of the key and of its account.")),
                                    .must("effective_budget", budget.orNull),
                                    .must(
                                        "is_management_key",
                                        .boolean("Whether it may administer keys.")),
                                ]
                                    + Shape.unused([
                                        "allowed_data_regions", "byok_usage",
                                        "byok_usage_daily", "byok_usage_monthly",
                                        "byok_usage_weekly",
                                        "creator_user_id",
                                        "free_model_daily_requests", "include_byok_in_limit",
                                        "is_provisioning_key",
                                        "organization_id",
                                        "rate_limit", "workspace_id",
                                    ])))), "The key.")
            ])
    }

    private static let budget = Shape.object(
        .must("scope", .word(["key_limit", "workspace"], "An account is a workspace.")),
        .must("limit_usd", .money()), .must("spend_usd", .money("Spent or held.")),
        .must("remaining_usd", .money()), .must("reset_interval", .word(["daily", "monthly"])),
        .must("resets_at", .time()), .must("include_byok", .boolean()),
        .must("budget_id", .text().orNull), .must("guardrail_id", .text().orNull)
    ).titled("Budget")

    private static let credits = Operation(
        "getOpenRouterCredits", "Credits given and credits spent", Reference.refunds,
        answers: [
            .json(
                .object(
                    .must(
                        "data",
                        .object(
                            .must("total_credits", .money()), .must("total_usage", .money())))),
                "The wallet.")
        ]
    ).refusing(.notFound)

    private static let generation = Operation(
        "getGeneration", "What became of a generation", "Made in any dialect.",
        answers: [
            .json(
                .object(
                    .must(
                        "data",
                        .object(
                            [
                                .must("id", .text()), .must("model", .text()),
                                .must("created_at", .time()), .must("cancelled", .boolean()),
                                .must("finish_reason", .text("Null until it has ended.").orNull),
                                .must("generation_time", .integer("Milliseconds.").orNull),
                                .must("latency", .integer("Milliseconds.").orNull),
                                .must("provider_name", .text()), .must("total_cost", .money()),
                                .must("usage", .money()), .must("receipt", .named("Receipt")),
                                .must("api_type", .text()), .must("is_byok", .boolean()),
                                .must("data_region", .text()), .must("origin", .text()),
                                .must("num_media_completion", .integer("Pictures.")),
                                .must("external_user", .text("As `user` was sent.").orNull),
                                .may("session_id", .text("As it was sent.")),
                                .must("native_finish_reason", .text().orNull),
                            ]
                                + [
                                    "tokens_prompt", "native_tokens_prompt", "tokens_completion",
                                    "native_tokens_completion", "native_tokens_completion_images",
                                ].map {
                                    .must(
                                        $0,
                                        Shape.integer("As the vendor counted; null if not.").orNull)
                                }
                                + Shape.unused([
                                    "app_id", "cache_discount", "http_referer",
                                    "moderation_latency",
                                    "native_tokens_cached", "native_tokens_reasoning",
                                    "num_fetches",
                                    "num_input_audio_prompt", "num_media_prompt",
                                    "num_search_results",
                                    "preset_id", "provider_responses", "router", "service_tier",
                                    "streamed", "upstream_id", "upstream_inference_cost",
                                    "user_agent",
                                    "web_search_engine", "workspace_id",
                                ])))),
                "The generation.")
        ]
    ).changed {
        $0.parameters = [
            .init(
                name: "id", place: .query,
                shape: Shape.text("With or without `gen-`.").atLeast(1), isNeeded: true)
        ]
        $0.example.query = "id=$GENERATION"
    }.refusing(.missingParameter, .notFound)
}

// What OpenRouter's lists are made of.
extension Reference.Chapter {
    private static let modalities = Shape.object(
        .must("input_modalities", .list(of: .text())),
        .must("output_modalities", .list(of: .text())))

    private static let descriptors = Shape.map(
        of: .object(
            .must("type", .word(["enum", "range", "boolean"])),
            .may("values", .list(of: .text())), .may("min", .number()), .may("max", .number())))

    private static let priceLine = Shape.object(
        .must("billable", .word(Billable.allCases.map(\.rawValue))),
        .must("unit", .word(PriceUnit.allCases.map(\.rawValue))),
        .must("cost_usd", .money("Of one unit.")), .may("variant", .text()))

    private static let generalModel = Shape.object(
        [
            .must("id", .text()), .must("canonical_slug", .text()), .must("name", .text()),
            .must("description", .text()), .must("created", .integer()),
            .must("architecture", modalities.with([.must("modality", .text())])),
            .must("pricing", .map(of: .text())),
            .must("supported_parameters", .list(of: .text())),
            .must("top_provider", .object(.must("is_moderated", .boolean()))),
            .must("expiration_date", .day("From then on it is not served.").orNull),
            .must("links", .object(.must("details", .text("A path.")))),
        ]
            + Shape.unused([
                "supported_voices", "context_length", "default_parameters", "per_request_limits",
            ]))
}
