import FoundationEssentials
import Providers
import Units

/// The members of a JSON object, read one by one; each refusal names the field, what came and
/// what is accepted.
struct Fields: Decodable {
    /// Where members are looked for, the first that has one winning.
    private let layers: [KeyedDecodingContainer<Name>]

    /// Reads a body, or refuses what is no JSON object.
    init(json bytes: [UInt8]) throws(Refusal) {
        guard !bytes.isEmpty else {
            throw Refusal(.malformedBody, "The request needs a body of JSON.")
        }
        do {
            self = try JSONDecoder().decode(Fields.self, from: Data(bytes))
        } catch DecodingError.typeMismatch {
            throw Refusal(.malformedBody, "The body must be a JSON object.")
        } catch {
            throw Refusal(.malformedBody, "The body is not valid JSON.")
        }
    }

    init(from decoder: any Decoder) throws {
        layers = [try decoder.container(keyedBy: Name.self)]
    }

    private init(layers: [KeyedDecodingContainer<Name>]) {
        self.layers = layers
    }

    /// These members, and those of `base` that are not among them.
    func over(_ base: Fields) -> Fields { Fields(layers: layers + base.layers) }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The members' names.
    var names: [String] { layers.flatMap { $0.allKeys.map(\.stringValue) } }

    private func layer(with name: Name) -> KeyedDecodingContainer<Name>? {
        layers.first { $0.contains(name) }
    }

    /// Refuses a member that is none of `known`.
    func refuseUnknown(beyond known: Set<String>) throws(Refusal) {
        for name in names.sorted() where !known.contains(name) {
            throw Refusal(
                .unknownParameter, "Unknown parameter: '\(name.prefix(100))'.",
                field: String(name.prefix(100)))
        }
    }

    /// A text; nil when the member is absent or null.
    func string(_ name: String) throws(Refusal) -> String? {
        let text = try value(name, as: String.self, "a string")
        // PostgreSQL keeps no text with a NUL, and no prompt or name needs one.
        if text?.utf8.contains(0) == true {
            throw Refusal(
                .invalidValue, "Invalid '\(name)': it contains the character U+0000.", field: name)
        }
        return text
    }

    /// A text that must be there.
    func requiredString(_ name: String) throws(Refusal) -> String {
        guard let text = try string(name) else {
            throw Refusal(
                .missingParameter, "Missing required parameter: '\(name)'.", field: name)
        }
        return text
    }

    /// A whole number within `range`; nil when the member is absent or null.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let number = try value(name, as: Int.self, "an integer") else { return nil }
        guard range.contains(number) else {
            throw Refusal(
                .invalidValue,
                "Invalid '\(name)': \(number). Accepted: \(range.lowerBound) to "
                    + "\(range.upperBound).", field: name)
        }
        return number
    }

    /// A number; nil when the member is absent or null.
    func decimal(_ name: String) throws(Refusal) -> Decimal? {
        try value(name, as: Decimal.self, "a number")
    }

    /// True or false; nil when the member is absent or null.
    func boolean(_ name: String) throws(Refusal) -> Bool? {
        try value(name, as: Bool.self, "true or false")
    }

    /// One of `words`; nil when the member is absent or null.
    func word(_ name: String, of words: [String]) throws(Refusal) -> String? {
        guard let word = try string(name) else { return nil }
        guard words.contains(word) else { throw Self.notOne(of: words, name, word) }
        return word
    }

    /// The refusal of a word that is none of `words`.
    static func notOne(of words: [String], _ name: String, _ word: String) -> Refusal {
        Refusal(
            .invalidValue,
            "Invalid value: '\(word.prefix(100))'. Supported values for '\(name)' are: "
                + words.map { "'\($0)'" }.joined(separator: ", ") + ".", field: name)
    }

    /// Whether the member is there and not null.
    func has(_ name: String) -> Bool {
        let key = Name(stringValue: name)
        guard let layer = layer(with: key) else { return false }
        // Unreadable means there: whoever reads it will say what is wrong.
        return (try? layer.decodeNil(forKey: key)) != true
    }

    /// A list of texts; nil when the member is absent or null.
    func strings(_ name: String) throws(Refusal) -> [String]? {
        try value(name, as: [String].self, "an array of strings")
    }

    /// An object within this one; nil when the member is absent or null.
    func object(_ name: String) throws(Refusal) -> Fields? {
        try value(name, as: Fields.self, "an object")
    }

    /// A list of objects; nil when the member is absent or null.
    func objects(_ name: String) throws(Refusal) -> [Fields]? {
        try value(name, as: [Fields].self, "an array of objects")
    }

    /// A text or an object; nil when the member is absent or null.
    func textOrFields(_ name: String) throws(Refusal) -> TextOrFields? {
        try value(name, as: TextOrFields.self, "a string or an object")
    }

    /// An object whose members are somebody else's to understand; nil when absent or null.
    func foreign(_ name: String) throws(Refusal) -> [String: JSONValue]? {
        try value(name, as: [String: JSONValue].self, "an object")
    }

    /// Texts by name; nil when the member is absent or null.
    func texts(_ name: String) throws(Refusal) -> [String: String]? {
        try value(name, as: [String: String].self, "an object of strings")
    }

    /// A list of texts or objects; nil when the member is absent or null.
    func items(_ name: String) throws(Refusal) -> [TextOrFields]? {
        try value(name, as: [TextOrFields].self, "an array of strings or objects")
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

    private func value<Value: Decodable>(
        _ name: String, as type: Value.Type, _ accepted: String
    ) throws(Refusal) -> Value? {
        do {
            let key = Name(stringValue: name)
            return try layer(with: key)?.decodeIfPresent(type, forKey: key)
        } catch {
            let came = kind(of: name)
            let isOfThatKind = accepted.hasPrefix(came)
            throw Refusal(
                .invalidValue,
                isOfThatKind
                    ? "Invalid '\(name)': \(accepted) is expected, and one of its items is none."
                    : "Invalid type for '\(name)': \(accepted) is expected, \(came) came.",
                field: name)
        }
    }

    /// What a member holds, in a word, for a refusal.
    private func kind(of name: String) -> String {
        let key = Name(stringValue: name)
        guard let container = layer(with: key) else { return "nothing" }
        // What it is not fails to be read as such.
        if (try? container.decode(String.self, forKey: key)) != nil { return "a string" }
        if (try? container.decode(Bool.self, forKey: key)) != nil { return "a boolean" }
        if (try? container.decode(Double.self, forKey: key)) != nil { return "a number" }
        if (try? container.nestedUnkeyedContainer(forKey: key)) != nil { return "an array" }
        return "an object"
    }
}
