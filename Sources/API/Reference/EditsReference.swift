import HTTP
import Units

extension Reference.Chapter {
    /// Changing pictures, in dialect (b). Told as soon as the routes are there.
    static let edits = Operation(
        "createImageEdit", "Change images by a prompt",
        """
        With one or more images as a form's files, or in JSON as URLs and data URLs. Transparent \
        pixels of `mask` mark where to edit the first image.
        """,
        answers: [.json(.openAIImages, "The images.")]
    ).sending(
        .closed(
            Shape.openAIBody.filter { $0.name != "style" } + [
                .must("images", .list(of: Shape.imageLink).within(1...16)),
                .may("mask", Shape.imageLink),
                .may("input_fidelity", .word(["low", "high"]).orNull),
            ]),
        .object([
            ("model", .string("test/test")), ("prompt", .string("make it snow")),
            (
                "images",
                .array([.object([("image_url", .string(Shape.tinyPicture))])])
            ),
        ])
    ).sendingForm(
        .object(
            Shape.openAIBody.filter { !["style", "moderation"].contains($0.name) } + [
                .may("image", .bytes("One picture, or `image[]` several times.")),
                .may("image[]", .list(of: .bytes()).within(1...16)),
                .may("mask", .bytes("PNG with alpha, as large as the first image.")),
                .may("input_fidelity", .word(["low", "high"])),
            ]), ["model=test/test", "prompt=make it snow", "image=@photo.png"]
    ).synchronous()

    static let variations = Operation(
        "createImageVariation", "Vary an image",
        "OpenAI's old endpoint, served by image-to-image.",
        answers: [.json(.openAIImages, "The images.")]
    ).sendingForm(
        .object(
            .must("image", .bytes("The picture.")), .may("model", Shape.model),
            .may("n", Shape.count), .may("size", Shape.size),
            .may("response_format", Shape.delivery([.url, .base64], standing: .url)),
            .may("user", .text())), ["model=test/test", "image=@photo.png"]
    ).synchronous()

    /// The same for dialect (a), whose two paths take the same body.
    static let imageRouterEdits = Operation(
        "createImageRouterEdit", "Change images by a prompt",
        "As `/v1/openai/images/generations`, with pictures to start from.",
        answers: [.json(.imageRouterImages, "The images.")]
    ).sending(
        .object(Shape.imageRouterBody + Shape.imageRouterPictures),
        .object([
            ("model", .string("test/test")), ("prompt", .string("make it snow")),
            ("image", .string(Shape.tinyPicture)),
        ])
    ).sendingForm(
        .object(
            Shape.imageRouterBody + [
                .may("image[]", .list(of: .bytes()).within(1...16)), .may("mask[]", .bytes()),
            ]), ["model=test/test", "prompt=make it snow", "image[]=@photo.png"]
    ).synchronous()

    /// A file for later requests of dialect (e).
    static let upload = Operation(
        "uploadFile", "Keep a picture for later requests",
        "By its content; the declared type does not matter. It is kept for an hour at least.",
        answers: [
            .json(
                .object(
                    .must("id", .text()), .must("url", .url()), .must("kind", .text()),
                    .must("contentType", .text()), .must("byteSize", .integer()),
                    .must("expiresAt", .time())), "Kept.", status: .created)
        ]
    ).sendingForm(.object(.must("file", .bytes("Up to 25 MB."))), ["file=@photo.png"])
        .refusing(.missingParameter, .unsupportedMediaType)

    /// What was uploaded.
    static let uploaded = Operation(
        "getUpload", "Fetch an uploaded picture", "Its name is its key: it cannot be guessed.",
        answers: [.picture]
    ).taking(.path("name", .text().atLeast(1), example: "$NAME")).refusing(.notFound)
        .changed { $0.example.savesTo = "upload" }
}

extension Shape {
    /// A picture by address, or in a data URL.
    static let imageLink = Shape.object(.must("image_url", .text("http(s) or data URL.")))

    static let imageRouterPictures: [Member] = [
        .may(
            "image",
            .either(
                .text(), .list(of: .text()).within(1...16),
                note: "Pictures to start from: URLs or data URLs.")),
        .may("mask", .text("URL or data URL.")),
    ]

    /// One pixel, for examples that run.
    static let tinyPicture =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
        + "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
}
