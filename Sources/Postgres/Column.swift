/// A value that can be read from a column: it reads itself from PostgreSQL's binary format.
public protocol Column: ColumnElement {
    /// The type it is read from.
    static var columnType: DataType { get }

    /// Whether a column of the type with this object identifier can be read as one.
    static func reads(_ oid: UInt32) -> Bool

    /// What SQL's `null` reads as; nil where a null is an error.
    static var null: Self? { get }

    /// Reads the binary form; throws what is wrong with it.
    init(binary bytes: RawSpan) throws(ColumnFault)
}

/// What an array that is read can hold: see `BindableElement`.
public protocol ColumnElement: Sendable {
    /// What a column of these arrays is called in errors.
    static var arrayTypeName: String { get }

    /// Whether a column of the type with this object identifier can be read as an array of these.
    static func readsArray(_ oid: UInt32) -> Bool

    /// Reads the binary form of an array of these.
    static func array(binary bytes: RawSpan) throws(ColumnFault) -> [Self]
}

/// What is wrong with the bytes of a column. `RowReader` adds which column it was.
public struct ColumnFault: Error, Sendable {
    public let reason: String

    public init(_ reason: String) {
        self.reason = reason
    }
}

extension Column {
    public static func reads(_ oid: UInt32) -> Bool { oid == columnType.oid }

    public static var null: Self? { nil }

    public static var arrayTypeName: String { columnType.name + "[]" }

    public static func readsArray(_ oid: UInt32) -> Bool {
        columnType.arrayOID != 0 && oid == columnType.arrayOID
    }

    /// Source: PostgreSQL's `array_send` in `src/backend/utils/adt/arrayfuncs.c`.
    public static func array(binary bytes: RawSpan) throws(ColumnFault) -> [Self] {
        let dimensions: Int32 = try bytes.number(at: 0)
        let elementType: UInt32 = try bytes.number(at: 8)
        guard dimensions > 0 else { return [] }
        guard dimensions == 1 else {
            throw ColumnFault("an array of \(dimensions) dimensions, one is expected")
        }
        guard reads(elementType) else {
            throw ColumnFault("an array of \(elementType.typeName), expected \(columnType.name)")
        }
        let count: Int32 = try bytes.number(at: 12)
        var elements: [Self] = []
        // Each element is at least its length: a lying count cannot reserve more than came.
        elements.reserveCapacity(min(Int(count), bytes.byteCount / 4))
        var position = 20
        for _ in 0..<count {
            let length: Int32 = try bytes.number(at: position)
            position += 4
            if length < 0 {
                guard let null = Self.null else { throw ColumnFault("a null in the array") }
                elements.append(null)
                continue
            }
            let end = position + Int(length)
            guard end <= bytes.byteCount else { throw ColumnFault("an array cut short") }
            elements.append(try Self(binary: bytes.extracting(position..<end)))
            position = end
        }
        return elements
    }
}

extension Array: ColumnElement where Element: ColumnElement {
    public static var arrayTypeName: String { Element.arrayTypeName + "[]" }

    /// Only `bytea`, itself an array here, comes in arrays.
    public static func readsArray(_ oid: UInt32) -> Bool {
        oid == DataType.bytea.arrayOID && Element.readsArray(DataType.bytea.oid)
    }
}

extension Array: Column where Element: ColumnElement {
    public static var columnType: DataType {
        DataType(oid: 0, arrayOID: 0, name: Element.arrayTypeName)
    }

    public static func reads(_ oid: UInt32) -> Bool { Element.readsArray(oid) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self = try Element.array(binary: bytes)
    }
}

extension UInt8: ColumnElement {
    public static var arrayTypeName: String { DataType.bytea.name }

    public static func readsArray(_ oid: UInt32) -> Bool { oid == DataType.bytea.oid }

    public static func array(binary bytes: RawSpan) throws(ColumnFault) -> [UInt8] {
        unsafe bytes.withUnsafeBytes { unsafe Array($0) }
    }
}

extension Optional: ColumnElement where Wrapped: Column {
    public static func readsArray(_ oid: UInt32) -> Bool { Wrapped.readsArray(oid) }
}

extension Optional: Column where Wrapped: Column {
    public static var columnType: DataType { Wrapped.columnType }

    public static func reads(_ oid: UInt32) -> Bool { Wrapped.reads(oid) }

    public static var null: Wrapped?? { .some(nil) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self = .some(try Wrapped(binary: bytes))
    }
}

/// What is bound as one type is read from the same.
extension Column where Self: Bindable {
    public static var columnType: DataType { dataType }
}

extension Column where Self: Bindable & RawRepresentable, RawValue: Bindable & Column {
    public static var columnType: DataType { RawValue.dataType }
}

/// An enumeration of words or numbers is read through its raw value; an unknown one is an error.
extension Column where Self: RawRepresentable, RawValue: Column {
    public static var columnType: DataType { RawValue.columnType }

    public static func reads(_ oid: UInt32) -> Bool { RawValue.reads(oid) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        let raw = try RawValue(binary: bytes)
        guard let value = Self(rawValue: raw) else {
            throw ColumnFault("a value that is no \(Self.self)")
        }
        self = value
    }
}

extension RawSpan {
    /// The number that stands at `position`, most significant byte first.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(
        at position: Int
    ) throws(ColumnFault) -> Number {
        guard position + MemoryLayout<Number>.size <= byteCount else {
            throw ColumnFault("only \(byteCount) bytes")
        }
        return unsafe Number(
            bigEndian: unsafeLoadUnaligned(fromByteOffset: position, as: Number.self))
    }

    /// The number that these bytes are, and nothing besides.
    func onlyNumber<Number: FixedWidthInteger & BitwiseCopyable>() throws(ColumnFault) -> Number {
        guard byteCount == MemoryLayout<Number>.size else {
            throw ColumnFault("\(byteCount) bytes instead of \(MemoryLayout<Number>.size)")
        }
        return try number(at: 0)
    }
}
