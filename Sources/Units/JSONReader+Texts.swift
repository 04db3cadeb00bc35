/// Texts within JSON (RFC 8259, section 7).
extension JSONReader {
    /// A text with its escapes undone. A member's name is bounded.
    mutating func string(name: Bool) throws(JSONFault) -> String {
        let start = at
        at += 1
        let first = at
        var isPlain = true
        while let byte = next, byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\") {
                isPlain = false
                at += 1
            } else if byte < 0x20, rules == .strict {
                throw fault(.controlCharacter(byte))
            }
            at += 1
        }
        guard at < bytes.count else {
            at = bytes.count
            throw fault(.ended)
        }
        let raw = bytes[first..<at]
        at += 1
        if name, raw.count > Self.nameBytesMax {
            at = start
            throw fault(.nameTooLong)
        }
        let text = isPlain ? try text(raw) : try unescaped(raw)
        guard rules == .lenient || !CombiningMarks.areTooMany(in: text) else {
            at = start
            throw fault(.combiningMarks)
        }
        return text
    }

    private mutating func text(_ raw: ArraySlice<UInt8>) throws(JSONFault) -> String {
        if let text = String(validating: raw, as: UTF8.self) { return text }
        guard rules == .strict else { return String(decoding: raw, as: UTF8.self) }
        at = raw.startIndex + UTF8Prefix.count(of: raw)
        throw fault(.notUTF8)
    }

    private mutating func unescaped(_ raw: ArraySlice<UInt8>) throws(JSONFault) -> String {
        var text = ""
        var units: [UInt16] = []
        var place = raw.startIndex
        let end = at
        while place < raw.endIndex {
            let run = raw[place...].prefix { $0 != UInt8(ascii: "\\") }
            if !run.isEmpty {
                Self.flush(&units, into: &text)
                text += try self.text(run)
                place = run.endIndex
                continue
            }
            guard let (unit, length) = Self.escape(raw[place...]) else {
                at = place
                throw fault(.escape)
            }
            units.append(unit)
            place += length
        }
        Self.flush(&units, into: &text)
        at = end
        return text
    }

    /// Surrogates that are halves become U+FFFD.
    private static func flush(_ units: inout [UInt16], into text: inout String) {
        guard !units.isEmpty else { return }
        text += String(decoding: units, as: UTF16.self)
        units.removeAll(keepingCapacity: true)
    }

    /// The UTF-16 unit that an escape stands for, and the bytes that it takes; nil for none.
    private static func escape(_ text: ArraySlice<UInt8>) -> (unit: UInt16, length: Int)? {
        let rest = text.dropFirst()
        switch rest.first {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
            return rest.first.map { (UInt16($0), 2) }
        case UInt8(ascii: "b"): return (8, 2)
        case UInt8(ascii: "t"): return (9, 2)
        case UInt8(ascii: "n"): return (10, 2)
        case UInt8(ascii: "f"): return (12, 2)
        case UInt8(ascii: "r"): return (13, 2)
        case UInt8(ascii: "u"):
            let digits = rest.dropFirst().prefix(4)
            guard digits.count == 4 else { return nil }
            var unit: UInt16 = 0
            for digit in digits {
                guard let value = Self.hex(digit) else { return nil }
                unit = unit << 4 | value
            }
            return (unit, 6)
        default: return nil
        }
    }

    private static func hex(_ byte: UInt8) -> UInt16? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
