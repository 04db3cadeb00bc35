import Units

/// The public interface, described: what `GET /openapi.json` and `GET /docs` are made from.
///
/// The table of routes says what exists; here stands what each route means. A description without
/// its route is not told.
enum Reference {
    /// The dialects, in the order in which they are told, each with its operations by route.
    static let chapters: [Chapter] = [
        .openAI, .imageRouter, .imaRouter, .jobs, .openRouter, .account, .invoices, .keys,
        .webhooks, .service,
    ]

    /// What belongs together.
    struct Chapter: Sendable {
        let name: String
        let about: String
        let operations: [String: Operation]
    }

    /// What a refund changes and what it does not, in the same words wherever it matters.
    static let refunds = """
        A refund gives credits back as a deposit of their own and changes nothing else: usage stays as it \
        was charged, on the invoice too, and counts against day and month caps as before, since a cap \
        bounds what is bought.
        """

    /// A route with its description.
    struct Entry: Sendable {
        let route: Route
        let operation: Operation
    }

    /// The routes of a chapter, in the order of the table.
    static func entries(of chapter: Chapter) -> [Entry] {
        Route.all.compactMap { route in
            chapter.operations[route.name].map { Entry(route: route, operation: $0) }
        }
    }
}

extension Route {
    /// `GET /v1/balance`.
    var name: String { "\(method) \(path)" }

    /// The path as OpenAPI writes it, which knows no `{id...}`.
    var template: String { path.replacing("...}", with: "}") }
}
