import Units

/// Rows of comma-separated values (RFC 4180), safe to open in a spreadsheet.
enum CSV {
    /// What stands in one field.
    enum Field {
        /// Words of ours or of anybody's. One that a spreadsheet would take for a formula gets an
        /// apostrophe in front, which a spreadsheet does not show.
        case text(String)
        /// A number, a date or a word of our own making, as it is: a negative amount begins with `-`.
        case plain(String)
        case none

        static func optional(_ text: String?) -> Field { text.map(Field.text) ?? .none }
    }

    /// The first row.
    static func append(head: [String], to bytes: inout [UInt8]) {
        append(head.map(Field.plain), to: &bytes)
    }

    static func append(_ row: [Field], to bytes: inout [UInt8]) {
        for (index, field) in row.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            switch field {
            case .none: break
            case .plain(let text): append(text, to: &bytes)
            case .text(let text):
                append(
                    guarded(HiddenCharacters.shown(text, keeping: ["\t", "\n", "\r"])), to: &bytes)
            }
        }
        bytes += "\r\n".utf8
    }

    /// By its scalars, as a combining mark after the sign would hide it from a comparison of
    /// characters. The wide forms are what an input method writes and some spreadsheets accept.
    private static func guarded(_ text: String) -> String {
        switch text.unicodeScalars.first {
        case "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠": "'" + text
        default: text
        }
    }

    private static func append(_ text: String, to bytes: inout [UInt8]) {
        let special = text.utf8.contains { byte in
            byte == 0x22 || byte == 0x2C || byte == 0x0A || byte == 0x0D
        }
        guard special else {
            bytes += text.utf8
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
