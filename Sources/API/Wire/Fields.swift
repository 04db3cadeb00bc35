import FoundationEssentials
import Gateway
import Units

/// The members of a JSON object or the fields of a form, read one by one; each refusal names the
/// field, what came and what is accepted.
struct Fields: Sendable {
    /// Where members are looked for, the first that has one winning.
    private let layers: [Layer]
    private let hasForm: Bool
    /// What was taken out of the body while it came, by the word left in its place.
    let spooled: [String: SpooledFile]

    /// One object.
    private enum Layer: Sendable {
        case json([String: JSONValue])
        case form(Form)
    }

    /// Reads a body, or refuses what is no JSON object, saying where.
    init(json bytes: [UInt8], spooled: [String: SpooledFile] = [:]) throws(Refusal) {
        self.init(members: try Self.members(of: bytes), spooled: spooled)
    }

    init(members: [String: JSONValue], spooled: [String: SpooledFile]) {
        layers = [.json(members)]
        hasForm = false
        self.spooled = spooled
    }

    /// The members of a body, or the refusal that says what is wrong with it and where.
    static func members(of bytes: [UInt8]) throws(Refusal) -> [String: JSONValue] {
        guard !bytes.isEmpty else {
            throw Refusal(.malformedBody, "The request needs a body of JSON.")
        }
        let read: JSONValue
        do throws(JSONFault) {
            read = try JSONReader.read(bytes, .strict)
        } catch {
            throw Refusal(
                .malformedBody,
                error.isAboutContent
                    ? "The body cannot be taken: \(error.words)."
                    : "The body is not valid JSON: \(error.words).",
                field: error.isAboutContent && !error.path.isEmpty ? error.path : nil)
        }
        guard case .object(let members) = read else {
            throw Refusal(.malformedBody, "The body must be a JSON object.")
        }
        return members
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

    /// The members' names; a form's without brackets.
    var names: [String] {
        layers.flatMap { layer in
            switch layer {
            case .json(let members): Array(members.keys)
            case .form(let form): form.names
            }
        }
    }

    private func layer(with name: String) -> Layer? {
        layers.first { layer in
            switch layer {
            case .json(let members): members[name] != nil
            case .form(let form): form.contains(name)
            }
        }
    }

    /// What a member holds, where it came as JSON; nil when it is absent or null.
    func value(_ name: String) -> JSONValue? {
        guard case .json(let members) = layer(with: name), let value = members[name],
            value != .null
        else { return nil }
        return value
    }

    /// The form that has a field.
    func form(with name: String) -> Form? {
        // Nearly every body is JSON, and shall not look each member up twice.
        guard hasForm, case .form(let form) = layer(with: name) else { return nil }
        return form
    }

    /// Refuses a member that is none of `known`; `parent` is where this object stands.
    func refuseUnknown(beyond known: Set<String>, of parent: String? = nil) throws(Refusal) {
        for name in names.sorted() where !known.contains(name) {
            let path = (parent.map { $0 + "." } ?? "") + name.prefix(100)
            throw Refusal(.unknownParameter, "Unknown parameter: '\(path)'.", field: path)
        }
    }

    /// Refuses members that another dialect has and this one has not.
    func refuse(_ foreign: [String]) throws(Refusal) {
        for name in foreign where has(name) {
            throw Refusal(
                .unknownParameter, "Unknown parameter: '\(name)'. This path does not take it.",
                field: name)
        }
    }

    /// A text; nil when the member is absent or null.
    func string(_ name: String) throws(Refusal) -> String? {
        let text: String? =
            if let form = form(with: name) {
                try form.text(name)
            } else {
                try value(name, "a string") { $0.text }
            }
        if let text { try refusePicture(text, name) }
        if let text { try Self.refuseNUL(in: text, name) }
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
                try value(name, "an integer") { $0.integer }
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
        return try value(name, "a number") { $0.decimal }
    }

    /// True or false; nil when the member is absent or null.
    func boolean(_ name: String) throws(Refusal) -> Bool? {
        if let form = form(with: name) { return try form.boolean(name) }
        return try value(name, "true or false") { $0.flag }
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
        value(name) != nil || form(with: name) != nil
    }

    /// Refuses a text that PostgreSQL cannot keep; no prompt or name needs the character.
    static func refuseNUL(in text: String, _ name: String) throws(Refusal) {
        guard text.utf8.contains(0) else { return }
        throw Refusal(
            .invalidValue, "'\(name)' must not contain the character U+0000.", field: name)
    }

    /// Refuses a picture where a text belongs.
    func refusePicture(_ text: String, _ name: String) throws(Refusal) {
        guard !spooled.isEmpty, spooled[text] != nil else { return }
        throw Refusal(
            .invalidValue, "'\(name)' must be a text, not a picture (data:image/…).", field: name)
    }

    /// What `read` makes of a member, which is `accepted`; nil when the member is absent or null.
    func value<Value>(
        _ name: String, _ accepted: String, _ read: (JSONValue) throws(Refusal) -> Value?
    ) throws(Refusal) -> Value? {
        guard let value = value(name) else { return nil }
        if let read = try read(value) { return read }
        throw Refusal(.invalidValue, "'\(name)' must be \(accepted).", field: name)
    }
}

extension JSONValue {
    fileprivate var flag: Bool? {
        guard case .bool(let flag) = self else { return nil }
        return flag
    }

    /// Any whole number that can be counted with.
    fileprivate var integer: Int? { decimal.flatMap { Int("\($0)") } }
}
