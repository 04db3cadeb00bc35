import FoundationEssentials
import Gateway
import Units

/// The members of a JSON object or the fields of a form, read one by one; each refusal names the
/// field, what came and what is accepted.
struct Fields: Decodable {
    /// Where members are looked for, the first that has one winning.
    private let layers: [Layer]
    private let hasForm: Bool
    /// What was taken out of the body while it came, by the word left in its place.
    let spooled: [String: SpooledFile]

    /// One object.
    private enum Layer {
        case json(KeyedDecodingContainer<Name>)
        case form(Form)
    }

    /// Reads a body, or refuses what is no JSON object.
    init(json bytes: [UInt8], spooled: [String: SpooledFile] = [:]) throws(Refusal) {
        guard !bytes.isEmpty else {
            throw Refusal(.malformedBody, "The request needs a body of JSON.")
        }
        do {
            let decoder = JSONDecoder()
            if !spooled.isEmpty, let key = Self.spooledKey { decoder.userInfo[key] = spooled }
            self = try decoder.decode(Fields.self, from: Data(bytes))
        } catch DecodingError.typeMismatch {
            throw Refusal(.malformedBody, "The body must be a JSON object.")
        } catch {
            throw Refusal(.malformedBody, "The body is not valid JSON.")
        }
    }

    /// How objects within the body come to know what was taken out of it.
    private static let spooledKey = CodingUserInfoKey(rawValue: "spooled")

    init(from decoder: any Decoder) throws {
        hasForm = false
        layers = [.json(try decoder.container(keyedBy: Name.self))]
        spooled = Self.spooledKey.flatMap { decoder.userInfo[$0] as? [String: SpooledFile] } ?? [:]
    }

    init(form: Form) {
        layers = [.form(form)]
        hasForm = true
        spooled = [:]
    }

    private init(layers: [Layer], hasForm: Bool, spooled: [String: SpooledFile]) {
        self.layers = layers
        self.hasForm = hasForm
        self.spooled = spooled
    }

    /// These members, and those of `base` that are not among them.
    func over(_ base: Fields) -> Fields {
        Fields(
            layers: layers + base.layers, hasForm: hasForm || base.hasForm,
            spooled: spooled.merging(base.spooled, uniquingKeysWith: { own, _ in own }))
    }

    struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The members' names; a form's without brackets.
    var names: [String] {
        layers.flatMap { layer in
            switch layer {
            case .json(let members): members.allKeys.map(\.stringValue)
            case .form(let form): form.names
            }
        }
    }

    private func layer(with name: String) -> Layer? {
        layers.first { layer in
            switch layer {
            case .json(let members): members.contains(Name(stringValue: name))
            case .form(let form): form.contains(name)
            }
        }
    }

    /// The object that has a member, where it came as JSON.
    private func members(with name: String) -> KeyedDecodingContainer<Name>? {
        guard case .json(let members) = layer(with: name) else { return nil }
        return members
    }

    /// The form that has a field.
    func form(with name: String) -> Form? {
        // Nearly every body is JSON, and shall not look each member up twice.
        guard hasForm, case .form(let form) = layer(with: name) else { return nil }
        return form
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
        let text: String? =
            if let form = form(with: name) {
                try form.text(name)
            } else {
                try value(name, as: String.self, "a string")
            }
        if let text { try refusePicture(text, name) }
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
        let number: Int? =
            if let form = form(with: name) {
                try form.integer(name)
            } else {
                try value(name, as: Int.self, "an integer")
            }
        guard let number else { return nil }
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
        if let form = form(with: name) { return try form.decimal(name) }
        return try value(name, as: Decimal.self, "a number")
    }

    /// True or false; nil when the member is absent or null.
    func boolean(_ name: String) throws(Refusal) -> Bool? {
        if let form = form(with: name) { return try form.boolean(name) }
        return try value(name, as: Bool.self, "true or false")
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
        guard let members = members(with: name) else { return form(with: name) != nil }
        // Unreadable means there: whoever reads it will say what is wrong.
        return (try? members.decodeNil(forKey: Name(stringValue: name))) != true
    }

    /// Refuses a picture where a text belongs.
    func refusePicture(_ text: String, _ name: String) throws(Refusal) {
        guard !spooled.isEmpty, spooled[text] != nil else { return }
        throw Refusal(
            .invalidValue, "Invalid '\(name)': a text is expected, a picture (data:image/…) came.",
            field: name)
    }

    func value<Value: Decodable>(
        _ name: String, as type: Value.Type, _ accepted: String
    ) throws(Refusal) -> Value? {
        do {
            return try members(with: name)?.decodeIfPresent(type, forKey: Name(stringValue: name))
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
        guard let container = members(with: name) else { return "nothing" }
        // What it is not fails to be read as such.
        if (try? container.decode(String.self, forKey: key)) != nil { return "a string" }
        if (try? container.decode(Bool.self, forKey: key)) != nil { return "a boolean" }
        if (try? container.decode(Double.self, forKey: key)) != nil { return "a number" }
        if (try? container.nestedUnkeyedContainer(forKey: key)) != nil { return "an array" }
        return "an object"
    }
}
