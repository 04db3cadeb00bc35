import HTTP
import Signing
import Units

/// The header `Idempotency-Key`, and what makes two requests the same.
enum IdempotencyKey {
    /// Characters of a key.
    static let lengthMax = 255

    /// The key in the header: bare, or as a structured-field string in quotes (the IETF's draft
    /// idempotency-key-header-07, section 2.1).
    static func text(_ header: String) throws(Refusal) -> String {
        var text = Substring(header)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        if text.first == "\"" {
            let isQuoted = text.count >= 2 && text.last == "\""
            text = isQuoted ? Substring(unescaped(text.dropFirst().dropLast())) : ""
        }
        guard (1...lengthMax).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw Refusal(
                .invalidValue,
                "An Idempotency-Key is 1 to \(lengthMax) visible ASCII characters.",
                field: "Idempotency-Key")
        }
        return String(text)
    }

    private static func unescaped(_ text: Substring) -> String {
        var plain = ""
        var escaping = false
        for character in text {
            if character == "\\", !escaping {
                escaping = true
            } else {
                plain.append(character)
                escaping = false
            }
        }
        return plain
    }

    /// SHA-256 over mode, method, path and the body with its members in order: how a client happens to
    /// write the same JSON does not matter.
    static func fingerprint(
        of request: Request, body: [UInt8], mode: Mode
    ) throws(Refusal) -> [UInt8] {
        var text = Array("\(mode.rawValue) \(request.method) \(request.path)\n".utf8)
        var reader = CanonicalJSON(body)
        guard let value = reader.whole() else {
            throw Refusal(
                .malformedBody,
                "The body is not valid JSON, or nested more than \(CanonicalJSON.depthMax) deep.")
        }
        text += value
        return SHA256.digest(text)
    }
}
