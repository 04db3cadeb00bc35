import Gateway
import HTTP
import Pictures
import Units

/// A stream in dialect (d): data alone tells its events apart, and `[DONE]` ends it. Source: the
/// official SDK's event types.
struct OpenRouterEvents: ImageEvents {
    let ending = "data: [DONE]\n\n"

    func partial(_ picture: PartialPicture, at now: Timestamp) -> ServerSentEvent {
        ServerSentEvent(
            name: nil,
            data: .object([
                ("type", .string("image_generation.partial_image")),
                ("b64_json", .base64(picture.bytes)), ("partial_image_index", .int(picture.index)),
                ("image_index", .int(picture.image)),
            ]), imageBytes: picture.bytes.count)
    }

    func completed(_ finished: FinishedGeneration, image: Int) -> ServerSentEvent {
        let (bytes, format) = (finished.images[image].bytes, finished.images[image].format)
        // The cost of all of them is told once, with the last.
        let isLast = image == finished.images.count - 1
        let usage: [(String, JSON)] =
            isLast
            ? OpenRouterUsage.members(finished) + [("receipt", finished.receipt.json)] : []
        return ServerSentEvent(
            name: nil,
            data: .object(
                [
                    ("type", .string("image_generation.completed")), ("b64_json", .base64(bytes)),
                    ("media_type", .string(format.mediaType)),
                    ("created", .int(finished.endedAt.seconds)),
                    ("id", .string(OpenRouterID.text(finished.id))), ("image_index", .int(image)),
                ] + usage), imageBytes: bytes.count)
    }

    func failed(_ refusal: Refusal) -> ServerSentEvent {
        let words = ErrorShape.openRouter.words(for: refusal.kind)
        // Its client takes an error whose code is a number for an event that it does not know.
        return ServerSentEvent(
            name: nil,
            data: .object([
                ("type", .string("error")),
                (
                    "error",
                    .object([
                        ("message", .string(refusal.message)), ("type", .string(words.type)),
                        ("code", .string("\(words.status.rawValue)")),
                        ("param", .optional(refusal.field, JSON.string)),
                    ])
                ),
            ]), imageBytes: 0)
    }
}
