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
    static let routing = Shape.object(
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
            ).atMost(64).orNull))

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
