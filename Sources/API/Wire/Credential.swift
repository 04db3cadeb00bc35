import HTTP
import Signing
import Units

/// The key that a request shows, under `Authorization: Bearer` or `X-API-Key`.
enum Credential {
    /// Refuses a missing key, two that differ, and what cannot be a key at all: the checksum tells
    /// without a look-up.
    static func key(of request: Request) throws(Refusal) -> KeyText {
        let bearer = bearerToken(of: request)
        let plain = request.headers["X-API-Key"].map { trimmed($0[...]) }
        if let bearer, let plain, bearer != plain {
            throw Refusal(
                .keyInvalid, "'Authorization' and 'X-API-Key' hold different keys: send one.")
        }
        guard let text = bearer ?? plain, !text.isEmpty else {
            throw Refusal(
                .keyMissing,
                "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.")
        }
        guard let key = KeyText(text) else {
            throw Refusal(.keyInvalid, "Incorrect API key provided: it is mistyped or cut short.")
        }
        return key
    }

    private static func bearerToken(of request: Request) -> Substring? {
        guard let value = request.headers["Authorization"] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, Headers.same(String(parts[0]), "Bearer") else { return nil }
        return trimmed(parts[1])
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
