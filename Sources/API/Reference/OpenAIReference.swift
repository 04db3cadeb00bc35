import Pictures
import Providers
import Units

extension Reference.Chapter {
    /// Dialect (b).
    static let openAI = Reference.Chapter(
        name: "OpenAI Images",
        about: """
            OpenAI's own paths, bodies and errors: set the official client's `base_url` to this \
            server's `/v1`. PNG as base64 unless told otherwise; an unknown member is refused, and \
            so is an option that the model does not know. Ours beside OpenAI's, for a client's \
            `extra_body`: `aspect_ratio`, `resolution`, `seed`, `provider`, `metadata`, \
            `input_references` and the options of other vendors' models. Answers have `cost` and \
            `receipt` besides.
            """,
        operations: [
            "POST /v1/images/generations": generations,
            "POST /v1/images/edits": edits,
            "POST /v1/images/variations": variations,
            "POST /v1/image/generate/images/generations": generations.under(
                "createImageUnderGenerate"),
            "POST /v1/image/generate/images/edits": edits.under("editImageUnderGenerate"),
            "POST /v1/image/generate/images/variations": variations.under(
                "varyImageUnderGenerate"),
            "GET /v1/models": list,
            "GET /v1/models/{id...}": retrieve,
            "GET /v1/openai/models": openAIList,
            "GET /v1/openai/models/{id...}": openAIRetrieve,
        ])

    private static let generations = Operation(
        "createImage", "Make images from a prompt",
        """
        The answer comes when the images are made, and everything they cost is in it. A slow model \
        is waited for; `stream` shows them on their way, and `Prefer` gives a job instead.
        """,
        answers: [.json(.openAIImages, "The images.")]
    ).sending(
        .closed(
            Shape.openAIBody + [
                .may("style", Shape.option(.style).orNull),
                .may("input_references", Shape.pictures("Pictures to start from.").orNull),
            ]),
        .object([
            ("model", .string("test/test")), ("prompt", .string("a lighthouse at dusk")),
            ("size", .string("256x256")),
        ])
    ).streaming(.openAIEvents("image_generation"), partials: 0...3).orForm().synchronous()

    private static let list = Operation(
        "listModels", "List models",
        """
        OpenAI's list, for who shows a key under `Authorization` (or sends an `x-stainless-*` header) and \
        asks for no filter. Else ImageRouter's, as under `/v1/imagerouter/models`. A key is optional; one that \
        is sent is checked.
        """,
        answers: [.json(.named("OpenAIList"), "The models.")]
    ).readingKey().refusing(Operation.shownKeys).refusing(.invalidValue)

    private static let retrieve = Operation(
        "getModel", "Show a model",
        """
        In OpenAI's shape for who sends `Authorization` or `x-stainless-*`, else in ImageRouter's, as under \
        `/v1/imagerouter/models`.
        """,
        answers: [.json(.named("OpenAIModel"), "The model.")]
    ).readingKey().taking(.modelID).refusing(Operation.shownKeys).refusing(.modelNotFound)

    private static let openAIList = Operation(
        "listOpenAIModels", "List models, always in OpenAI's shape",
        "For clients whose base URL ends in `/v1/openai`.",
        answers: [.json(.named("OpenAIList"), "The models.")]
    ).refusing(Operation.shownKeys)

    private static let openAIRetrieve = Operation(
        "getOpenAIModel", "Show a model, always in OpenAI's shape",
        "For clients whose base URL ends in `/v1/openai`.",
        answers: [.json(.named("OpenAIModel"), "The model.")]
    ).taking(.modelID).refusing(Operation.shownKeys).refusing(.modelNotFound)
}

extension Operation {
    /// The same for a client whose base URL is ImaRouter's path; `id` is its own name.
    fileprivate func under(_ id: String) -> Operation {
        changed { $0.id = id }
    }

    /// A key that need not be shown has to be good all the same.
    static let shownKeys: [Refusal.Kind] = [
        .keyMissing, .keyInvalid, .keyRevoked, .keyExpired, .accountSuspended,
    ]
}

extension Operation.Parameter {
    /// The rest of a path, slashes and all.
    static let modelID = path(
        "id", .text("A model's id; its slash may be written as it is or as `%2F`.").atLeast(1),
        example: "test/test")
}

extension Shape {
    /// Members of a request for images.
    static let openAIBody: [Member] =
        [
            .must("prompt", .text("What to draw.").within(1...32_000)),
            .may("model", modelOrDefault),
            .may("n", count), .may("size", size),
            .may("quality", .word(OpenAIBody.qualities).orNull.standing("auto")),
            .may("response_format", delivery([.url, .base64], standing: .base64)),
            .may("output_format", format([.png, .jpeg, .webp], standing: .png)),
            .may(
                "output_compression",
                .integer("Quality of JPEG and WebP; PNG takes only 100.").within(0...100).orNull),
            .may("user", endUser), .may("safety_identifier", endUser),
            .may("aspect_ratio", ratio.orNull), .may("resolution", tier.orNull),
            .may("seed", seed), .may("provider", routing.orNull), .may("metadata", metadata),
        ] + options(PictureOption.allCases.filter { $0 != .style })

    /// What every answer and event tells of a picture.
    static let openAIEcho: [Member] = [
        .may("background", .text("`opaque` or `transparent`, where the vendor says so.")),
        .must("output_format", .text()),
        .may("quality", .text("As the vendor says; left out where it does not.")),
        .must("size", .text("Pixels.")), .may("safety_identifier", .text()),
    ]

    static func openAIEvents(_ kind: String) -> Shape {
        events(
            [
                ("\(kind).partial_image", "ImagePartialEvent"),
                ("\(kind).completed", "ImageCompletedEvent"), ("error", "ImageErrorEvent"),
            ],
            "With `stream: true`: views of each image, then one `\(kind).completed` an image; "
                + "`error` when it fails on the way. Ended by the end of the body.")
    }

    static let openAIImages = Shape.object(
        [.must("created", .integer("Unix seconds."))] + openAIEcho + [
            .must("data", .list(of: .either(base64Item, urlItem))), .may("usage", tokens),
            .must("cost", .money("What was charged.")), .must("id", .id("The generation.")),
            .must("receipt", .named("Receipt")),
        ]
    ).titled("OpenAIImages")

    private static let revised = Shape.text("What the vendor made of the prompt.")

    static let base64Item = Shape.object(
        .must("b64_json", .text("Base64.")),
        .may("url", .url("Where `response_format` was left out and the picture is kept.")),
        .may("revised_prompt", revised)
    )
    .titled("Base64Picture")
    static let urlItem = Shape.object(
        .must("url", .url()), .may("revised_prompt", revised)
    ).titled("PictureURL")

    static let openAIModel = Shape.object(
        .must("id", .text()), .must("object", .word(["model"])),
        .must("created", .integer("Unix seconds.")), .must("owned_by", .text()),
        .may("shutdown_date", .text("From then on it is not served.")))

    static let openAIList = Shape.object(
        .must("object", .word(["list"])), .must("data", .list(of: .named("OpenAIModel"))))
}
