import Units

/// Reads JSON that has been checked before, and writes it in one form: members in order of their
/// names, no white space, strings escaped alike. Numbers stay as they are written.
///
/// A scanner, because Foundation's decoder takes seconds to be told, type by type, what a small
/// hostile body is not. Its time grows with the body alone.
struct CanonicalJSON {
    private let bytes: [UInt8]
    private var place = 0

    /// Objects and arrays within each other: far more than any request of ours has.
    static let depthMax = 64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The one form of the whole text; nil when it is no JSON.
    mutating func whole() -> [UInt8]? {
        guard let value = value(depth: 0) else { return nil }
        skipSpace()
        return place == bytes.count ? value : nil
    }

    private mutating func value(depth: Int) -> [UInt8]? {
        skipSpace()
        guard depth <= Self.depthMax, place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"): return object(depth: depth)
        case UInt8(ascii: "["): return array(depth: depth)
        case UInt8(ascii: "\""): return string()
        default: return word()
        }
    }

    private mutating func object(depth: Int) -> [UInt8]? {
        place += 1
        var members: [(name: [UInt8], value: [UInt8])] = []
        while !skip(UInt8(ascii: "}")) {
            if !members.isEmpty, !skip(UInt8(ascii: ",")) { return nil }
            // The reader of fields allows one more comma at the end.
            if !members.isEmpty, skip(UInt8(ascii: "}")) { break }
            skipSpace()
            guard let name = string(), skip(UInt8(ascii: ":")),
                let value = value(depth: depth + 1)
            else { return nil }
            members.append((name, value))
        }
        // Of two members with one name the order as written decides, as it does for the reader.
        let sorted = members.enumerated().sorted { left, right in
            left.element.name == right.element.name
                ? left.offset < right.offset
                : left.element.name.lexicographicallyPrecedes(right.element.name)
        }
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (_, member) in sorted {
            text += member.name + [UInt8(ascii: ":")] + member.value + [UInt8(ascii: ",")]
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    private mutating func array(depth: Int) -> [UInt8]? {
        place += 1
        var text: [UInt8] = [UInt8(ascii: "[")]
        var isEmpty = true
        while !skip(UInt8(ascii: "]")) {
            if !isEmpty, !skip(UInt8(ascii: ",")) { return nil }
            if !isEmpty, skip(UInt8(ascii: "]")) { break }
            guard let value = value(depth: depth + 1) else { return nil }
            text += value
            text.append(UInt8(ascii: ","))
            isEmpty = false
        }
        text.append(UInt8(ascii: "]"))
        return text
    }

    /// A text with its quotes, its escapes undone and made again.
    private mutating func string() -> [UInt8]? {
        guard place < bytes.count, bytes[place] == UInt8(ascii: "\"") else { return nil }
        place += 1
        var plain: [UInt8] = []
        var units: [UInt16] = []
        func flush(_ plain: inout [UInt8], _ units: inout [UInt16]) {
            if units.isEmpty { return }
            plain += String(decoding: units, as: UTF16.self).utf8
            units = []
        }
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            switch byte {
            case UInt8(ascii: "\""):
                flush(&plain, &units)
                var text: [UInt8] = []
                JSON.string(String(decoding: plain, as: UTF8.self)).write(into: &text)
                return text
            case UInt8(ascii: "\\"):
                guard place < bytes.count else { return nil }
                let escaped = bytes[place]
                place += 1
                if escaped == UInt8(ascii: "u") {
                    guard let unit = unit() else { return nil }
                    units.append(unit)
                } else {
                    flush(&plain, &units)
                    plain.append(Self.escapes[escaped] ?? escaped)
                }
            default:
                flush(&plain, &units)
                plain.append(byte)
            }
        }
        return nil
    }

    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "b"): 8, UInt8(ascii: "t"): 9, UInt8(ascii: "n"): 10, UInt8(ascii: "f"): 12,
        UInt8(ascii: "r"): 13,
    ]

    /// The four digits of `\\u`.
    private mutating func unit() -> UInt16? {
        guard place + 4 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[place..<(place + 4)], as: UTF8.self)
        place += 4
        return UInt16(digits, radix: 16)
    }

    /// A number, or `true`, `false`, `null`.
    private mutating func word() -> [UInt8]? {
        let start = place
        while place < bytes.count, !Self.ends.contains(bytes[place]) { place += 1 }
        return place > start ? Array(bytes[start..<place]) : nil
    }

    private static let ends = Array(",]} \t\r\n:{[\"".utf8)

    private mutating func skip(_ byte: UInt8) -> Bool {
        skipSpace()
        guard place < bytes.count, bytes[place] == byte else { return false }
        place += 1
        return true
    }

    private mutating func skipSpace() {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
    }
}
