import Gateway
import HTTP
import Units

extension Operation {
    /// Reasons that no route is free of.
    private static let ofEveryRoute: [Refusal.Kind] = [
        .malformedBody, .unavailable, .overloaded, .interrupted,
    ]

    /// Reasons of whoever has to show a key.
    private static let ofKeys: [Refusal.Kind] = [
        .keyMissing, .keyInvalid, .keyRevoked, .keyExpired, .scopeMissing, .accountSuspended,
        .rateLimited,
    ]

    /// Every reason that `route` may give for a no, in the order of the catalogue.
    func refusals(of route: Route) -> [Refusal.Kind] {
        var kinds = Set(refusals + Self.ofEveryRoute)
        if route.scope != nil { kinds.formUnion(Self.ofKeys) }
        if parameters.contains(where: { $0.place == .query }) {
            kinds.formUnion([.invalidValue, .unknownParameter])
        }
        return Refusal.Kind.allCases.filter(kinds.contains)
    }

    /// The same by the status that a caller sees.
    func refusalsByStatus(of route: Route) -> [(status: Status, kinds: [Refusal.Kind])] {
        let byStatus = Dictionary(grouping: refusals(of: route)) {
            route.errors.words(for: $0).status
        }
        return byStatus.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
    }
}

extension ErrorShape {
    /// The name of its body among `Shape.named`.
    var bodyName: String {
        switch self {
        case .imageRouter: "ImageRouterError"
        case .openAI: "OpenAIError"
        case .imaRouter: "ImaRouterProblem"
        case .jobs: "JobsError"
        case .openRouter: "OpenRouterError"
        case .problem: "Problem"
        }
    }
}

extension Shape {
    private static let figures: [Member] = [
        .may("needed", .money("The most the request can cost.")),
        .may("available", .money("What the wallet can still hold.")),
        .may("missing", .money("What must be added for the same request to pass.")),
        .may("limit", .text("The limit that is in the way.")),
        .may("scope", .word(["key", "account", "address"], "Whose limit it is.")),
        .may("most", .number("What the limit allows; a cap in US dollars.")),
        .may("left", .number("What is left of it.")),
        .may("retry_after", .integer("Seconds until the same may pass.")),
    ]

    static func openAIError(_ types: String) -> Shape {
        .object(
            [
                .must("message", .text("A sentence for a person.")),
                .must("type", .text(types)),
                .must("param", .text("The field at fault.").orNull),
                .must("code", .text("The reason, for a program.").orNull),
            ] + figures)
    }

    private static let problem: [Member] = [
        .must(
            "type",
            .word(
                Refusal.Kind.allCases.map { "urn:atelier:problem:\($0.rawValue)" },
                "The reason, for a program.")),
        .must("title", .text("The status in words.")), .must("status", .integer()),
        .must("detail", .text("A sentence for a person.")),
        .may("field", .text("The field at fault.")),
    ]

    /// The bodies of refusals.
    static let errors: [(name: String, shape: Shape)] = [
        (
            "ImageRouterError",
            .object(.must("error", openAIError("`invalid_request_error`, `unauthorized`, …")))
        ),
        (
            "OpenAIError",
            .object(.must("error", openAIError("`invalid_request_error`, `server_error`, …")))
        ),
        (
            "ImaRouterProblem",
            .object(
                problem + figures + [
                    .must("error", openAIError("`invalid_request_error`, `insufficient_funds`, …"))
                ])
        ),
        (
            "JobsError",
            .object(
                [
                    .must("error", .text("A sentence.")),
                    .must("code", .word(Refusal.Kind.allCases.map(\.rawValue))),
                    .may("details", .map(of: .list(of: .text()), "What is wrong, by field.")),
                    .may("creditsRequired", .integer("Tenths of a cent.")),
                    .may("creditsAvailable", .integer("Tenths of a cent.")),
                ] + figures)
        ),
        (
            "OpenRouterError",
            .object(
                .must(
                    "error",
                    .object(
                        .must("code", .integer("The status.")), .must("message", .text()),
                        .must(
                            "metadata",
                            .object(
                                [
                                    .must("error_type", .text()),
                                    .must("reason", .word(Refusal.Kind.allCases.map(\.rawValue))),
                                    .may("field", .text("The field at fault.")),
                                ] + figures)),
                        .may(
                            "availability",
                            .object(
                                .must("code", .text()), .must("retryable", .boolean()))))),
                .must("user_id", .text().orNull))
        ),
        ("Problem", .object(problem + figures)),
    ]
}
