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
        return try value(name, "an array of strings") { value throws(Refusal) in
            guard case .array(let items) = value else { return nil }
            var texts: [String] = []
            for item in items {
                guard let text = item.text else { return nil }
                texts.append(try plain(text, name))
            }
            return texts
        }
    }

    /// An object within this one; nil when the member is absent or null.
    func object(_ name: String) throws(Refusal) -> Fields? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "{") else { return try form.object(name) }
            return try whole.object(name)
        }
        return try value(name, "an object") { fields(of: $0) }
    }

    /// A list of objects; nil when the member is absent or null.
    func objects(_ name: String) throws(Refusal) -> [Fields]? {
        if let form = form(with: name) {
            return try form.wholeJSON(name, "[", "an array of objects").objects(name)
        }
        return try value(name, "an array of objects") { value in
            guard case .array(let items) = value else { return nil }
            let objects = items.compactMap { fields(of: $0) }
            return objects.count == items.count ? objects : nil
        }
    }

    /// A text or an object; nil when the member is absent or null.
    func textOrFields(_ name: String) throws(Refusal) -> TextOrFields? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "{") else {
                return try form.text(name).map(TextOrFields.text)
            }
            return try whole.textOrFields(name)
        }
        return try value(name, "a string or an object") { value throws(Refusal) in
            try plainItem(value, name)
        }
    }

    /// An object whose members are somebody else's to understand; nil when absent or null.
    func foreign(_ name: String) throws(Refusal) -> [String: JSONValue]? {
        if let form = form(with: name) {
            return try form.wholeJSON(name, "{", "an object").foreign(name)
        }
        return try value(name, "an object") { value throws(Refusal) in
            guard case .object(let members) = value else { return nil }
            guard !value.containsNUL else {
                throw Refusal(
                    .invalidValue, "Invalid '\(name)': it contains the character U+0000.",
                    field: name)
            }
            return members
        }
    }

    /// Texts by name; nil when the member is absent or null.
    func texts(_ name: String) throws(Refusal) -> [String: String]? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "{") else { return try form.textsByName(name) }
            return try whole.texts(name)
        }
        return try value(name, "an object of strings") { value throws(Refusal) in
            guard case .object(let members) = value else { return nil }
            var texts: [String: String] = [:]
            for (key, item) in members {
                guard let text = item.text else { return nil }
                texts[try plain(key, name)] = try plain(text, name)
            }
            return texts
        }
    }

    /// A list of texts or objects; nil when the member is absent or null.
    func items(_ name: String) throws(Refusal) -> [TextOrFields]? {
        if let form = form(with: name) {
            guard let whole = try form.json(name, "[") else {
                return try form.texts(name).map(TextOrFields.text)
            }
            return try whole.items(name)
        }
        return try value(name, "an array of strings or objects") { value throws(Refusal) in
            guard case .array(let items) = value else { return nil }
            var read: [TextOrFields] = []
            for item in items {
                guard let item = try plainItem(item, name) else { return nil }
                read.append(item)
            }
            return read
        }
    }

    /// What may be written as a text alone, or in full.
    enum TextOrFields {
        case text(String)
        case fields(Fields)
    }

    /// An object within this one.
    func fields(of value: JSONValue) -> Fields? {
        guard case .object(let members) = value else { return nil }
        return Fields(members: members, spooled: spooled)
    }

    /// A text or an object; nil for anything else.
    func textOrFields(of value: JSONValue) -> TextOrFields? {
        switch value {
        case .string(let text): .text(text)
        case .object: fields(of: value).map(TextOrFields.fields)
        case .null, .bool, .number, .array: nil
        }
    }

    private func plainItem(_ value: JSONValue, _ name: String) throws(Refusal) -> TextOrFields? {
        let item = textOrFields(of: value)
        if case .text(let text) = item { _ = try plain(text, name) }
        return item
    }

    /// A text that is neither a picture nor anything the database could not keep.
    func plain(_ text: String, _ name: String) throws(Refusal) -> String {
        try refusePicture(text, name)
        try Self.refuseNUL(in: text, name)
        return text
    }
}

extension JSONValue {
    /// Whether any text in it, names included, holds U+0000.
    fileprivate var containsNUL: Bool {
        switch self {
        case .null, .bool, .number: false
        case .string(let text): text.utf8.contains(0)
        case .array(let items): items.contains(where: \.containsNUL)
        case .object(let members):
            members.contains { $0.key.utf8.contains(0) || $0.value.containsNUL }
        }
    }
}
