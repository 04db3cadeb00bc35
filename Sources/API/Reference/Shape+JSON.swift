import Units

extension Shape {
    /// As JSON Schema (2020-12).
    var json: JSON {
        var members = described
        if !note.isEmpty { members.append(("description", .string(note))) }
        if let standard { members.append(("default", standard)) }
        return .object(members)
    }

    private var described: [(String, JSON)] {
        switch kind {
        case .anything: return []
        case .named(let name):
            let reference = [("$ref", JSON.string("#/components/schemas/\(name)"))]
            return isNullable ? Self.orNull([.object(reference)]) : reference
        case .either(let shapes):
            let choices = shapes.map(\.json)
            return isNullable ? Self.orNull(choices) : [("anyOf", .array(choices))]
        case .text: return type("string") + texts
        case .bytes:
            // `format` for generated clients, which know a file by it.
            return type("string") + [
                ("format", .string("binary")), ("contentMediaType", .string("image/*")),
            ]
        case .json(let shape):
            return type("string") + [
                ("contentMediaType", .string("application/json")), ("contentSchema", shape.json),
            ]
        case .boolean: return type("boolean")
        case .integer: return type("integer") + bounds("minimum", "maximum")
        case .number: return type("number") + bounds("minimum", "maximum")
        case .list(let item):
            return type("array") + [("items", item.json)] + bounds("minItems", "maxItems")
        case .map(let value):
            return type("object") + [("additionalProperties", value.json)]
                + bounds("minProperties", "maxProperties")
                + (namesMost.map { [("propertyNames", .object([("maxLength", .int($0))]))] } ?? [])
        case .object(let members, let isClosed): return type("object") + object(members, isClosed)
        }
    }

    private static func orNull(_ choices: [JSON]) -> [(String, JSON)] {
        [("anyOf", .array(choices + [.object([("type", .string("null"))])]))]
    }

    private func type(_ name: String) -> [(String, JSON)] {
        [("type", isNullable ? .array([.string(name), .string("null")]) : .string(name))]
    }

    private var texts: [(String, JSON)] {
        var members = bounds("minLength", "maxLength")
        if words.count == 1, !isNullable {
            members.append(("const", .string(words[0])))
        } else if !words.isEmpty {
            members.append(
                ("enum", .array(words.map(JSON.string) + (isNullable ? [.null] : []))))
        }
        if let pattern { members.append(("pattern", .string(pattern))) }
        if let format { members.append(("format", .string(format))) }
        return members
    }

    private func bounds(_ low: String, _ high: String) -> [(String, JSON)] {
        (least.map { [(low, JSON.int($0))] } ?? []) + (most.map { [(high, JSON.int($0))] } ?? [])
    }

    private static func needing(_ name: String) -> JSON {
        .object([("required", .array([.string(name)]))])
    }

    private func object(_ members: [Member], _ isClosed: Bool) -> [(String, JSON)] {
        let required = members.filter(\.isRequired).map { JSON.string($0.name) }
        return [("properties", .object(members.map { ($0.name, $0.shape.json) }))]
            + (required.isEmpty ? [] : [("required", .array(required))])
            + (isClosed ? [("additionalProperties", .bool(false))] : [])
            + (alternatives.isEmpty ? [] : [("anyOf", .array(alternatives.map(Self.needing)))])
    }
}
