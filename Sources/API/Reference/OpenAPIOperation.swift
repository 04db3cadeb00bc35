import Gateway
import HTTP
import Units

// One operation of the document.
extension Reference.Entry {
    func json(tag: String, in book: SchemaBook) -> JSON {
        var members: [(String, JSON)] = [
            ("operationId", .string(operation.id)), ("tags", .array([.string(tag)])),
            ("summary", .string(operation.summary)), ("description", .string(operation.details)),
            ("security", security),
        ]
        if let scope = route.scope { members.append(("x-scope", .string(scope.rawValue))) }
        if !operation.parameters.isEmpty {
            members.append(("parameters", .array(operation.parameters.map { $0.json(in: book) })))
        }
        if !operation.bodies.isEmpty { members.append(("requestBody", body(in: book))) }
        members.append(("responses", .object(responses(in: book))))
        return .object(members)
    }

    private var security: JSON {
        let schemes = ["bearer", "apiKey"].map { JSON.object([($0, .array([]))]) }
        guard route.scope == nil else { return .array(schemes) }
        // An empty one: it may be left out.
        return .array(operation.readsKey ? [schemes[0], .object([])] : [])
    }

    private static let alsoForm = """
        The same may be sent as `multipart/form-data`: members as fields, lists as repeated fields, \
        objects as JSON, pictures as files or texts. `x-form` describes it.
        """

    /// `createImage` makes a `CreateImageBody`.
    private var typeName: String { operation.id.prefix(1).uppercased() + operation.id.dropFirst() }

    private func body(in book: SchemaBook) -> JSON {
        // Generators know one body an operation, the first. Where files are the usual way that is the
        // form; elsewhere forms are told of in words, since some clients do not compile with both.
        let isOneOfTwo = operation.bodies.count > 1
        let bodies =
            isOneOfTwo
            ? operation.formIsUsual
                ? operation.bodies.reversed() : Array(operation.bodies.prefix(1))
            : operation.bodies
        let contents = bodies.map { ($0.type, media($0.type, $0.shape, in: book)) }
        var members: [(String, JSON)] = [
            ("required", .bool(!operation.bodyIsOptional)), ("content", .object(contents)),
        ]
        if isOneOfTwo, !operation.formIsUsual {
            let form = operation.bodies[1]
            members.append(("description", .string(Self.alsoForm)))
            members.append(("x-form", media(form.type, form.shape, in: book)))
        }
        return .object(members)
    }

    /// A body of one type, with what its example sends.
    private func media(_ type: String, _ shape: Shape, in book: SchemaBook) -> JSON {
        let isForm = type == "multipart/form-data"
        let name = typeName + (isForm ? "Form" : "Body")
        let example = isForm ? operation.formExample(of: shape) : operation.example.json
        return .object(
            [("schema", shape.reference(in: book, as: name))]
                + (example.map { [("example", $0)] } ?? []))
    }

    private func responses(in book: SchemaBook) -> [(String, JSON)] {
        let refusals = operation.refusalsByStatus(of: route).filter { status, _ in
            !operation.answers.contains { $0.status == status }
        }
        return operation.answers.map { ("\($0.status.rawValue)", json(of: $0, in: book)) }
            + refusals.map { ("\($0.status.rawValue)", refusal($0.status, $0.kinds, in: book)) }
    }

    /// An answer whose status may also be a refusal's is told with the refusal's body too.
    private func json(of answer: Operation.Answer, in book: SchemaBook) -> JSON {
        let name = typeName + (answer.status == .ok ? "" : answer.status.reason.inTypeName)
        guard refuses(with: answer.status) else { return answer.json(in: book, as: name) }
        var both = answer
        both.contents.append((route.errors.mediaType, .named(route.errors.bodyName)))
        return both.json(in: book, as: name)
    }

    private func refuses(with status: Status) -> Bool {
        operation.refusalsByStatus(of: route).contains { $0.status == status }
    }

    private func refusal(_ status: Status, _ kinds: [Refusal.Kind], in book: SchemaBook) -> JSON {
        var members: [(String, JSON)] = [
            (
                "description",
                .string(
                    ([status.reason.isEmpty ? "Timeout" : status.reason]
                        + kinds.map { "`\($0.rawValue)`" }).joined(separator: " "))
            )
        ]
        if [.tooManyRequests, .serviceUnavailable].contains(status) {
            let wait = Shape.integer("Seconds.").json
            members.append(
                ("headers", .object([("Retry-After", .object([("schema", wait)]))])))
        }
        let examples = kinds.map { ($0.rawValue, RefusalExamples.reference($0, as: route.errors)) }
        let content = JSON.object([
            ("schema", Shape.named(route.errors.bodyName).json(in: book, as: "")),
            ("examples", .object(examples)),
        ])
        members.append(("content", .object([(route.errors.mediaType, content)])))
        return .object(members)
    }
}

extension Operation {
    /// What a form's example sends, as far as it is text: a file is told by its name.
    fileprivate func formExample(of form: Shape) -> JSON? {
        guard !example.form.isEmpty else { return nil }
        var members: [(String, JSON)] = []
        for part in example.form {
            guard let equals = part.firstIndex(of: "=") else { continue }
            let name = String(part[..<equals]).replacing("[]", with: "")
            let value = JSON.string(String(part[part.index(after: equals)...]))
            let shape = form.members.first { $0.name == name }?.shape
            let isList = if case .list = shape?.kind { true } else { false }
            members.append((name, isList ? .array([value]) : value))
        }
        return .object(members)
    }
}

extension Operation.Parameter {
    func json(in book: SchemaBook) -> JSON {
        .object([
            ("name", .string(name)), ("in", .string(place.rawValue)),
            ("required", .bool(isRequired)), ("schema", shape.json(in: book, as: "")),
        ])
    }
}

extension Operation.Answer {
    fileprivate func json(in book: SchemaBook, as name: String) -> JSON {
        var members: [(String, JSON)] = [("description", .string(note))]
        if !headers.isEmpty {
            members.append(
                (
                    "headers",
                    .object(headers.map { ($0.name, .object([("schema", $0.shape.json)])) })
                ))
        }
        if !contents.isEmpty {
            let media = contents.map { type, shape in (type, Self.media(type, shape, book, name)) }
            members.append(("content", .object(media)))
        }
        if !links.isEmpty {
            members.append(("links", .object(links.map { ($0.name, $0.json) })))
        }
        return .object(members)
    }

    private static func media(
        _ type: String, _ shape: Shape, _ book: SchemaBook, _ name: String
    ) -> JSON {
        guard type.hasSuffix("json") else {
            return .object([("schema", shape.json(in: book, as: name + "Event"))])
        }
        return .object([
            ("schema", shape.reference(in: book, as: name + "Response", lifting: true)),
            ("example", shape.example()),
        ])
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
