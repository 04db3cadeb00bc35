public import FoundationEssentials

/// JSON that somebody else wrote: a vendor's answer, or a customer's options for a vendor.
public indirect enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    /// Exact: costs are among them.
    case number(Decimal)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Reads what a vendor answered, leniently; nil when it is no JSON.
    public init?(json bytes: [UInt8]) {
        // Whatever is wrong with it, it cannot be read.
        guard let read = try? JSONReader.read(bytes, .lenient) else { return nil }
        self = read
    }

    /// The member of an object; nil for anything else and where there is none.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The item of an array; nil for anything else and past its end.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let items) = self, items.indices.contains(index) else { return nil }
        return items[index]
    }

    public var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    public var decimal: Decimal? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    /// A whole number that can be counted with: nil for any other, and past 2⁵³, which no program that
    /// writes JSON is sure of, and past which sums could overflow.
    public var whole: Int? {
        decimal.flatMap { Int("\($0)") }.flatMap { $0.magnitude <= 1 << 53 ? $0 : nil }
    }

    public var items: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    /// The same without members that say nothing: null and texts that are empty or blank.
    ///
    /// Vendors fill members in that they have no value for, and `{"b64_json":"","url":"…"}` has one
    /// picture, not none. Empty lists and objects stay: that there is nothing in them is what they say.
    public var said: JSONValue {
        switch self {
        case .null, .bool, .number, .string: self
        case .array(let items): .array(items.map(\.said))
        case .object(let members):
            .object(
                members.compactMapValues { value in
                    let value = value.said
                    return value.isBlank ? nil : value
                })
        }
    }

    private var isBlank: Bool {
        switch self {
        case .null: true
        case .bool, .number, .array, .object: false
        case .string(let text):
            text.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
        }
    }

    /// Whether the member `name` says anything: an empty list or object, false and zero do not.
    public func tells(_ name: String) -> Bool {
        switch self[name] {
        case nil, .null, .bool(false), .number(0): false
        case .bool, .number, .string: true
        case .array(let items): !items.isEmpty
        case .object(let members): !members.isEmpty
        }
    }

    /// The members of an object; none of anything else.
    public var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }

    /// The same, to be written; members in the order of their names.
    public var json: JSON {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let number): .number("\(number)")
        case .string(let text): .string(text)
        case .array(let items): .array(items.map(\.json))
        case .object(let members):
            .object(Self.inOrder(members).map { ($0.key, $0.value.json) })
        }
    }

    /// By the bytes of their names: comparing texts as texts means normalising them.
    private static func inOrder(
        _ members: [String: JSONValue]
    ) -> [(key: String, value: JSONValue)] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}
