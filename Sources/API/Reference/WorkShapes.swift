import Gateway
import Pictures
import Providers
import Units

/// What a request may say of pictures to start from, and of what only some models know.
extension Shape {
    /// Pictures that one request starts from.
    static let picturesMax = 16
    static let pictureName = "Picture"

    private static let pictureURL = Shape.text(
        "An `http(s)` URL, fetched now; an upload's URL; or a data URL in base64."
    ).matching("^(https?://|data:image/[^,]+;base64,)")

    /// One picture: `Shape.named(pictureName)`.
    static let picture = Shape.either(
        pictureURL,
        .object(
            .must("image_url", .either(pictureURL, .object(.must("url", pictureURL))))),
        .object(.must("url", pictureURL)),
        note: "PNG, JPEG or WebP of up to \(Inputs.bytesMax >> 20) MiB, by its content.")

    /// One or several, in the order that the prompt speaks of.
    static func pictures(
        _ note: String, _ count: ClosedRange<Int> = 0...picturesMax
    ) -> Shape {
        .either(
            .named(pictureName), .list(of: .named(pictureName)).within(count), note: note)
    }

    static let mask = Shape.either(
        .named(pictureName),
        note: "Its transparent pixels are where the first picture is redrawn; PNG or WebP with "
            + "alpha, as large as that picture.")

    static let pictureMembers: [Member] = [
        .may("image", pictures("Pictures to start from.").orNull), .may("mask", mask.orNull),
    ]

    static let ratio = Shape.word(
        OpenRouterSize.ratios + ["auto"], "Width to height, of what the model makes.")

    static let tier = Shape.word(OpenRouterSize.tiers, "How large, by the side of a square.")

    /// Which providers may serve the request, and in which order.
    static let routing = Shape.closed(
        [
            .may("only", names.told("Providers that alone may serve it.").orNull),
            .may("order", names.told("Providers to be tried first.").orNull),
            .may("ignore", names.told("Providers that may not.").orNull),
            .may(
                "sort",
                .either(
                    .word(sorts, "`price`: the cheapest first."),
                    .object(
                        .may("by", .word(sorts).orNull),
                        .may("partition", .word(["model", "none"]).orNull))
                ).orNull),
            .may(
                "allow_fallbacks",
                .boolean("False: the first provider's error is the answer.").orNull.standing(true)),
            .may(
                "options",
                Shape.map(
                    of: .map(of: .anything()).orNull,
                    "By provider: members that it is passed, of those its endpoint allows."
                ).atMost(64).orNull),
        ] + restrictions)

    private static let restrictions: [Member] = [
        .may(
            "zdr",
            .boolean("True: only providers that are known to keep nothing of what they are sent.")
                .orNull),
        .may(
            "data_collection",
            .word(
                ["allow", "deny"],
                "`deny`: only providers that are known to train no models on what they are sent."
            ).orNull),
        .may(
            "max_price",
            .closed([
                .may("request", maxPrice("For the request.")),
                .may("image", maxPrice("For one picture of it, everything counted.")),
                .may("prompt", maxPrice("For a million tokens of what is sent.")),
                .may("completion", maxPrice("For a million tokens of what is made.")),
                .may("audio", maxPrice("There is no sound in pictures.")),
            ]).orNull),
        .may(
            "quantizations",
            Shape.list(
                of: .word(Restrictions.quantizationWords),
                "What may serve. No provider tells, so all are `unknown`."
            ).within(1...64).orNull),
        .may(
            "enforce_distillable_text",
            .boolean("True is refused: no model here makes texts.").orNull),
        .may(
            "require_parameters",
            .boolean("Without effect: what a model does not take is always refused.").orNull),
        .may("preferred_max_latency", preference), .may("preferred_min_throughput", preference),
    ]

    private static let preference = Shape.either(
        .number(),
        Shape.object(["p50", "p75", "p90", "p99"].map { .may($0, .number().orNull) })
            .titled("PercentileCutoffs"), note: "A preference; without effect here."
    ).orNull

    private static func maxPrice(_ note: String) -> Shape {
        .either(
            Shape.number().atLeast(0), Shape.text().matching(#"^[0-9]+(\.[0-9]{1,9})?$"#),
            note: "US dollars at most, as a number or a text. " + note
        ).orNull
    }

    /// How a provider treats what it is sent.
    static let dataPolicy = Shape.object(
        .must("trains_on_data", .boolean("Null: not known.").orNull),
        .must(
            "retention_hours",
            .integer("For how long it keeps data at most; null: not known.").orNull),
        .must("zdr", .boolean("Whether it is known to keep nothing.")),
        .must("region", .text().orNull), .must("source", .text("Where this is written.")),
        .must("checked_on", .day("When it was read there."))
    ).titled("DataPolicy")

    /// Whom the caller makes pictures for.
    static let endUser = Shape.text(
        "Whom it is for, in your words; `safety_identifier` wins. Kept with the generation, and shown "
            + "as `user`."
    ).atMost(Fields.endUserMax).orNull

    private static let names = Shape.list(of: .text().within(1...100)).atMost(64)

    private static let sorts = Routing.Sort.allCases.map(\.rawValue)

    /// An option, or the refusal of it where the model does not know it.
    static func option(_ option: PictureOption) -> Shape {
        switch option {
        case .background: .word(["auto", "transparent", "opaque"], "JPEG has no transparency.")
        case .moderation: .text("`auto` or `low`; without effect where it is unknown.")
        case .inputFidelity: .text("`low` or `high`.")
        case .magicPrompt: .text("`auto`, `on` or `off`.")
        case .style: .text("`vivid`, `natural`, or what the model lists.")
        case .negativePrompt: .text("What is not to be seen.")
        case .guidance: .number("How closely the prompt is followed.")
        case .steps: .integer("How often the picture is refined.")
        case .raw: .boolean("Less processed.")
        case .thinking: .boolean("Think before drawing.")
        case .stylePreset, .styleType: .text("As the model lists.")
        }
    }

    static func options(_ options: some Sequence<PictureOption>) -> [Member] {
        options.map { .may($0.rawValue, option($0).orNull) }
    }
}
