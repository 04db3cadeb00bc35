import FoundationEssentials
public import Units

extension JSONValue: ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self = .string(text) }
}

extension JSONValue: ExpressibleByIntegerLiteral {
    public init(integerLiteral number: Int) { self = .number(.init(number)) }
}
