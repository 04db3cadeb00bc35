import Gateway
import HTTP
import Units

/// The reference as an OpenAPI document (3.1).
enum OpenAPIDocument {
    /// Written once: its values are those of the program.
    static let bytes: [UInt8] = json.bytes

    static var json: JSON {
        .object([
            ("openapi", .string("3.1.0")),
            (
                "info",
                .object([
                    ("title", .string("Atelier")), ("version", .string(version)),
                    ("summary", .string("Images of every vendor by one key, balance and bill.")),
                    ("description", .string(about)),
                ])
            ),
            ("servers", .array([.object([("url", .string("/"))])])),
            ("tags", .array(Reference.chapters.map(\.tag))), ("paths", .object(paths)),
            (
                "components",
                .object([
                    ("securitySchemes", securitySchemes),
                    ("schemas", .object(Shape.components.map { ($0.name, $0.shape.json) })),
                ])
            ),
        ])
    }

    /// Of the interface: as in the changelog.
    static let version = "0.1.0"

    static let about = """
        The same images by five request dialects; a client of any keeps working when its base URL \
        and key are changed. Every route takes the same key, under `Authorization: Bearer` or \
        `X-API-Key`. Money in JSON is an exact decimal number. Every answer carries \
        `x-request-id`. A request that cannot be read at all is refused with 400, 408, 413, 414 \
        or 431 before any route is asked.
        """

    private static var securitySchemes: JSON {
        .object([
            (
                "bearer",
                .object([
                    ("type", .string("http")), ("scheme", .string("bearer")),
                    ("description", .string("`Authorization: Bearer atl_live_…`")),
                ])
            ),
            (
                "apiKey",
                .object([
                    ("type", .string("apiKey")), ("in", .string("header")),
                    ("name", .string("X-API-Key")),
                    ("description", .string("The same key in a header of its own.")),
                ])
            ),
        ])
    }

    /// By path and method, in the order of the chapters.
    private static var paths: [(String, JSON)] {
        var paths: [(String, [(String, JSON)])] = []
        for chapter in Reference.chapters {
            for entry in Reference.entries(of: chapter) {
                let member = (entry.route.method.lowercased(), entry.json(tag: chapter.name))
                if let place = paths.firstIndex(where: { $0.0 == entry.route.template }) {
                    paths[place].1.append(member)
                } else {
                    paths.append((entry.route.template, [member]))
                }
            }
        }
        return paths.map { ($0.0, .object($0.1)) }
    }
}

extension Reference.Chapter {
    fileprivate var tag: JSON {
        .object([("name", .string(name)), ("description", .string(about))])
    }
}

extension Reference.Entry {
    fileprivate func json(tag: String) -> JSON {
        var members: [(String, JSON)] = [
            ("operationId", .string(operation.id)), ("tags", .array([.string(tag)])),
            ("summary", .string(operation.summary)), ("description", .string(operation.details)),
            ("security", security),
        ]
        if let scope = route.scope { members.append(("x-scope", .string(scope.rawValue))) }
        if !operation.parameters.isEmpty {
            members.append(("parameters", .array(operation.parameters.map(\.json))))
        }
        if !operation.bodies.isEmpty { members.append(("requestBody", body)) }
        members.append(("responses", .object(responses)))
        return .object(members)
    }

    private var security: JSON {
        guard route.scope != nil else { return .array([]) }
        return .array(["bearer", "apiKey"].map { .object([($0, .array([]))]) })
    }

    private var body: JSON {
        let contents = operation.bodies.map { type, shape in
            var members = [("schema", shape.json)]
            if type == "application/json", let example = operation.example.json {
                members.append(("example", example))
            }
            return (type, JSON.object(members))
        }
        return .object([
            ("required", .bool(!operation.bodyIsOptional)), ("content", .object(contents)),
        ])
    }

    private var responses: [(String, JSON)] {
        let refusals = operation.refusalsByStatus(of: route).filter { status, _ in
            !operation.answers.contains { $0.status == status }
        }
        return operation.answers.map { ("\($0.status.rawValue)", json(of: $0)) }
            + refusals.map { ("\($0.status.rawValue)", refusal($0.status, $0.kinds)) }
    }

    /// An answer whose status may also be a refusal's is told with the refusal's body too.
    private func json(of answer: Operation.Answer) -> JSON {
        guard refuses(with: answer.status) else { return answer.json }
        var both = answer
        both.contents.append((route.errors.mediaType, .named(route.errors.bodyName)))
        return both.json
    }

    private func refuses(with status: Status) -> Bool {
        operation.refusalsByStatus(of: route).contains { $0.status == status }
    }

    private func refusal(_ status: Status, _ kinds: [Refusal.Kind]) -> JSON {
        var members: [(String, JSON)] = [
            (
                "description",
                .string(
                    ([status.reason.isEmpty ? "Timeout" : status.reason]
                        + kinds.map { "`\($0.rawValue)`" }).joined(separator: " "))
            )
        ]
        if [.tooManyRequests, .serviceUnavailable].contains(status) {
            members.append(
                (
                    "headers",
                    .object([
                        ("Retry-After", .object([("schema", Shape.integer("Seconds.").json)]))
                    ])
                ))
        }
        members.append(
            (
                "content",
                .object([
                    (
                        route.errors.mediaType,
                        .object([("schema", Shape.named(route.errors.bodyName).json)])
                    )
                ])
            ))
        return .object(members)
    }
}

extension Operation.Parameter {
    fileprivate var json: JSON {
        .object([
            ("name", .string(name)), ("in", .string(place.rawValue)),
            ("required", .bool(isRequired)), ("schema", shape.json),
        ])
    }
}

extension Operation.Answer {
    fileprivate var json: JSON {
        var members: [(String, JSON)] = [("description", .string(note))]
        if !headers.isEmpty {
            members.append(
                (
                    "headers",
                    .object(headers.map { ($0.name, .object([("schema", $0.shape.json)])) })
                ))
        }
        if !contents.isEmpty {
            members.append(
                (
                    "content",
                    .object(contents.map { ($0.type, .object([("schema", $0.shape.json)])) })
                ))
        }
        if !links.isEmpty {
            members.append(("links", .object(links.map { ($0.name, $0.json) })))
        }
        return .object(members)
    }
}

extension Operation.Link {
    fileprivate var json: JSON {
        .object([
            ("operationId", .string(operation)),
            ("parameters", .object([(parameter, .string(value))])),
        ])
    }
}
