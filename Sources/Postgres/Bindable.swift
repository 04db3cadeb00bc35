/// A value that can stand in SQL as a bind: it writes itself in PostgreSQL's binary format.
public protocol Bindable: BindableElement {
    /// The type it is sent as.
    static var dataType: DataType { get }

    /// Whether it is SQL's `null`; then nothing is written.
    var isNull: Bool { get }

    /// Appends its binary form, without a length.
    func write(to bytes: inout [UInt8])
}

/// What an array that is bound can hold.
///
/// Every `Bindable` is one. It is a protocol of its own because of bytes: an array of them is a
/// `bytea`, one value, though a byte alone is nothing that PostgreSQL knows.
public protocol BindableElement: Sendable {
    /// The type an array of these is sent as.
    static var arrayDataType: DataType { get }

    /// Appends the binary form of an array of these, without a length.
    static func write(_ elements: [Self], to bytes: inout [UInt8])
}

extension Bindable {
    public var isNull: Bool { false }

    public static var arrayDataType: DataType { dataType.array }

    /// The header of one dimension, then each element behind its length; −1 for a null.
    ///
    /// Source: PostgreSQL's `array_recv` in `src/backend/utils/adt/arrayfuncs.c`.
    public static func write(_ elements: [Self], to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + 20 + elements.count * 20)
        bytes.append(bigEndian: Int32(elements.isEmpty ? 0 : 1))
        bytes.append(bigEndian: Int32(elements.contains { $0.isNull } ? 1 : 0))
        bytes.append(bigEndian: dataType.oid)
        if elements.isEmpty { return }
        bytes.append(bigEndian: Int32(elements.count))
        bytes.append(bigEndian: Int32(1))
        for element in elements {
            let start = bytes.count
            bytes.append(bigEndian: Int32(-1))
            if element.isNull { continue }
            element.write(to: &bytes)
            bytes.replace(at: start, bigEndian: Int32(bytes.count - start - 4))
        }
    }
}

extension Array: BindableElement where Element: BindableElement {}

extension Array: Bindable where Element: BindableElement {
    public static var dataType: DataType { Element.arrayDataType }

    public func write(to bytes: inout [UInt8]) {
        Element.write(self, to: &bytes)
    }
}

extension UInt8: BindableElement {
    public static var arrayDataType: DataType { .bytea }

    public static func write(_ elements: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: elements)
    }
}

extension Optional: BindableElement where Wrapped: Bindable {}

extension Optional: Bindable where Wrapped: Bindable {
    public static var dataType: DataType { Wrapped.dataType }

    public var isNull: Bool { self?.isNull ?? true }

    public func write(to bytes: inout [UInt8]) {
        self?.write(to: &bytes)
    }
}

/// An enumeration of words or numbers is bound as its raw value.
extension Bindable where Self: RawRepresentable, RawValue: Bindable {
    public static var dataType: DataType { RawValue.dataType }

    public var isNull: Bool { rawValue.isNull }

    public func write(to bytes: inout [UInt8]) {
        rawValue.write(to: &bytes)
    }
}

extension [UInt8] {
    /// Appends `number` most significant byte first, as everything of PostgreSQL's travels.
    mutating func append(bigEndian number: some FixedWidthInteger) {
        unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
    }

    /// Writes `number` over the bytes from `position` on.
    mutating func replace(at position: Int, bigEndian number: Int32) {
        let pattern = UInt32(bitPattern: number)
        for index in 0..<4 {
            self[position + index] = UInt8(truncatingIfNeeded: pattern >> UInt32(24 - index * 8))
        }
    }
}
