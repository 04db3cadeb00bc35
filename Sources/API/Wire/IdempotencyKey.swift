import HTTP
import Signing
import Units

/// The header `Idempotency-Key`, and what makes two requests the same.
enum IdempotencyKey {
    /// Characters of a key.
    static let lengthMax = 255

    /// The key that a request shows; nil when it shows none.
    static func text(of request: Request) throws(Refusal) -> String? {
        let headers = request.headers.all("Idempotency-Key")
        guard let header = headers.first else { return nil }
        guard headers.count == 1 else {
            throw Refusal(
                .invalidValue, "There are \(headers.count) Idempotency-Keys: send one.",
                field: "Idempotency-Key")
        }
        return try text(header)
    }

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
        of request: Request, members: [String: JSONValue], mode: Mode
    ) -> [UInt8] {
        var text = Array("\(mode.rawValue) \(request.method) \(request.path)\n".utf8)
        JSONValue.object(members).json.write(into: &text)
        return SHA256.digest(text)
    }

    /// The same for a form: each part's name and the digest of its content, in their order.
    static func fingerprint(
        of request: Request, parts: [(name: String, digest: [UInt8])], mode: Mode
    ) -> [UInt8] {
        var text = Array("\(mode.rawValue) \(request.method) \(request.path)\nform\n".utf8)
        for part in parts {
            // Both of fixed length: no name can pass for the end of its part.
            text += SHA256.digest(Array(part.name.utf8)) + part.digest
        }
        return SHA256.digest(text)
    }
}
