import Units

/// The parameters of a query string. Only the known ones: a misspelt one is refused rather than
/// ignored.
struct Query {
    private var values: [String: String] = [:]

    /// `known` is nil where others are ignored, as a dialect has it.
    init(_ text: String?, known: Set<String>?) throws(Refusal) {
        for pair in (text ?? "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = PercentEncoding.decoded(halves[0], plusIsBlank: true),
                let value = PercentEncoding.decoded(
                    halves.count == 2 ? halves[1] : "", plusIsBlank: true)
            else {
                throw Refusal(.invalidValue, "The query string is not percent-encoded UTF-8.")
            }
            // PostgreSQL keeps no text with one, and no name needs it.
            guard !value.utf8.contains(0) else {
                throw Refusal(
                    .invalidValue,
                    "Invalid '\(name.prefix(60))': it contains the character U+0000.",
                    field: name)
            }
            if let known, !known.contains(name) {
                throw Refusal(
                    .unknownParameter,
                    "Unknown parameter: '\(name.prefix(60))'. Known: "
                        + known.sorted().joined(separator: ", ") + ".", field: name)
            }
            // Which of two was meant, only their sender knows.
            if let earlier = values[name], !earlier.utf8.elementsEqual(value.utf8) {
                throw Refusal(
                    .invalidValue, "'\(name.prefix(60))' must be sent once.",
                    field: String(name.prefix(60)))
            }
            values[name] = value
        }
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(Refusal) -> Int? {
        guard let text = values[name] else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw Refusal(
                .invalidValue,
                "Invalid '\(name)': '\(text.prefix(40))'. Accepted: \(range.lowerBound) to "
                    + "\(range.upperBound).", field: name)
        }
        return number
    }

    func text(_ name: String) -> String? { values[name] }

    /// One of `words`; nil when the parameter is absent.
    func word(_ name: String, of words: [String]) throws(Refusal) -> String? {
        guard let word = values[name] else { return nil }
        guard words.contains(word) else { throw Fields.notOne(of: words, name, word) }
        return word
    }

    func id<Of>(_ name: String, of: Of.Type) throws(Refusal) -> ID<Of>? {
        guard let text = values[name] else { return nil }
        guard let id = ID<Of>(text) else {
            throw Refusal(
                .invalidValue, "'\(name)' must be an id, not '\(text.prefix(40))'.", field: name)
        }
        return id
    }

    /// The names alone, known or not: some paths speak two dialects, which these tell apart.
    static func names(in text: String?) -> Set<String> {
        Set(
            (text ?? "").split(separator: "&").compactMap { pair in
                PercentEncoding.decoded(pair.prefix { $0 != "=" }, plusIsBlank: true)
            })
    }
}
