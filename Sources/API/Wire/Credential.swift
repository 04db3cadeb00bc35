import Gateway
import HTTP
import Signing
import Units

/// The key that a request shows, under `Authorization: Bearer` or `X-API-Key`.
enum Credential {
    /// Headers that hold a key alone; the last is Azure's.
    private static let plainNames = ["X-API-Key", "api-key"]

    /// Refuses a missing key, two that differ, and what cannot be a key at all: the checksum tells
    /// without a look-up.
    static func key(of request: Request) throws(Refusal) -> KeyText {
        var shown: [UInt8]?
        for text in request.headers.all("Authorization") {
            guard let token = bearerToken(in: text) else { continue }
            try take(token, into: &shown)
        }
        for name in plainNames {
            for text in request.headers.all(name) {
                try take(trimmed(text.utf8[...]), into: &shown)
            }
        }
        guard let shown, !shown.isEmpty else {
            throw Refusal(
                .keyMissing,
                "You didn't provide an API key. Send it as 'Authorization: Bearer YOUR_KEY'.")
        }
        guard shown.count <= lengthMax, let key = KeyText(String(decoding: shown, as: UTF8.self))
        else {
            throw Refusal(.keyInvalid, "Incorrect API key provided: it is mistyped or cut short.")
        }
        return key
    }

    /// Whether `request` shows anything that could be a key.
    static func isShown(by request: Request) -> Bool {
        (["Authorization"] + plainNames).contains { request.headers[$0] != nil }
    }

    /// Bytes: more than any key has, so that no long header is looked at as text.
    private static let lengthMax = 200

    /// Bytes are compared, not texts: comparing hostile texts costs more than their length.
    private static func take(
        _ token: Substring.UTF8View, into shown: inout [UInt8]?
    ) throws(Refusal) {
        guard let earlier = shown else {
            shown = Array(token)
            return
        }
        guard earlier.elementsEqual(token) else {
            throw Refusal(
                .keyInvalid,
                "The request shows different keys under 'Authorization', 'X-API-Key' or 'api-key': "
                    + "send one.")
        }
    }

    private static func bearerToken(in text: String) -> Substring.UTF8View? {
        let scheme = text.utf8.prefix { $0 != 0x20 }
        guard scheme.count < text.utf8.count,
            scheme.elementsEqual("bearer".utf8, by: { $0 | 0x20 == $1 })
        else { return nil }
        return trimmed(text.utf8[scheme.endIndex...])
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        var text = text
        while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
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
