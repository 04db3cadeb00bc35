/// Why a text is no JSON that can be taken, and where.
public struct JSONFault: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Something else than what is expected there.
        case unexpected(String)
        /// The text ends too early.
        case ended
        case controlCharacter(UInt8)
        case escape
        case notUTF8
        case tooDeep
        case duplicate
        case nameTooLong
        case numberTooLong
        case combiningMarks
    }

    public let reason: Reason
    /// Lines and characters count from one.
    public let line: Int
    public let column: Int
    /// The member, such as `provider.options[3]`, cut short; empty at the top.
    public let path: String

    static let pathBytesMax = 200

    /// Whether the text follows JSON's grammar and is refused for what it holds.
    public var isAboutContent: Bool {
        switch reason {
        case .tooDeep, .duplicate, .nameTooLong, .numberTooLong, .combiningMarks: true
        case .unexpected, .ended, .controlCharacter, .escape, .notUTF8: false
        }
    }

    /// One sentence without a full stop, to go behind "The body is not valid JSON: " or, for what
    /// it holds, to stand alone.
    public var words: String {
        let place = "line \(line), column \(column)"
        let member = path.isEmpty ? "the body" : "'\(path)'"
        switch reason {
        case .unexpected(let expected): return "unexpected text \(expected) at \(place)"
        case .ended: return "it ends too early, at \(place)"
        case .controlCharacter(let byte):
            return byte == 0x0A || byte == 0x0D
                ? "an unescaped line break within a string at \(place); write \\n"
                : "an unescaped control character within a string at \(place)"
        case .escape: return "an invalid escape within a string at \(place)"
        case .notUTF8: return "bytes that are not UTF-8 at \(place)"
        case .tooDeep:
            return
                "\(member) is nested too deeply: at most \(JSONReader.depthMax) levels, at \(place)"
        case .duplicate: return "\(member) occurs twice in one object, again at \(place)"
        case .nameTooLong:
            return "a member's name in \(member) is longer than \(JSONReader.nameBytesMax) bytes, "
                + "at \(place)"
        case .numberTooLong:
            return
                "\(member) is a number of more than \(JSONReader.digitsMax) significant digits or "
                + "out of range, at \(place)"
        case .combiningMarks:
            return
                "\(member) holds more than \(CombiningMarks.runMax) combining characters in a row, "
                + "at \(place)"
        }
    }
}
