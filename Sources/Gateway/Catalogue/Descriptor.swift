public import FoundationEssentials
public import Units

/// What a parameter accepts, in the words that customers see: `enum`, `range` or `boolean`.
public enum Descriptor: Hashable, Sendable {
    case choice([String])
    /// Both ends included; `step` when not every value between them is taken.
    case range(min: Decimal, max: Decimal, step: Int?)
    case flag

    /// A range of whole numbers; nil for anything else.
    var whole: ClosedRange<Int>? {
        guard case .range(let min, let max, _) = self, let low = Int("\(min)"),
            let high = Int("\(max)"), low <= high
        else { return nil }
        return low...high
    }

    /// The words of an enum; none of anything else.
    var words: [String] {
        guard case .choice(let words) = self else { return [] }
        return words
    }

    public var json: JSON {
        switch self {
        case .choice(let words):
            .object([("type", .string("enum")), ("values", .array(words.map(JSON.string)))])
        case .range(let min, let max, let step):
            .object(
                [("type", .string("range")), ("min", Self.json(min)), ("max", Self.json(max))]
                    + (step.map { [("step", .int($0))] } ?? []))
        case .flag: .object([("type", .string("boolean"))])
        }
    }

    /// A bound such as 4294967295 or 1.5, without an exponent.
    private static func json(_ bound: Decimal) -> JSON {
        .optional(Credits(dollars: "\(bound)"), JSON.credits)
    }
}

extension Descriptor: Decodable {
    private struct Wire: Decodable {
        let type: String
        let values: [String]?
        let min: Decimal?
        let max: Decimal?
        let step: Int?
    }

    public init(from decoder: any Decoder) throws {
        let wire = try Wire(from: decoder)
        switch (wire.type, wire.values, wire.min, wire.max) {
        case ("enum", let values?, _, _) where !values.isEmpty: self = .choice(values)
        case ("range", _, let min?, let max?) where min <= max && (wire.step ?? 1) > 0:
            self = .range(min: min, max: max, step: wire.step)
        case ("boolean", _, _, _): self = .flag
        default:
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: decoder.codingPath,
                    debugDescription: "no descriptor: an enum has values, a range min and max"))
        }
    }
}
