import Gateway
import HTTP
import Units

extension Reference.Chapter {
    /// Changing pictures, in dialect (b).
    static let edits = Operation(
        "createImageEdit", "Change images by a prompt",
        """
        From one to \(Shape.picturesMax) pictures, as a form's files or in JSON by URL. With a \
        `mask`, only what it leaves transparent is redrawn.
        """,
        answers: [.json(.openAIImages, "The images.")]
    ).sending(
        .closed(
            Shape.openAIBody + [
                .may(
                    "image",
                    Shape.pictures("Pictures to start from: needed.", 1...Shape.picturesMax)),
                .may(
                    "images",
                    Shape.pictures("The same, as OpenAI's JSON calls it.", 1...Shape.picturesMax)),
                .may("mask", Shape.mask.orNull),
            ]
        ).needing("image", or: "images"),
        .object([
            ("model", .string("test/test")), ("prompt", .string("make it snow")),
            ("images", .array([.object([("image_url", .string(Shape.tinyPicture))])])),
        ])
    ).streaming(.openAIEvents("image_edit"), partials: 0...3)
        .orForm(["model=test/test", "prompt=make it snow", "image=@photo.png"]).synchronous()

    static let variations = Operation(
        "createImageVariation", "Vary an image",
        "OpenAI's old endpoint, served by image-to-image.",
        answers: [.json(.openAIImages, "The images.")]
    ).sending(
        .closed([
            .must("image", Shape.pictures("The picture.", 1...1)),
            .may("model", Shape.modelOrDefault), .may("n", Shape.count), .may("size", Shape.size),
            .may("response_format", Shape.delivery([.url, .base64], standing: .url)),
            .may("user", Shape.endUser),
        ]),
        .object([
            ("model", .string("test/test")), ("image", .string(Shape.tinyPicture)),
        ])
    ).orForm(["model=test/test", "image=@photo.png"]).synchronous()

    /// The same for dialect (a), whose two paths take the same body.
    static let imageRouterEdits = Operation(
        "createImageRouterEdit", "Change images by a prompt",
        "The body of `/v1/openai/images/generations`, under the path of OpenAI's client.",
        answers: [.json(.imageRouterImages, "The images.")]
    ).sending(
        .object(Shape.imageRouterBody + Shape.pictureMembers),
        .object([
            ("model", .string("test/test")), ("prompt", .string("make it snow")),
            ("image", .string(Shape.tinyPicture)),
        ])
    ).orForm(["model=test/test", "prompt=make it snow", "image[]=@photo.png"]).synchronous()

    private static let uploadHours = Int(Inputs.uploadsKept.components.seconds / 3600)

    /// A file for later requests of any dialect.
    static let upload = Operation(
        "uploadFile", "Keep a picture for later requests",
        """
        Its `url` may stand wherever a request of any dialect names a picture, for \(uploadHours) \
        hours. What it is, its content says: PNG, JPEG or WebP.
        """,
        answers: [
            Operation.Answer.json(
                .object(
                    .must("id", .text()), .must("url", .url()), .must("kind", .word(["image"])),
                    .must("contentType", .text()), .must("byteSize", .integer()),
                    .must("expiresAt", .time("From then on it is gone."))), "Kept.",
                status: .created
            ).with([("Location", .text("Its URL."))]).leading(
                to: .init(
                    name: "upload", operation: "getUpload", parameter: "name",
                    value: "$response.body#/id"))
        ]
    ).sendingForm(
        .object(.must("file", .bytes("Up to \(Inputs.bytesMax >> 20) MiB."))), ["file=@photo.png"]
    ).refusing(.missingParameter, .unsupportedMediaType)

    /// What was uploaded.
    static let uploaded = Operation(
        "getUpload", "Fetch an uploaded picture",
        "Its name is its key: it cannot be guessed. After \(uploadHours) hours there is none.",
        answers: .kept
    ).taking(
        .path("name", .text("As in the URL of an answer.").atLeast(1), example: "$UPLOAD_NAME"),
        .header("If-None-Match", .text("The `ETag` of before.")),
        .header("Range", .text("`bytes=0-99`."))
    ).refusing(.notFound).changed { $0.example.savesTo = "upload" }
}

extension Shape {
    /// One pixel, for examples that run.
    static let tinyPicture =
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
        + "YPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
}
