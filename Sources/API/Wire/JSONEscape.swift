/// Undoes the escapes of a JSON string byte by byte; beyond ASCII it only needs to keep its place.
struct JSONEscape {
    private enum State: Equatable {
        case plain
        case backslash
        case unicode(digits: Int, value: Int)
        case ended
    }

    private var state = State.plain

    var isPlain: Bool { state == .plain }
    var hasEnded: Bool { state == .ended }

    /// Whether `byte` ends the string.
    mutating func isEnd(_ byte: UInt8) -> Bool {
        _ = plain(byte)
        return hasEnded
    }

    /// What `byte` says in the end; nil within an escape and at the string's end.
    mutating func plain(_ byte: UInt8) -> UInt8? {
        switch state {
        case .ended: return nil
        case .plain:
            if byte == UInt8(ascii: "\\") {
                state = .backslash
            } else if byte == UInt8(ascii: "\"") {
                state = .ended
            } else {
                return byte
            }
            return nil
        case .backslash:
            state = .plain
            switch byte {
            case UInt8(ascii: "u"):
                state = .unicode(digits: 0, value: 0)
                return nil
            case UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"): return 0x0A
            default: return byte
            }
        case .unicode(let digits, let value):
            let digit = Int(String(decoding: [byte], as: UTF8.self), radix: 16) ?? 0
            let value = value << 4 | digit
            state = digits == 3 ? .plain : .unicode(digits: digits + 1, value: value)
            // What is not ASCII is not base64 either: any byte that is refused will do.
            return digits == 3 ? UInt8(exactly: value).map { min($0, 0x7F) } ?? 0x7F : nil
        }
    }
}
