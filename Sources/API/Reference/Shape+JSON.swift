import Units

extension Shape {
    /// As JSON Schema (2020-12) by itself.
    var json: JSON { json(in: SchemaBook([]), as: "") }

    /// The same in a document, where the objects within it have names that begin with `name`.
    func json(in book: SchemaBook, as name: String) -> JSON {
        var members = described(in: book, as: name)
        if !note.isEmpty { members.append(("description", .string(note))) }
        if let standard { members.append(("default", standard)) }
        return .object(members)
    }

    /// A reference to it where generated clients make a type of it: an object, and when `lifting` one of
    /// several things. Else the schema itself.
    ///
    /// Lists of words stay where they are: clients in Go would call words of several lists the same.
    func reference(in book: SchemaBook, as name: String, lifting: Bool = false) -> JSON {
        switch kind {
        case .object: break
        case .either where lifting: break
        default: return json(in: book, as: title ?? name)
        }
        var bare = self
        bare.isNullable = false
        let own = title ?? name
        let reference = JSON.object([
            Self.reference(to: book.add(bare.json(in: book, as: own), as: own))
        ])
        return isNullable ? .object(Self.orNull([reference])) : reference
    }

    private static func reference(to name: String) -> (String, JSON) {
        ("$ref", .string("#/components/schemas/\(name)"))
    }

    private func described(in book: SchemaBook, as name: String) -> [(String, JSON)] {
        switch kind {
        case .anything: return []
        case .named(let other):
            let reference = [Self.reference(to: other)]
            return isNullable ? Self.orNull([.object(reference)]) : reference
        case .either(let shapes):
            let objects = shapes.count { $0.isObject }
            let choices = shapes.enumerated().map { index, shape in
                shape.reference(in: book, as: objects > 1 ? "\(name)Option\(index + 1)" : name)
            }
            return isNullable ? Self.orNull(choices) : [("anyOf", .array(choices))]
        case .text where isNullable && !words.isEmpty:
            // Not as one more word: clients in Go do not compile with that and a default.
            return Self.orNull([.object([("type", .string("string"))] + texts)])
        case .text: return type("string") + texts
        case .bytes:
            // `format` for generated clients, which know a file by it.
            return type("string") + [
                ("format", .string("binary")), ("contentMediaType", .string("image/*")),
            ]
        case .json(let shape):
            return type("string") + [
                ("contentMediaType", .string("application/json")),
                ("contentSchema", shape.json(in: book, as: name)),
            ]
        case .boolean: return type("boolean")
        case .integer:
            // Without a format clients take 32 bits, which a time in milliseconds does not fit.
            let isSmall = (least ?? -1) >= 0 && (most ?? .max) <= Int(Int32.max)
            return type("integer") + [("format", .string(isSmall ? "int32" : "int64"))]
                + bounds("minimum", "maximum")
        case .number:
            return type("number") + [("format", .string("double"))] + bounds("minimum", "maximum")
        case .list(let item):
            return type("array") + [("items", item.reference(in: book, as: "\(name)Item"))]
                + bounds("minItems", "maxItems")
        case .map(let value):
            return type("object")
                + [("additionalProperties", value.reference(in: book, as: "\(name)Value"))]
                + bounds("minProperties", "maxProperties")
                + (namesMost.map { [("propertyNames", .object([("maxLength", .int($0))]))] } ?? [])
        case .object(let members, let isClosed):
            return type("object") + object(members, isClosed, in: book, as: name)
        }
    }

    private var isObject: Bool {
        if case .object = kind { true } else { false }
    }

    private static func orNull(_ choices: [JSON]) -> [(String, JSON)] {
        [("anyOf", .array(choices + [.object([("type", .string("null"))])]))]
    }

    private func type(_ name: String) -> [(String, JSON)] {
        [("type", isNullable ? .array([.string(name), .string("null")]) : .string(name))]
    }

    private var texts: [(String, JSON)] {
        var members = bounds("minLength", "maxLength")
        if words.count == 1 {
            members.append(("const", .string(words[0])))
        } else if !words.isEmpty {
            members.append(("enum", .array(words.map(JSON.string))))
        }
        if let pattern { members.append(("pattern", .string(pattern))) }
        if let format { members.append(("format", .string(format))) }
        return members
    }

    private func bounds(_ low: String, _ high: String) -> [(String, JSON)] {
        (least.map { [(low, JSON.int($0))] } ?? []) + (most.map { [(high, JSON.int($0))] } ?? [])
    }

    /// One of `alternatives` at least. Not as `anyOf`, of which generated clients make a type without
    /// members: who has not the first must have the second.
    private var needs: [(String, JSON)] {
        guard alternatives.count == 2 else { return [] }
        let needs = alternatives.map { JSON.object([("required", .array([.string($0)]))]) }
        return [("if", .object([("not", needs[0])])), ("then", needs[1])]
    }

    private func object(
        _ members: [Member], _ isClosed: Bool, in book: SchemaBook, as name: String
    ) -> [(String, JSON)] {
        let required = members.filter(\.isRequired).map { JSON.string($0.name) }
        let properties = members.map { member in
            (member.name, member.shape.reference(in: book, as: name + member.name.inTypeName))
        }
        return [("properties", .object(properties))]
            + (required.isEmpty ? [] : [("required", .array(required))])
            // Said aloud: clients in Go refuse a member that is not described, unless it may be.
            + [("additionalProperties", .bool(!isClosed))]
            + needs
    }
}

extension String {
    /// `input_tokens_details` as a part of a type's name: `InputTokensDetails`.
    var inTypeName: String {
        split { !$0.isLetter && !$0.isNumber }.map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined()
    }
}
