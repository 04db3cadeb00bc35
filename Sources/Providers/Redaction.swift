public import Units

/// What others wrote, made fit for a log line and an error.
enum Redaction {
    /// Characters of a vendor's sentence that are kept.
    static let lengthMax = 300
    private static let hidden = "•••"

    /// How words begin that are keys, at the vendors we know.
    private static let keyPrefixes = [
        "sk-", "sk_", "xai-", "papi.", "aiza", "r8_", "fal_", "eyj", "key-", "atl_live_",
        "atl_test_",
    ]

    /// One line of at most `lengthMax` characters, in which keys, addresses with a query and whatever
    /// follows `Bearer` are hidden.
    static func clean(_ text: String) -> String {
        var words: [Substring] = []
        var hideNext = false
        var length = 0
        for word in text.split(whereSeparator: { $0.isWhitespace || isControl($0) }) {
            let shown = hideNext || isSecret(word) ? hidden[...] : word
            hideNext = ["bearer", "key:", "token:", "apikey:"].contains(word.lowercased())
            length += shown.count + 1
            words.append(shown)
            if length > lengthMax { break }
        }
        let line = words.joined(separator: " ")
        return line.count > lengthMax ? line.prefix(lengthMax - 1) + "…" : line
    }

    private static func isControl(_ character: Character) -> Bool {
        character.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }

    private static func isSecret(_ word: Substring) -> Bool {
        let bare = word.drop { "\"'(`<[{".contains($0) }.lowercased()
        if keyPrefixes.contains(where: { bare.hasPrefix($0) && bare.count > $0.count + 3 }) {
            return true
        }
        if bare.contains("://"), bare.contains("?") || bare.contains("@") { return true }
        // Long and of letters and digits without order, as keys are and words of people are not.
        let runs = word.split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return runs.contains { run in
            run.count >= 24 && run.contains(where: \.isNumber) && run.contains(where: \.isLetter)
        }
    }
}

extension VendorFailure {
    /// The same without `secret`, should the vendor have quoted it.
    public func hiding(_ secret: Secret) -> VendorFailure {
        let text = secret.reveal()
        var copy = self
        // A key of two parts may be quoted by either.
        for part in [text] + text.split(separator: ":").map(String.init) where part.count >= 6 {
            copy.message = copy.message.replacing(part, with: "•••")
            copy.field = copy.field?.replacing(part, with: "•••")
        }
        return copy
    }
}
