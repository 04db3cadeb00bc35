import Providers
import Units

/// Members that hold others: lists and objects. In a form they are repeated fields, `name[key]`, or
/// JSON as a text.
extension Fields {
    /// A list of texts; nil when the member is absent or null.
    func strings(_ name: String) throws(Refusal) -> [String]? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "[") else { return try form.texts(name) }
            return try whole.strings(name)
        }
        let texts = try value(name, as: [String].self, "an array of strings")
        for text in texts ?? [] { try refusePicture(text, name) }
        return texts
    }

    /// An object within this one; nil when the member is absent or null.
    func object(_ name: String) throws(Refusal) -> Fields? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "{") else { return try form.object(name) }
            return try whole.object(name)
        }
        return try value(name, as: Fields.self, "an object")
    }

    /// A list of objects; nil when the member is absent or null.
    func objects(_ name: String) throws(Refusal) -> [Fields]? {
        if let form = form(with: name) {
            return try form.wholeJSON(name, "[", "an array of objects").objects(name)
        }
        return try value(name, as: [Fields].self, "an array of objects")
    }

    /// A text or an object; nil when the member is absent or null.
    func textOrFields(_ name: String) throws(Refusal) -> TextOrFields? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "{") else {
                return try form.text(name).map(TextOrFields.text)
            }
            return try whole.textOrFields(name)
        }
        let item = try value(name, as: TextOrFields.self, "a string or an object")
        if case .text(let text) = item { try refusePicture(text, name) }
        return item
    }

    /// An object whose members are somebody else's to understand; nil when absent or null.
    func foreign(_ name: String) throws(Refusal) -> [String: JSONValue]? {
        if let form = form(with: name) {
            return try form.wholeJSON(name, "{", "an object").foreign(name)
        }
        return try value(name, as: [String: JSONValue].self, "an object")
    }

    /// Texts by name; nil when the member is absent or null.
    func texts(_ name: String) throws(Refusal) -> [String: String]? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "{") else { return try form.textsByName(name) }
            return try whole.texts(name)
        }
        let texts = try value(name, as: [String: String].self, "an object of strings")
        for (_, text) in texts ?? [:] { try refusePicture(text, name) }
        return texts
    }

    /// A list of texts or objects; nil when the member is absent or null.
    func items(_ name: String) throws(Refusal) -> [TextOrFields]? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "[") else {
                return try form.texts(name).map(TextOrFields.text)
            }
            return try whole.items(name)
        }
        let items = try value(name, as: [TextOrFields].self, "an array of strings or objects")
        for case .text(let text) in items ?? [] { try refusePicture(text, name) }
        return items
    }

    /// What may be written as a text alone, or in full.
    enum TextOrFields: Decodable {
        case text(String)
        case fields(Fields)

        init(from decoder: any Decoder) throws {
            // What is not a text alone has to be written in full.
            let text = try? decoder.singleValueContainer().decode(String.self)
            self = if let text { .text(text) } else { .fields(try Fields(from: decoder)) }
        }
    }
}
