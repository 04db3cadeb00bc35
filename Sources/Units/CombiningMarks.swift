/// Long runs of combining characters, which text that people write does not have.
///
/// Swift compares and hashes texts in a normal form, for which the marks that follow one letter are
/// sorted: work that grows with the square of their number. 100 kB of accents take seconds to compare
/// with any word. Unicode's Stream-Safe Text Format (UAX #15, section 13) allows 30 in a row; ours is
/// more generous, for texts that are decorated on purpose.
public enum CombiningMarks {
    /// Non-starters in a row.
    public static let runMax = 128

    /// Whether `text` holds a longer run.
    public static func areTooMany(in text: String) -> Bool {
        // The first non-starter is U+0300, whose first byte is 0xCC.
        guard text.utf8.count > runMax, text.utf8.contains(where: { $0 >= 0xCC }) else {
            return false
        }
        var run = 0
        for scalar in text.unicodeScalars {
            guard scalar.value >= 0x300, scalar.properties.canonicalCombiningClass.rawValue != 0
            else {
                run = 0
                continue
            }
            run += 1
            if run > runMax { return true }
        }
        return false
    }
}

/// How much of some bytes is UTF-8.
enum UTF8Prefix {
    /// Bytes before the first that belongs to no character.
    static func count(of bytes: ArraySlice<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var count = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            count += UTF8.width(scalar)
        }
        return count
    }
}
