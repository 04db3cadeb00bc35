import Gateway
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

/// A key as it was shown: nobody has looked it up yet.
struct ShownKey {
    let mode: Mode
    let hash: KeyHash
}

extension Application {
    /// Runs `body`, which looks the key up that `request` shows and ends without an error only if
    /// it is good.
    ///
    /// Every request with a key passes here, before anything else of it is read: the doorkeeper
    /// decides whether the database is asked at all, and learns what it said.
    func withKey<Value>(
        of request: Request, _ body: (ShownKey) async throws -> Value
    ) async throws -> Value {
        let key = try shownKey(of: request)
        do {
            let value = try await body(key)
            doorkeeper.found(key.hash)
            return value
        } catch let refusal as Refusal {
            doorkeeper.refused(key.hash, from: request.peer, as: refusal.kind)
            throw refusal
        }
    }

    /// How the limit stands that `request` was counted by; empty where it makes pictures.
    func reads(by request: Request, of route: Route) -> [LimitReading] {
        guard let scope = route.scope, scope != .generate,
            // It was answered, so its key could be read.
            let key = try? Credential.key(of: request)
        else { return [] }
        return doorkeeper.reads(of: key.hash(pepper: pepper)).map { [$0] } ?? []
    }

    private func shownKey(of request: Request) throws(Refusal) -> ShownKey {
        do throws(Refusal) {
            let text = try Credential.key(of: request)
            let key = ShownKey(mode: text.mode, hash: text.hash(pepper: pepper))
            try doorkeeper.admit(key.hash, from: request.peer)
            return key
        } catch {
            guard error.kind == .keyInvalid else { throw error }
            // No key of ours has this text.
            try doorkeeper.admit(nil, from: request.peer)
            doorkeeper.refused(nil, from: request.peer, as: .keyInvalid)
            throw error
        }
    }
}
