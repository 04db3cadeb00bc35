/// Base64 read as it comes: either alphabet, line breaks skipped, padding right or left out.
public struct Base64Reader: Sendable {
    /// What came is no base64.
    public struct Broken: Error, Hashable, Sendable {
        public init() {}
    }

    /// What is known of a group of four characters that is not whole yet.
    private var bits: UInt32 = 0
    private var characters = 0
    private var paddings = 0

    public init() {}

    /// Reads the next piece, and adds what it says to `bytes`.
    public mutating func read(
        _ piece: ArraySlice<UInt8>, into bytes: inout [UInt8]
    ) throws(Broken) {
        let values = Self.values
        bytes.reserveCapacity(bytes.count + piece.count / 4 * 3 + 3)
        for character in piece {
            let value = values[Int(character)]
            guard value < Self.padding else {
                if value == Self.space { continue }
                guard value == Self.padding, characters >= 2, characters + paddings < 4 else {
                    throw Broken()
                }
                paddings += 1
                continue
            }
            guard paddings == 0 else { throw Broken() }
            bits = bits << 6 | UInt32(value)
            characters += 1
            guard characters == 4 else { continue }
            bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
            bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
            bytes.append(UInt8(truncatingIfNeeded: bits))
            bits = 0
            characters = 0
        }
    }

    /// Adds what the last, shorter group says.
    public mutating func end(into bytes: inout [UInt8]) throws(Broken) {
        guard characters != 1, paddings == 0 || characters + paddings == 4 else { throw Broken() }
        if characters >= 2 {
            bytes.append(UInt8(truncatingIfNeeded: bits >> (characters == 2 ? 4 : 10)))
        }
        if characters == 3 { bytes.append(UInt8(truncatingIfNeeded: bits >> 2)) }
        self = Base64Reader()
    }

    private static let padding: UInt8 = 64
    private static let space: UInt8 = 65
    private static let foreign: UInt8 = 66

    /// The whole of a text; nil when it is no base64.
    static func decoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var reader = Base64Reader()
        var bytes: [UInt8] = []
        do throws(Broken) {
            try reader.read(Array(text)[...], into: &bytes)
            try reader.end(into: &bytes)
        } catch {
            return nil
        }
        return bytes
    }

    /// What each character stands for. Source: RFC 4648, sections 4 and 5.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: foreign, count: 256)
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8
        for (value, character) in alphabet.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        for (character, value) in [("+", 62), ("-", 62), ("/", 63), ("_", 63)] as [(String, UInt8)]
        {
            for byte in character.utf8 { values[Int(byte)] = value }
        }
        for byte in "=".utf8 { values[Int(byte)] = padding }
        for byte in " \t\r\n".utf8 { values[Int(byte)] = space }
        return values
    }()
}
