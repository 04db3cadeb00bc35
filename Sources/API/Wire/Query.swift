import Units

/// The parameters of a query string. Only the known ones: a misspelt one is refused rather than
/// ignored.
struct Query {
    private var values: [String: String] = [:]

    init(_ text: String?, known: Set<String>) throws(Refusal) {
        for pair in (text ?? "").split(separator: "&") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]),
                let value = Self.decoded(halves.count == 2 ? halves[1] : "")
            else {
                throw Refusal(.invalidValue, "The query string is not percent-encoded UTF-8.")
            }
            guard known.contains(name) else {
                throw Refusal(
                    .unknownParameter,
                    "Unknown parameter: '\(name.prefix(60))'. Known: "
                        + known.sorted().joined(separator: ", ") + ".", field: name)
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
                .invalidValue, "Invalid '\(name)': '\(text.prefix(40))' is no id.", field: name)
        }
        return id
    }

    /// Undoes percent-encoding and `+`; nil when what comes out is no UTF-8.
    private static func decoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let digits = String(validating: rest.prefix(2), as: UTF8.self),
                    digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                    let value = UInt8(digits, radix: 16)
                else { return nil }
                bytes.append(value)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
