/// A JSON value to be written (RFC 8259), in the order given and with exact numbers.
///
/// Only for writing: Foundation's encoder passes decimals through floating point and shuffles keys.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    /// Dollars, as an exact decimal number.
    case credits(Credits)
    /// A number as it is written, such as `3.5`.
    case number(String)
    case string(String)
    /// Bytes as base64 text, written without an intermediate string.
    case base64([UInt8])
    /// Bytes as a `data:` URI in base64, written likewise.
    case dataURI(mediaType: String, [UInt8])
    /// JSON that is written already, such as the database gives.
    case written(String)
    case array([JSON])
    case object([(String, JSON)])

    /// An optional value, or null.
    public static func optional<Value>(_ value: Value?, _ write: (Value) -> JSON) -> JSON {
        value.map(write) ?? .null
    }

    public static func id<Of>(_ id: ID<Of>) -> JSON { .string(id.description) }

    public static func time(_ time: Timestamp) -> JSON { .string(time.description) }

    public static func int(_ number: Int) -> JSON { .int(Int64(number)) }

    /// The compact text in UTF-8.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(into: &bytes)
        return bytes
    }

    /// The compact text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Appends the compact text to `bytes`.
    public func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .int(let value): bytes += String(value).utf8
        case .credits(let amount): bytes += amount.dollars.utf8
        case .number(let text), .written(let text): bytes += text.utf8
        case .string(let text): Self.write(text, into: &bytes)
        case .base64(let data):
            bytes.append(UInt8(ascii: "\""))
            Base64.append(data, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .dataURI(let mediaType, let data):
            bytes += "\"data:\(mediaType);base64,".utf8
            Base64.append(data, to: &bytes)
            bytes.append(UInt8(ascii: "\""))
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                item.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(member.0, into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                member.1.write(into: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, into bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case 0..<0x20:
                let digits = Array("0123456789abcdef".utf8)
                bytes += "\\u00".utf8
                bytes.append(digits[Int(byte >> 4)])
                bytes.append(digits[Int(byte & 15)])
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

/// Base64 with padding (RFC 4648, section 4), written where it is wanted.
public enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// Appends the text of `data` to `bytes`.
    ///
    /// A picture of megabytes goes through here, so it is written in place rather than through
    /// Foundation's `Data`, which would copy it twice.
    public static func append(_ data: [UInt8], to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + (data.count + 2) / 3 * 4 + 1)
        unsafe data.withUnsafeBufferPointer { data in
            unsafe alphabet.withUnsafeBufferPointer { alphabet in
                var index = 0
                while index + 2 < data.count {
                    let group =
                        unsafe UInt32(data[index]) << 16 | UInt32(data[index + 1]) << 8
                        | UInt32(data[index + 2])
                    unsafe bytes.append(alphabet[Int(group >> 18)])
                    unsafe bytes.append(alphabet[Int(group >> 12 & 63)])
                    unsafe bytes.append(alphabet[Int(group >> 6 & 63)])
                    unsafe bytes.append(alphabet[Int(group & 63)])
                    index += 3
                }
                guard index < data.count else { return }
                let left = data.count - index
                let group =
                    unsafe UInt32(data[index]) << 16
                    | (left == 2 ? UInt32(data[index + 1]) << 8 : 0)
                unsafe bytes.append(alphabet[Int(group >> 18)])
                unsafe bytes.append(alphabet[Int(group >> 12 & 63)])
                bytes.append(left == 2 ? unsafe alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
                bytes.append(UInt8(ascii: "="))
            }
        }
    }
}
