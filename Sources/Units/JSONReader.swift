import FoundationEssentials

/// Reads a whole JSON text (RFC 8259) in one pass over its bytes.
///
/// Foundation's decoder tries one type after another and describes each failure with its path, which
/// makes a small hostile body take seconds. Here the time grows with the number of bytes alone,
/// whatever they say, and depth, names and numbers are bounded.
public struct JSONReader {
    /// How exactly a text has to be JSON.
    public enum Rules: Sendable {
        /// What customers send: nothing is repaired or guessed, except that a lone surrogate
        /// (`\ud83d`), which no text can hold, is read as U+FFFD.
        case strict
        /// What vendors answer: of two members of one name the last counts, bytes that are no UTF-8
        /// are replaced, long numbers are rounded.
        case lenient
    }

    /// Objects and arrays within each other: far more than any request or answer has.
    public static let depthMax = 64
    /// Bytes of a member's name: longer ones are nobody's.
    static let nameBytesMax = 256
    /// Characters of a number. A double takes up to 25 or so, a decimal of ours fewer.
    static let numberBytesMax = 400
    /// Significant digits that `Decimal` holds exactly.
    static let digitsMax = 38

    private enum Step {
        case member(String)
        case item(Int)
    }

    let bytes: [UInt8]
    let rules: Rules
    var at = 0
    /// The way to the value under way, for errors.
    private var path: [Step] = []

    private init(_ bytes: [UInt8], _ rules: Rules) {
        self.bytes = bytes
        self.rules = rules
    }

    /// The value of the whole text, or where and why it is none.
    public static func read(_ bytes: [UInt8], _ rules: Rules) throws(JSONFault) -> JSONValue {
        var reader = JSONReader(bytes, rules)
        // A byte order mark is no part of the text (RFC 8259, section 8.1, lets a reader ignore it).
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.at = 3 }
        let value = try reader.value()
        reader.skipSpace()
        guard reader.at == bytes.count else { throw reader.fault(.unexpected("after the value")) }
        return value
    }

    private mutating func value() throws(JSONFault) -> JSONValue {
        skipSpace()
        switch next ?? 0 {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string(name: false))
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw fault(.unexpected("where a value is expected"))
        }
    }

    private mutating func object() throws(JSONFault) -> JSONValue {
        guard path.count < Self.depthMax else { throw fault(.tooDeep) }
        at += 1
        var members: [String: JSONValue] = [:]
        skipSpace()
        if skip(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpace()
            let start = at
            guard next == UInt8(ascii: "\"") else {
                throw fault(.unexpected("where a member's name is expected"))
            }
            let name = try string(name: true)
            skipSpace()
            guard skip(UInt8(ascii: ":")) else { throw fault(.unexpected("where ':' is expected")) }
            path.append(.member(name))
            let read = try value()
            if members.updateValue(read, forKey: name) != nil, rules == .strict {
                at = start
                throw fault(.duplicate)
            }
            path.removeLast()
            skipSpace()
            if skip(UInt8(ascii: "}")) { return .object(members) }
            guard skip(UInt8(ascii: ",")) else {
                throw fault(.unexpected("where ',' or '}' is expected"))
            }
        }
    }

    private mutating func array() throws(JSONFault) -> JSONValue {
        guard path.count < Self.depthMax else { throw fault(.tooDeep) }
        at += 1
        var items: [JSONValue] = []
        skipSpace()
        if skip(UInt8(ascii: "]")) { return .array(items) }
        while true {
            path.append(.item(items.count))
            items.append(try value())
            path.removeLast()
            skipSpace()
            if skip(UInt8(ascii: "]")) { return .array(items) }
            guard skip(UInt8(ascii: ",")) else {
                throw fault(.unexpected("where ',' or ']' is expected"))
            }
        }
    }

    private mutating func word(
        _ word: String, _ value: JSONValue
    ) throws(JSONFault) -> JSONValue {
        let start = at
        while let byte = next, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) { at += 1 }
        guard bytes[start..<at].elementsEqual(word.utf8) else {
            at = start
            throw fault(.unexpected("where a value is expected"))
        }
        return value
    }

    // MARK: - Numbers

    /// RFC 8259, section 6: no leading zeros, no bare point.
    private mutating func number() throws(JSONFault) -> JSONValue {
        let start = at
        _ = skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) { try digits() }
        if skip(UInt8(ascii: ".")) { try digits() }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try digits()
        }
        if let byte = next, Self.isWordy(byte) { throw fault(.unexpected("within a number")) }
        let text = bytes[start..<at]
        guard let number = Self.decimal(text), rules == .lenient || Self.isExact(text) else {
            // A vendor's number that cannot be held says nothing.
            if rules == .lenient { return .null }
            at = start
            throw fault(.numberTooLong)
        }
        return .number(number)
    }

    private mutating func digits() throws(JSONFault) {
        let start = at
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { at += 1 }
        if at == start { throw fault(.unexpected("within a number")) }
    }

    private static func isWordy(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// Nil past what `Decimal` can hold at all.
    private static func decimal(_ text: ArraySlice<UInt8>) -> Decimal? {
        guard text.count <= numberBytesMax,
            let number = Decimal(string: String(decoding: text, as: UTF8.self)), !number.isNaN
        else { return nil }
        return number
    }

    /// Whether `Decimal` holds every digit of `text`, which is a number.
    private static func isExact(_ text: ArraySlice<UInt8>) -> Bool {
        let mantissa = text.prefix { $0 != UInt8(ascii: "e") && $0 != UInt8(ascii: "E") }
        let digits = mantissa.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let significant = digits.drop { $0 == UInt8(ascii: "0") }
        let trailing = significant.reversed().prefix { $0 == UInt8(ascii: "0") }.count
        guard significant.count - trailing <= digitsMax else { return false }
        // What became zero without being written so was too small.
        guard let number = decimal(text) else { return false }
        return !significant.isEmpty == !number.isZero
    }

    // MARK: - Bytes

    var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            at += 1
        }
    }

    func fault(_ reason: JSONFault.Reason) -> JSONFault {
        var reason = reason
        if case .unexpected = reason, at >= bytes.count { reason = .ended }
        let before = bytes[..<min(at, bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return JSONFault(
            reason: reason, line: before.count { $0 == 0x0A } + 1,
            // Columns are characters, so continuation bytes do not count.
            column: before[lineStart...].count { $0 & 0xC0 != 0x80 } + 1, path: pathText)
    }

    private var pathText: String {
        var text = ""
        for step in path {
            switch step {
            case .member(let name): text += text.isEmpty ? name : ".\(name)"
            case .item(let index): text += "[\(index)]"
            }
            if text.utf8.count > JSONFault.pathBytesMax { break }
        }
        return String(text.prefix(JSONFault.pathBytesMax))
    }
}
