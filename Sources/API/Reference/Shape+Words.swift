import Units

extension Shape {
    /// What it is, in a few words for people: `integer, 1 to 10, or null`.
    var inWords: String {
        ([name] + limits + (isNullable ? ["or null"] : [])).joined(separator: ", ")
    }

    /// Objects are told by their members, which stand below.
    private var name: String {
        switch kind {
        case .text:
            words.isEmpty ? formatInWords : words.map { "\"\($0)\"" }.joined(separator: " | ")
        case .integer: "integer"
        case .number: "number"
        case .boolean: "true or false"
        case .anything: "anything"
        case .bytes: "a picture's bytes"
        case .json(let shape): "JSON of " + shape.inWords
        case .object: "object"
        case .map(let value): "object of " + value.plural
        case .list(let item): "list of " + item.plural
        case .either(let shapes): shapes.map(\.inWords).joined(separator: "; or ")
        case .named(let name): name
        }
    }

    private var formatInWords: String {
        switch format {
        case "uuid": "UUID"
        case "date": "day (ISO 8601)"
        case "date-time": "time (ISO 8601)"
        case "uri": "URL"
        default: "text"
        }
    }

    /// `texts`, after "list of".
    private var plural: String {
        switch kind {
        case .text where words.isEmpty: formatInWords == "text" ? "texts" : formatInWords + "s"
        case .integer, .number, .object: inWords + "s"
        case .boolean: "true or false"
        case .anything: "anything"
        case .bytes: "pictures"
        case .text, .map, .list, .either, .named, .json: inWords
        }
    }

    private var limits: [String] {
        let unit: String =
            switch kind {
            case .text: " characters"
            case .list: " items"
            case .map: " members"
            default: ""
            }
        switch (least, most) {
        case (nil, nil): return []
        case (let least?, nil): return ["at least \(least)\(unit)"]
        case (nil, let most?): return ["up to \(most)\(unit)"]
        case (let least?, let most?): return ["\(least) to \(most)\(unit)"]
        }
    }

    /// The members of an object, or of the objects in a list; none of anything else.
    var members: [Member] {
        switch kind {
        case .object(let members, _): members
        case .list(let item): item.members
        case .either(let shapes): shapes.first { !$0.members.isEmpty }?.members ?? []
        default: []
        }
    }

    /// The names of shapes that it mentions.
    var mentioned: [String] {
        switch kind {
        case .named(let name): [name]
        case .object(let members, _): members.flatMap(\.shape.mentioned)
        case .map(let shape), .list(let shape), .json(let shape): shape.mentioned
        case .either(let shapes): shapes.flatMap(\.mentioned)
        default: []
        }
    }
}
