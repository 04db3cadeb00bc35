import FoundationEssentials
import Gateway
import Units

/// The fields of a form in the order they came: texts in memory, files on disk.
///
/// A field without content is absent. `name`, `name[]` and `name[0]` are one list; `name[key]` is a
/// member of an object.
struct Form: Sendable {
    /// One part.
    struct Part: Sendable {
        let name: String
        let content: Content

        enum Content: Sendable {
            case text(String)
            case file(SpooledFile)
        }
    }

    private let parts: [Part]

    init(_ parts: [Part]) {
        self.parts = parts.filter { part in
            if case .text("") = part.content { false } else { true }
        }
    }

    /// Without brackets, each once.
    var names: [String] { Set(parts.map { String(Self.base(of: $0.name)) }).sorted() }

    func contains(_ name: String) -> Bool {
        parts.contains { $0.name == name || Self.base(of: $0.name) == name }
    }

    /// Everything in the list `name`.
    func list(_ name: String) -> [Part] {
        parts.filter { part in
            guard part.name != name else { return true }
            guard let key = Self.key(in: part.name, of: name) else { return false }
            return key.rest.isEmpty && key.name.utf8.allSatisfy { (0x30...0x39).contains($0) }
        }
    }

    /// The texts of the list `name`.
    func texts(_ name: String) throws(Refusal) -> [String] {
        try list(name).map { part throws(Refusal) in try text(of: part) }
    }

    /// The one text called `name`.
    func text(_ name: String) throws(Refusal) -> String? {
        let all = list(name)
        guard all.count <= 1 else {
            throw Refusal(
                .invalidValue, "'\(name)' must be sent once, not \(all.count) times.",
                field: name)
        }
        return try all.first.map { part throws(Refusal) in try text(of: part) }
    }

    func integer(_ name: String) throws(Refusal) -> Int? {
        guard let text = try text(name) else { return nil }
        guard let number = Int(text) else {
            throw Self.mustBe(name, "an integer, not '\(text.prefix(40))'")
        }
        return number
    }

    func decimal(_ name: String) throws(Refusal) -> Decimal? {
        guard let text = try text(name) else { return nil }
        // Read as JSON reads it, which does not stop at the first character that is no digit.
        guard case .number(let number)? = try? JSONReader.read(Array(text.utf8), .strict) else {
            throw Self.mustBe(name, "a number, not '\(text.prefix(40))'")
        }
        return number
    }

    func boolean(_ name: String) throws(Refusal) -> Bool? {
        guard let text = try text(name) else { return nil }
        switch text.lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default:
            throw Self.mustBe(name, "true or false, not '\(text.prefix(40))'")
        }
    }

    /// The member `name` of a JSON object made of it, where its text begins with `bracket`.
    func json(_ name: String, _ bracket: Character) throws(Refusal) -> Fields? {
        let all = list(name)
        guard all.count == 1, case .text(let text) = all[0].content,
            text.drop(while: \.isWhitespace).first == bracket
        else { return nil }
        do throws(JSONFault) {
            let value = try JSONReader.read(Array(text.utf8), .strict)
            return Fields(members: [name: value], spooled: [:])
        } catch {
            throw Refusal(
                .invalidValue, "The text of '\(name)' is not valid JSON: \(error.words).",
                field: name)
        }
    }

    /// The same where no other form is accepted.
    func wholeJSON(
        _ name: String, _ bracket: Character, _ accepted: String
    ) throws(Refusal) -> Fields {
        guard let fields = try json(name, bracket) else {
            throw Self.mustBe(name, "\(accepted), written as JSON")
        }
        return fields
    }

    /// What came as `name[key]`.
    func object(_ name: String) throws(Refusal) -> Fields { Fields(form: Form(try members(name))) }

    func textsByName(_ name: String) throws(Refusal) -> [String: String] {
        var texts: [String: String] = [:]
        for part in try members(name) {
            guard texts.updateValue(try text(of: part), forKey: part.name) == nil else {
                throw Refusal(
                    .invalidValue, "'\(name)' has '\(part.name.prefix(100))' twice.",
                    field: name)
            }
        }
        return texts
    }

    /// What came as `name[key]`, called `key`.
    private func members(_ name: String) throws(Refusal) -> [Part] {
        var members: [Part] = []
        for part in parts where part.name == name || Self.base(of: part.name) == name {
            guard let key = Self.key(in: part.name, of: name), !key.name.isEmpty else {
                throw Self.mustBe(
                    name, "an object, as '\(name)[key]' or written as JSON")
            }
            members.append(Part(name: key.name + key.rest, content: part.content))
        }
        return members
    }

    private func text(of part: Part) throws(Refusal) -> String {
        guard case .text(let text) = part.content else {
            throw Self.mustBe(part.name, "a text, not a file")
        }
        return text
    }

    private static func mustBe(_ name: String, _ accepted: String) -> Refusal {
        Refusal(.invalidValue, "'\(name)' must be \(accepted).", field: name)
    }

    /// All before the first bracket.
    static func base(of name: String) -> Substring { name.prefix { $0 != "[" } }

    /// `key` and what follows it in `name[key]…`.
    private static func key(in text: String, of name: String) -> (name: String, rest: String)? {
        guard text.hasPrefix("\(name)[") else { return nil }
        let inner = text.dropFirst(name.count + 1)
        guard let end = inner.firstIndex(of: "]") else { return nil }
        return (String(inner[..<end]), String(inner[inner.index(after: end)...]))
    }
}
