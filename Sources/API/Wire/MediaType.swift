/// `Content-Type` of a request: the type, and the boundary of a form.
struct MediaType {
    /// `multipart/form-data`, in lower case.
    let essence: String
    /// Nil where there is none, or none that RFC 2046 allows.
    let boundary: String?

    /// The longest boundary. Source: RFC 2046, section 5.1.1.
    private static let boundaryMax = 70

    init(_ text: String) {
        essence = text.prefix { $0 != ";" && $0 != " " }.lowercased()
        // A JSON request is not kept waiting for parameters that it has no use for.
        boundary = essence.hasPrefix("multipart/") ? Self.boundary(in: text) : nil
    }

    private static func boundary(in text: String) -> String? {
        let parameters = text.split(separator: ";").dropFirst()
        for parameter in parameters {
            let halves = parameter.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard halves.count == 2, trimmed(halves[0]).lowercased() == "boundary" else { continue }
            var value = trimmed(halves[1])
            if value.hasPrefix("\""), value.hasSuffix("\""), value.utf8.count >= 2 {
                value = String(value.dropFirst().dropLast())
            }
            let isOne =
                (1...boundaryMax).contains(value.utf8.count) && value.last != " "
                && value.utf8.allSatisfy(isOfABoundary)
            return isOne ? value : nil
        }
        return nil
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }

    private static func isOfABoundary(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "'()+_,-./:=? ".utf8.contains(byte)
        }
    }
}
