/// JSON as text: bound as `jsonb`, read from `jsonb` or `json`. PostgreSQL checks it.
public struct JSONText: Hashable, Sendable {
    /// The JSON itself.
    public let text: String

    public init(_ text: String) {
        self.text = text
    }
}

extension JSONText: Bindable, Column {
    public static var dataType: DataType { .jsonb }

    /// `jsonb` and `json`.
    public static func reads(_ oid: UInt32) -> Bool { oid == 3802 || oid == 114 }

    public static func readsArray(_ oid: UInt32) -> Bool { oid == 3807 || oid == 199 }

    /// The number of the format that `jsonb` travels in, and its first byte.
    private static let version: UInt8 = 1

    public func write(to bytes: inout [UInt8]) {
        bytes.append(Self.version)
        bytes.append(contentsOf: text.utf8)
    }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        // No JSON text begins with a control character, so the byte alone tells the two apart.
        let first: UInt8 = try bytes.number(at: 0)
        let start = first == Self.version ? 1 : 0
        self.init(try String(binary: bytes.extracting(start..<bytes.byteCount)))
    }
}
