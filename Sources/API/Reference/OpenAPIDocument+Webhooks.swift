import Gateway
import Units

extension OpenAPIDocument {
    /// What we call, by event: the `webhooks` of OpenAPI 3.1.
    static func webhooks(_ book: SchemaBook) -> [(String, JSON)] {
        WebhookEvent.Name.allCases.map { event in
            (event.rawValue, .object([("post", operation(event, book))]))
        }
    }

    private static func operation(_ event: WebhookEvent.Name, _ book: SchemaBook) -> JSON {
        let message = Shape.message(event)
        return .object([
            ("operationId", .string("on" + event.rawValue.inTypeName)),
            ("tags", .array([.string(Reference.Chapter.webhooks.name)])),
            ("summary", .string(event.rawValue)), ("description", .string(event.about)),
            // It is signed, and needs no key of ours.
            ("security", .array([])), ("parameters", .array(headers.map { $0.json(in: book) })),
            (
                "requestBody",
                .object([
                    ("required", .bool(true)),
                    (
                        "content",
                        .object([
                            (
                                "application/json",
                                .object([
                                    ("schema", message.reference(in: book, as: event.typeName)),
                                    ("example", message.example()),
                                ])
                            )
                        ])
                    ),
                ])
            ),
            (
                "responses",
                .object([
                    (
                        "2XX",
                        .object([
                            ("description", .string("Received. Anything else is tried again."))
                        ])
                    )
                ])
            ),
        ])
    }

    private static let headers: [Operation.Parameter] = [
        ("webhook-id", Shape.text("The message's own: the same on every attempt.")),
        ("webhook-timestamp", Shape.text("Unix seconds of this attempt.")),
        (
            "webhook-signature",
            Shape.text(
                "`v1,` and base64 of an HMAC-SHA256; during a rotation two, with a blank between.")
        ),
    ].map { .init(name: $0.0, place: .header, shape: $0.1, isNeeded: true) }
}
