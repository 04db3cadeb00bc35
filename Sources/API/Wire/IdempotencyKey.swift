import FoundationEssentials
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
        if text.count >= 2, text.first == "\"", text.last == "\"" {
            text = Substring(unescaped(text.dropFirst().dropLast()))
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
        let value: CanonicalJSON
        do {
            value = try JSONDecoder().decode(CanonicalJSON.self, from: Data(body))
        } catch {
            throw Refusal(.malformedBody, "The body is not valid JSON.")
        }
        var text = Array("\(mode.rawValue) \(request.method) \(request.path)\n".utf8)
        value.write(into: &text)
        return SHA256.digest(text)
    }
}

/// A JSON value in the one form that its fingerprint is taken of.
private enum CanonicalJSON: Decodable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([CanonicalJSON])
    case object([String: CanonicalJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard !container.decodeNil() else {
            self = .null
            return
        }
        // Each kind fails to be read as any other, so the order of trying does not matter, but for
        // whole numbers, which must not pass through floating point.
        let plain =
            (try? container.decode(Bool.self)).map(CanonicalJSON.bool)
            ?? (try? container.decode(Int64.self)).map { .number("\($0)") }
            ?? (try? container.decode(Double.self)).map { .number("\($0)") }
            ?? (try? container.decode(String.self)).map(CanonicalJSON.string)
            ?? (try? container.decode([CanonicalJSON].self)).map(CanonicalJSON.array)
        self = try plain ?? .object(container.decode([String: CanonicalJSON].self))
    }

    func write(into bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += "null".utf8
        case .bool(let value): bytes += (value ? "true" : "false").utf8
        case .number(let text): bytes += text.utf8
        case .string(let text): JSON.string(text).write(into: &bytes)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for item in items {
                item.write(into: &bytes)
                bytes.append(UInt8(ascii: ","))
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                JSON.string(name).write(into: &bytes)
                bytes.append(UInt8(ascii: ":"))
                value.write(into: &bytes)
                bytes.append(UInt8(ascii: ","))
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }
}
