import Units

/// A model as the audit log says it was, or is: what customers see of it and what it costs.
extension ListedModel {
    var members: [(String, JSON)] {
        func day(_ day: CivilDate?) -> JSON { .optional(day) { .string($0.description) } }
        return [
            ("author", .string(author)), ("name", .string(name)),
            ("description", .string(description)), ("released_on", day(releasedOn)),
            ("deprecated_on", day(deprecatedOn)), ("retires_on", day(retiresOn)),
            ("replacement", .optional(replacement, JSON.string)),
            ("names", .array(names.sorted().map(JSON.string))),
            (
                "endpoints",
                .array(
                    endpoints.sorted { $0.provider < $1.provider }.map { endpoint in
                        .object([("provider", .string(endpoint.provider))] + endpoint.members)
                    })
            ),
        ]
    }
}

extension ListedEndpoint {
    var members: [(String, JSON)] {
        [
            ("model", .string(model)), ("enabled", .bool(priority != Self.disabled)),
            ("lines", .array(lines.map { .string($0.words) })),
        ]
    }
}
