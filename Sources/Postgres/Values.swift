public import Units

// How the plain values travel. Source: the `…_send` and `…_recv` functions in PostgreSQL's
// `src/backend/utils/adt`.

extension Int64: Bindable, Column {
    public static var dataType: DataType { .int8 }

    public func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }

    public init(binary bytes: RawSpan) throws(ColumnFault) { self = try bytes.onlyNumber() }
}

extension Int: Bindable, Column {
    public static var dataType: DataType { .int8 }

    public func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self = Int(try Int64(binary: bytes))
    }
}

extension Int32: Bindable, Column {
    public static var dataType: DataType { .int4 }

    public func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: self) }

    public init(binary bytes: RawSpan) throws(ColumnFault) { self = try bytes.onlyNumber() }
}

extension Bool: Bindable, Column {
    public static var dataType: DataType { .bool }

    public func write(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        let byte: UInt8 = try bytes.onlyNumber()
        self = byte != 0
    }
}

extension String: Bindable, Column {
    public static var dataType: DataType { .text }

    /// `text`, `varchar` and `name`.
    public static func reads(_ oid: UInt32) -> Bool { oid == 25 || oid == 1043 || oid == 19 }

    public static func readsArray(_ oid: UInt32) -> Bool {
        oid == 1009 || oid == 1015 || oid == 1003
    }

    public func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self = unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

/// Measurements only, and so never bound: an amount of money is `Credits`.
extension Double: Column {
    public static var columnType: DataType { .float8 }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self.init(bitPattern: try bytes.onlyNumber())
    }
}

extension Credits: Bindable, Column {
    public static var dataType: DataType { .int8 }

    public func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: nanodollars) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self.init(nanodollars: try bytes.onlyNumber())
    }
}

extension ID: Bindable, BindableElement, Column, ColumnElement {
    public static var dataType: DataType { .uuid }

    public func write(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low)
    }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        guard bytes.byteCount == 16 else { throw ColumnFault("\(bytes.byteCount) bytes, not 16") }
        self.init(high: try bytes.number(at: 0), low: try bytes.number(at: 8))
    }
}

/// A length of time travels as whole microseconds in a `bigint`, rounded towards zero.
extension Duration: Bindable, Column {
    public static var dataType: DataType { .int8 }

    public func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: microseconds) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        let microseconds: Int64 = try bytes.onlyNumber()
        self = .microseconds(microseconds)
    }
}

extension Timestamp: Bindable, Column {
    public static var dataType: DataType { .timestamptz }

    /// PostgreSQL counts from 2000-01-01, this many microseconds after 1970-01-01.
    private static let epoch: Int64 = 946_684_800_000_000

    public func write(to bytes: inout [UInt8]) {
        let (difference, overflow) = microseconds.subtractingReportingOverflow(Self.epoch)
        // `Int64.min` would mean -infinity; the next number is out of range, and refused as such.
        bytes.append(bigEndian: overflow ? Int64.min + 1 : difference)
    }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        let microseconds: Int64 = try bytes.onlyNumber()
        let (sum, overflow) = microseconds.addingReportingOverflow(Self.epoch)
        guard !overflow, microseconds != .min else { throw ColumnFault("an infinite instant") }
        self.init(microseconds: sum)
    }
}

extension CivilDate: Bindable, Column {
    public static var dataType: DataType { .date }

    /// PostgreSQL counts from 2000-01-01, this many days after 1970-01-01.
    private static let epoch: Int64 = 10_957

    public func write(to bytes: inout [UInt8]) {
        // Beyond 32 bits it becomes the extreme but one: out of range, and refused as such.
        let days = Int32(clamping: daysSince1970 - Self.epoch)
        bytes.append(bigEndian: min(max(days, .min + 1), .max - 1))
    }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        let days: Int32 = try bytes.onlyNumber()
        guard days != .min, days != .max else { throw ColumnFault("an infinite date") }
        self.init(daysSince1970: Int64(days) + Self.epoch)
    }
}

extension Cents: Bindable, Column {
    public static var dataType: DataType { .int8 }

    public func write(to bytes: inout [UInt8]) { bytes.append(bigEndian: count) }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self.init(try bytes.onlyNumber())
    }
}

extension Quantity: Column {
    /// Whole millionths, as statements ask for them.
    public static var columnType: DataType { .int8 }

    public init(binary bytes: RawSpan) throws(ColumnFault) {
        self.init(millionths: try bytes.onlyNumber())
    }
}
