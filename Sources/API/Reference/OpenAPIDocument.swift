import Units

/// The reference as an OpenAPI document (3.1).
enum OpenAPIDocument {
    /// Written once: its values are those of the program.
    static let bytes: [UInt8] = json.bytes

    static var json: JSON {
        let book = SchemaBook(Shape.components)
        let paths = paths(book)
        let webhooks = webhooks(book)
        return .object([
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
                "webhooks",
                // By reference: generators that know no webhooks would make broken calls of them.
                .object(webhooks.map { ($0.0, Self.pathItem(named: $0.0)) })
            ),
            (
                "components",
                .object([
                    ("securitySchemes", securitySchemes),
                    ("schemas", .object(book.schemas.map { ($0.name, $0.json) })),
                    ("examples", .object(RefusalExamples.all)),
                    ("pathItems", .object(webhooks)),
                ])
            ),
        ])
    }

    private static func pathItem(named name: String) -> JSON {
        .object([("$ref", .string("#/components/pathItems/\(name)"))])
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
    private static func paths(_ book: SchemaBook) -> [(String, JSON)] {
        var paths: [(String, [(String, JSON)])] = []
        for chapter in Reference.chapters {
            for entry in Reference.entries(of: chapter) {
                let member = (
                    entry.route.method.lowercased(), entry.json(tag: chapter.name, in: book)
                )
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
