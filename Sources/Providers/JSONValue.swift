public import FoundationEssentials
public import Units

/// JSON that somebody else wrote: a vendor's answer, or a customer's options for a vendor.
public indirect enum JSONValue: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    /// Exact: costs are among them.
    case number(Decimal)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard !container.decodeNil() else {
            self = .null
            return
        }
        // Each kind fails to be read as any other.
        let plain =
            (try? container.decode(Bool.self)).map(JSONValue.bool)
            ?? (try? container.decode(Decimal.self)).map(JSONValue.number)
            ?? (try? container.decode(String.self)).map(JSONValue.string)
            ?? (try? container.decode([JSONValue].self)).map(JSONValue.array)
        self = try plain ?? .object(container.decode([String: JSONValue].self))
    }

    /// Reads a whole text; nil when it is no JSON.
    public init?(json bytes: [UInt8]) {
        // Whatever is wrong with it, it cannot be read.
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            return nil
        }
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

    /// The same, to be written; members in the order of their names.
    public var json: JSON {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .number(let number): .number("\(number)")
        case .string(let text): .string(text)
        case .array(let items): .array(items.map(\.json))
        case .object(let members):
            .object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
        }
    }
}
