/// Characters that do something other than being seen: control characters, escape sequences' first
/// bytes, what turns the direction of writing round, blanks without width.
///
/// In a name they deceive its reader; on a terminal they act. So names refuse them where they come in,
/// and whatever is printed shows them as `\u{1B}`.
public enum HiddenCharacters {
    /// Whether a text may not hold `scalar` in a name.
    ///
    /// Unicode's categories Cc, Cf, Zl and Zp, but for the two joiners that Persian, Indic scripts and
    /// emoji are written with.
    public static func contains(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.value >= 0x20, scalar.value < 0x7F { return false }
        if scalar.value == 0x200C || scalar.value == 0x200D { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: return true
        default: return false
        }
    }

    /// Whether `text` holds one.
    public static func areIn(_ text: String) -> Bool {
        text.unicodeScalars.contains(where: contains)
    }

    /// `text` with each one shown as `\u{…}`, but for those in `kept`.
    public static func shown(_ text: String, keeping kept: Set<Unicode.Scalar> = []) -> String {
        replaced(text, keeping: kept) { "\\u{\(String($0.value, radix: 16, uppercase: true))}" }
    }

    /// A text of JSON with each one as an escape of JSON's: the same value, safe to look at.
    public static func escaped(json text: String) -> String {
        replaced(text, keeping: ["\n"]) { scalar in
            UTF16.encode(scalar).map { units in
                units.map { unit in
                    let digits = String(unit, radix: 16)
                    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }.joined()
            } ?? ""
        }
    }

    private static func replaced(
        _ text: String, keeping kept: Set<Unicode.Scalar>, _ write: (Unicode.Scalar) -> String
    ) -> String {
        guard text.unicodeScalars.contains(where: { contains($0) && !kept.contains($0) }) else {
            return text
        }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if contains(scalar), !kept.contains(scalar) {
                result.append(contentsOf: write(scalar).unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}

/// A name that people give to something of theirs.
public enum Label {
    /// Characters of a name.
    public static let lengthMax = 200

    /// Refuses a name that is empty, too long, begins or ends with a blank, or holds what is not seen.
    /// Nothing is changed in silence.
    public static func check(
        _ text: String, field: String, lengthMax: Int = lengthMax, mayBeEmpty: Bool = false
    ) throws(Refusal) {
        let count = text.unicodeScalars.count
        guard count <= lengthMax, mayBeEmpty || count > 0 else {
            throw Refusal(
                .invalidValue,
                "'\(field)' has \(mayBeEmpty ? "up to" : "1 to") \(lengthMax) characters.",
                field: field)
        }
        guard text.first?.isWhitespace != true, text.last?.isWhitespace != true else {
            throw Refusal(
                .invalidValue, "'\(field)' begins or ends with a blank.", field: field)
        }
        guard !HiddenCharacters.areIn(text) else {
            throw Refusal(
                .invalidValue,
                "'\(field)' holds a character that is not seen, such as a control character or one that "
                    + "turns the direction of writing: \(HiddenCharacters.shown(text)).",
                field: field)
        }
    }
}
