import Gateway
import Pictures
import Providers
import Units

/// Bodies and answers of dialect (d).
extension Shape {
    /// Members that OpenRouter's clients want to be there, and that mean nothing here.
    static func unused(_ names: [String]) -> [Member] {
        names.map { .may($0, .anything("Not used here.")) }
    }

    static let openRouterBody: [Member] = [
        .must("model", model), .must("prompt", prompt), .may("n", count),
        .may("resolution", tier.orNull), .may("aspect_ratio", ratio.orNull),
        .may(
            "size",
            .text("A tier such as `2K`, or pixels such as `2048x2048`.")
                .matching(
                    "^(auto|\(OpenRouterSize.tiers.joined(separator: "|"))|\(pixels))$"
                        .replacing("1.5K", with: #"1\.5K"#)
                ).orNull),
        .may("quality", .word(["auto", "low", "medium", "high", "xhigh", "max"]).orNull),
        .may("output_format", format(OpenRouterBody.formats, standing: .png)),
        .may("output_compression", .integer("Of JPEG and WebP.").within(0...100).orNull),
        .may("background", option(.background).orNull), .may("seed", seed),
        .may(
            "input_references",
            pictures("Pictures to start from; `image` is the same.").orNull),
        .may("mask", mask.orNull),
        .may("response_format", delivery([.base64, .url], standing: .base64)),
        .may("provider", routing.orNull), .may("user", endUser), .may("metadata", metadata),
        .may("session_id", .text().atMost(256).orNull),
        .may(
            "trace",
            .object(
                OpenRouterBody.traceWords.map { .may($0, .text().orNull) }
            ).orNull),
    ]

    static let openRouterImages = Shape.object(
        .must("created", .integer("Unix seconds.")),
        .must(
            "data",
            .list(
                of: .object(
                    .may("b64_json", .text("Base64.")),
                    .may("url", .url("With `response_format: url`.")), .must("media_type", .text()))
            )),
        .may("usage", openRouterUsage),
        .may("cost", .money("In the place of `usage`, where the vendor counted no tokens.")),
        .must("id", .text()),
        .must("receipt", .named("Receipt")))

    static let openRouterUsage = Shape.object(
        .must("prompt_tokens", .integer()), .must("completion_tokens", .integer()),
        .must("total_tokens", .integer()), .must("cost", .money("What was charged.")),
        .may("completion_tokens_details", .object(.must("image_tokens", .integer()))),
        .must("cost_details", .anything("Not used here.")), .must("is_byok", .boolean())
    ).titled("OpenRouterUsage")

    static let openRouterEvents = events(
        ofData: [
            "OpenRouterPartialEvent", "OpenRouterCompletedEvent", "OpenRouterErrorEvent",
        ], ending: "[DONE]",
        "With `stream: true`, where the model shows what it draws: `data` alone, without names. "
            + "Ended by `data: [DONE]`.")
}
