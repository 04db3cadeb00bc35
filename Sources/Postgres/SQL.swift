/// A statement: its text with `$1`, `$2`…, and the values that they stand for.
///
/// Written as a string literal, in which `\(value)` is a bind and never text:
///
///     "select posted from wallet where account_id = \(account)"
///
/// `\(identifier: name)` is a quoted name, `\(raw: "desc")` text known to the compiler, and
/// `\(other)` another statement's text and binds.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// One value: its type, its place in `bytes`, and where in `text` its `$n` stands.
    struct Bind: Sendable {
        let type: UInt32
        let start: Int
        /// In bytes; nil for SQL's `null`.
        let length: Int?
        /// The first byte of its `$n` in `text`.
        let mark: Int
    }

    /// What is sent to be prepared.
    public private(set) var text: String
    private(set) var binds: [Bind] = []
    private(set) var bytes: [UInt8] = []

    public init(stringLiteral text: String) {
        self.text = text
    }

    public init(stringInterpolation: StringInterpolation) {
        self = stringInterpolation.sql
    }

    /// Appends `other`; its binds are counted on from this statement's.
    public mutating func append(_ other: SQL) {
        var rest = Substring(other.text).utf8
        for bind in other.binds {
            let mark = other.text.utf8.index(other.text.startIndex, offsetBy: bind.mark)
            text += String(rest[..<mark]) ?? ""
            // Past the `$`, the old number is all digits that follow.
            rest = rest[other.text.utf8.index(after: mark)...].drop { (48...57).contains($0) }
            place(
                bind.type, length: bind.length,
                of: bind.length.map { other.bytes[bind.start..<bind.start + $0] } ?? [])
        }
        text += String(rest) ?? ""
    }

    /// `left` followed by `right`.
    public static func + (left: SQL, right: SQL) -> SQL {
        var whole = left
        whole.append(right)
        return whole
    }

    public static func += (left: inout SQL, right: SQL) { left.append(right) }

    fileprivate mutating func append(text more: String) { text += more }

    fileprivate mutating func append<Value: Bindable>(bind value: Value) {
        let start = bytes.count
        if !value.isNull { value.write(to: &bytes) }
        let length = value.isNull ? nil : bytes.count - start
        mark(
            SQL.Bind(
                type: Value.dataType.oid, start: start, length: length, mark: text.utf8.count))
    }

    private mutating func place(_ type: UInt32, length: Int?, of value: ArraySlice<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: value)
        mark(SQL.Bind(type: type, start: start, length: length, mark: text.utf8.count))
    }

    private mutating func mark(_ bind: Bind) {
        binds.append(bind)
        text += "$"
        text += String(binds.count)
    }

    /// Takes a literal apart as it is written.
    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql = SQL(stringLiteral: "")

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + interpolationCount * 3)
            sql.binds.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { sql.append(text: literal) }

        /// A bind.
        public mutating func appendInterpolation(_ value: some Bindable) {
            sql.append(bind: value)
        }

        /// A bind that may be null. Without it the compiler takes an optional for an accident.
        public mutating func appendInterpolation(_ value: (some Bindable)?) {
            sql.append(bind: value)
        }

        /// Another statement, binds and all.
        public mutating func appendInterpolation(_ other: SQL) { sql.append(other) }

        /// Text that stands in the program itself.
        public mutating func appendInterpolation(raw text: StaticString) {
            sql.append(text: text.description)
        }

        /// The name of a table, column, partition or database, quoted.
        ///
        /// A name that PostgreSQL would cut short (past 63 bytes), that is empty or holds a NUL
        /// is a bug.
        public mutating func appendInterpolation(identifier name: String) {
            precondition((1...63).contains(name.utf8.count), "a name has 1 to 63 bytes")
            precondition(!name.utf8.contains(0), "a name holds no NUL")
            let quoted = name.split(separator: "\"", omittingEmptySubsequences: false)
            sql.append(text: "\"" + quoted.joined(separator: "\"\"") + "\"")
        }
    }
}
