import Gateway
import Units

/// What a newcomer does first, before any route is looked up: the opening of `GET /docs`.
enum Guide {
    /// A thing to do, with examples that run in a shell.
    struct Section: Sendable {
        let id: String
        let title: String
        /// Paragraphs, where what stands between backticks is code.
        let text: [String]
        var examples: [String] = []
    }

    static let sections: [Section] = [
        first, editing, masks, uploads, streaming, jobs, repeating, webhooks, rehearsing, errors,
    ]

    private static let first = Section(
        id: "first-picture", title: "A first picture",
        text: [
            """
            `test/test` is free, works with every key and needs no vendor. `GET /v1/models` lists \
            what else there is. The answer has the picture's URL, its cost and a receipt.
            """
        ],
        examples: [
            """
            curl "$ATELIER_URL/v1/image/generate" \\
              -H "Authorization: Bearer $ATELIER_KEY" -H 'Content-Type: application/json' \\
              -d '{"model":"test/test","prompt":"a lighthouse at dusk","size":"512x512"}'
            """
        ])

    private static let editing = Section(
        id: "editing", title: "Editing",
        text: [
            """
            Every dialect takes pictures to start from, as many as the model does \
            (`input_references` in its parameters): as files of a form, or in JSON as a URL, a data \
            URL, or an object around either, `{"image_url": "…"}`. They are PNG, JPEG or WebP of \
            up to \(Inputs.bytesMax >> 20) MiB each; a form has up to 64 MiB, JSON up to \
            \(Application.spooledJSONBytesMax >> 20) MiB.
            """
        ],
        examples: [
            """
            curl "$ATELIER_URL/v1/images/edits" -H "Authorization: Bearer $ATELIER_KEY" \\
              -F model=test/test -F prompt='make it snow' -F image=@photo.png
            """
        ])

    private static let masks = Section(
        id: "masks", title: "Masks",
        text: [
            """
            Where a mask is transparent, the first picture is redrawn; the rest of it stays. It is \
            a PNG or WebP with alpha, as large as that picture. A model that knows none refuses it.
            """
        ],
        examples: [
            """
            curl "$ATELIER_URL/v1/images/edits" -H "Authorization: Bearer $ATELIER_KEY" \\
              -F model=test/test -F prompt='a red door' -F image=@room.png -F mask=@mask.png
            """
        ])

    private static let uploads = Section(
        id: "uploads", title: "Uploads",
        text: [
            """
            A picture that several requests start from is sent once. Its URL may stand in any \
            request of any dialect for \(Inputs.uploadsKept.components.seconds / 3600) hours, and \
            anyone who has it can fetch the picture.
            """
        ],
        examples: [
            """
            UPLOAD=$(curl "$ATELIER_URL/v2/uploads" -H "Authorization: Bearer $ATELIER_KEY" \\
              -F file=@photo.png | sed 's/.*"url":"\\([^"]*\\)".*/\\1/')
            curl "$ATELIER_URL/v1/image/generate" \\
              -H "Authorization: Bearer $ATELIER_KEY" -H 'Content-Type: application/json' \\
              -d '{"model":"test/test","prompt":"make it snow","image":"'"$UPLOAD"'"}'
            """
        ])

    private static let streaming = Section(
        id: "streaming", title: "Streaming",
        text: [
            """
            With `stream`, `/v1/images/generations`, `/v1/images/edits` and `/api/v1/images` answer \
            with server-sent events: views of each picture while it is drawn, `partial_images` of \
            them at most, then the picture. What is refused before it begins is an ordinary error; \
            what fails later is an event. A caller who hangs up loses nothing: the picture is made, charged \
            once, and listed by `GET /v1/generations`.
            """
        ],
        examples: [
            """
            curl -N "$ATELIER_URL/v1/images/generations" \\
              -H "Authorization: Bearer $ATELIER_KEY" -H 'Content-Type: application/json' \\
              -d '{"model":"test/test","prompt":"a fox","size":"256x256","stream":true,"partial_images":2}'
            """
        ])
}
