public import Units

/// The text of an API key: `atl_live_` or `atl_test_`, 43 base62 characters (256 random bits) and
/// 6 characters of checksum.
///
/// The checksum tells a typo from a key without asking the database, and a scanner a leaked key
/// from any other text. It is taken from the SHA-256 of what stands before it.
public struct KeyText: Sendable {
    static let randomCount = 43
    static let checksumCount = 6

    public let mode: Mode
    private let text: String

    /// A new key.
    public init(mode: Mode, using generator: inout some RandomNumberGenerator) {
        let body = "atl_\(mode)_" + Base62.random(Self.randomCount, using: &generator)
        self.mode = mode
        text = body + Self.checksum(of: body)
    }

    /// The key that `text` and the pepper make: always the same, and nobody makes it without the
    /// pepper. For one that has to be shown again although it is kept nowhere.
    public init(mode: Mode, derivedFrom text: String, pepper: Pepper) {
        var random: [UInt8] = []
        var block = 0
        while random.count < Self.randomCount {
            // Neither a key nor what a webhook's secret is made of begins like this.
            let message = "key|\(block)|\(text)"
            // 248 is the last multiple of 62: what is beyond would favour some characters.
            random += HMACSHA256.code(of: Array(message.utf8), under: pepper.bytes)
                .filter { $0 < 248 }.map { Base62.digits[Int($0 % 62)] }
            block += 1
        }
        let body =
            "atl_\(mode)_" + String(decoding: random.prefix(Self.randomCount), as: UTF8.self)
        self.mode = mode
        self.text = body + Self.checksum(of: body)
    }

    /// Reads a key as a caller sent it; nil when it cannot be one of ours.
    public init?(_ text: some StringProtocol) {
        guard let mode = Mode.allCases.first(where: { text.hasPrefix("atl_\($0.rawValue)_") }),
            text.utf8.count == 9 + Self.randomCount + Self.checksumCount,
            Base62.isText(text.dropFirst(9)),
            text.suffix(Self.checksumCount) == Self.checksum(of: text.dropLast(Self.checksumCount))
        else { return nil }
        self.mode = mode
        self.text = String(text)
    }

    private static func checksum(of body: some StringProtocol) -> String {
        let digest = SHA256.digest(Array(body.utf8))
        let number = digest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Base62.text(of: number, count: checksumCount)
    }

    /// The whole key, to be shown once and never kept.
    public var secret: Secret { Secret(text) }

    /// What may be shown later so that a person recognises it: `atl_live_3fYk…Q9aZ`.
    public var hint: String { "\(text.prefix(13))…\(text.suffix(4))" }

    /// What is kept of it: HMAC-SHA256 under the server's pepper, so that neither a dump nor the
    /// pepper alone lets anyone try keys.
    public func hash(pepper: Pepper) -> KeyHash {
        KeyHash(bytes: HMACSHA256.code(of: Array(text.utf8), under: pepper.bytes))
    }
}

/// What the database knows of a key's text.
public struct KeyHash: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// The server's own secret in every key hash (`ATELIER_KEY_PEPPER`).
public struct Pepper: Sendable {
    /// Shorter ones could be tried out.
    public static let lengthMin = 16

    let bytes: [UInt8]

    /// Nil when it is shorter than `lengthMin`.
    public init?(_ secret: Secret) {
        bytes = Array(secret.reveal().utf8)
        guard bytes.count >= Self.lengthMin else { return nil }
    }

    /// Tells one pepper from another and nothing of it: 128 bits of HMAC-SHA256 over a fixed text.
    public var fingerprint: [UInt8] {
        Array(
            HMACSHA256.code(of: Array("atelier pepper fingerprint".utf8), under: bytes).prefix(16))
    }
}
