import Units

/// Finds keys in any text: a log, a dump, a settings file, a page of a chat.
///
/// Whatever stands before and after it, a key is known by its shape and its checksum. A key that was
/// broken over lines is found too, as white space is also looked past. Takes the text in pieces and
/// keeps no more of it than a key is long.
public struct KeyFinder {
    /// Keys that are told apart in one text. More are no leak but a list.
    public static let keysMax = 10_000

    private static let length = 9 + KeyText.randomCount + KeyText.checksumCount
    private static let starts = Mode.allCases.map { Array("atl_\($0.rawValue)_".utf8) }

    /// The end of what came, as it came, and without white space.
    private var plain: [UInt8] = []
    private var joined: [UInt8] = []
    private var seen: Set<[UInt8]> = []

    public init() {}

    /// Takes the next piece; keys that it completes, each once in the whole text.
    public mutating func take(_ piece: [UInt8]) -> [KeyText] {
        let dense = piece.filter { $0 > 0x20 }
        let found = Self.keys(in: plain + piece) + Self.keys(in: joined + dense)
        plain = Array((plain + piece).suffix(Self.length - 1))
        joined = Array((joined + dense).suffix(Self.length - 1))
        return found.filter { key in
            seen.count < Self.keysMax
                && seen.insert(SHA256.digest(Array(key.secret.reveal().utf8))).inserted
        }
    }

    private static func keys(in text: [UInt8]) -> [KeyText] {
        var keys: [KeyText] = []
        var at = 0
        while at + length <= text.count {
            guard text[at] == UInt8(ascii: "a"),
                starts.contains(where: { text[at...].starts(with: $0) }),
                let key = KeyText(String(decoding: text[at..<(at + length)], as: UTF8.self))
            else {
                at += 1
                continue
            }
            keys.append(key)
            at += length
        }
        return keys
    }
}
