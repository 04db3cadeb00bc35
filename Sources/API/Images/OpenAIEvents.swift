import Gateway
import Units

/// A stream in dialect (b): named events, ended by the end of the body. Source: OpenAI's OpenAPI
/// document, events `image_generation.*` and `image_edit.*`.
struct OpenAIEvents: ImageEvents {
    let body: OpenAIBody
    let ending = ""

    private var kind: String { body.isEdit ? "image_edit" : "image_generation" }

    func partial(_ picture: PartialPicture, at now: Timestamp) -> ServerSentEvent {
        let name = kind + ".partial_image"
        return ServerSentEvent(
            name: name,
            data: .object(
                [
                    ("type", .string(name)), ("b64_json", .base64(picture.bytes)),
                    ("created_at", .int(now.seconds)),
                ] + body.echo(size: picture.size) + [
                    ("partial_image_index", .int(picture.index)),
                    ("image_index", .int(picture.image)),
                ]), imageBytes: picture.bytes.count)
    }

    func completed(_ finished: FinishedGeneration, image: Int) -> ServerSentEvent {
        let name = kind + ".completed"
        let picture = finished.images[image]
        // The cost of all of them is told once, with the last.
        let isLast = image == finished.images.count - 1
        let money: [(String, JSON)] =
            isLast
            ? [("cost", .credits(finished.money.captured)), ("receipt", finished.receipt.json)]
            : []
        return ServerSentEvent(
            name: name,
            data: .object(
                [
                    ("type", .string(name)), ("b64_json", .base64(picture.bytes)),
                    ("created_at", .int(finished.endedAt.seconds)),
                ] + body.echo(ofEvent: picture.size, finished.report) + [
                    ("usage", finished.report.usage(ofEvent: isLast)), ("id", .id(finished.id)),
                    ("image_index", .int(image)),
                ] + money), imageBytes: picture.bytes.count)
    }

    func failed(_ refusal: Refusal) -> ServerSentEvent {
        let words = ErrorShape.openAI.words(for: refusal.kind)
        // Without `error` at its top its client takes the data for a picture.
        return ServerSentEvent(
            name: "error",
            data: .object([
                ("type", .string("error")), ("error", refusal.openAIError(words, in: .openAI)),
            ]), imageBytes: 0)
    }
}

extension GenerationReport {
    /// `usage` of one of several events, which must have the member: all pictures' tokens with the last.
    /// A price that counts none makes them zero, which is true; what is not known is null.
    fileprivate func usage(ofEvent isLast: Bool) -> JSON {
        if let told = usage.first?.1, isLast { return told }
        return countsTokens && isLast ? .null : Self.noTokens
    }

    private static let noTokens = JSON.object([
        ("total_tokens", .int(0)), ("input_tokens", .int(0)), ("output_tokens", .int(0)),
        (
            "input_tokens_details",
            .object([("text_tokens", .int(0)), ("image_tokens", .int(0))])
        ),
        (
            "output_tokens_details",
            .object([("text_tokens", .int(0)), ("image_tokens", .int(0))])
        ),
    ])

    /// OpenAI's member `usage`, where the vendor has counted tokens; nothing where it has not.
    var usage: [(String, JSON)] {
        guard let output else { return [] }
        func count(_ name: String, _ tokens: Int?) -> (String, JSON) {
            (name, .optional(tokens, JSON.int))
        }
        return [
            (
                "usage",
                .object([
                    count("input_tokens", input), count("output_tokens", output),
                    count("total_tokens", input.map { $0 + output }),
                    (
                        "input_tokens_details",
                        .object([
                            count("text_tokens", inputText), count("image_tokens", inputImage),
                        ])
                    ),
                    (
                        "output_tokens_details",
                        .object([
                            count("text_tokens", outputText), count("image_tokens", outputImage),
                        ])
                    ),
                ])
            )
        ]
    }
}
