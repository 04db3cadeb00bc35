import CCrypto

/// SHA-256 (FIPS 180-4), by OpenSSL.
public enum SHA256 {
    /// Bytes in a digest.
    public static let byteCount = 32

    /// The digest of `bytes`.
    public static func digest(_ bytes: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            let made = unsafe CCrypto.SHA256(bytes, bytes.count, digest.baseAddress)
            precondition(unsafe made != nil, "SHA-256 of memory cannot fail")
            count = byteCount
        }
    }
}

/// HMAC-SHA256 (RFC 2104), by OpenSSL.
public enum HMACSHA256 {
    /// The authentication code of `message` under `key`.
    public static func code(of message: [UInt8], under key: [UInt8]) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: SHA256.byteCount) { code, count in
            var written: UInt32 = 0
            let made = unsafe HMAC(
                EVP_sha256(), key, Int32(key.count), message, message.count, code.baseAddress,
                &written)
            precondition(unsafe made != nil && written == 32, "HMAC of memory cannot fail")
            count = SHA256.byteCount
        }
    }
}

/// Bytes that nobody can guess, by OpenSSL's generator.
public struct SecureRandom: RandomNumberGenerator, Sendable {
    public init() {}

    public mutating func next() -> UInt64 {
        var number: UInt64 = 0
        let made = unsafe withUnsafeMutableBytes(of: &number) {
            unsafe RAND_bytes($0.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32($0.count))
        }
        precondition(made == 1, "without randomness no secret may be made")
        return number
    }
}

/// Text of digits, upper-case and lower-case letters, in this order.
public enum Base62 {
    static let digits = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// Whether `text` is of these characters only.
    public static func isText(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        }
    }

    /// `count` characters, each equally likely: 5.954 bits apiece.
    public static func random(
        _ count: Int, using generator: inout some RandomNumberGenerator
    ) -> String {
        String(
            decoding: (0..<count).map { _ in
                digits[Int.random(in: 0..<digits.count, using: &generator)]
            }, as: UTF8.self)
    }

    /// The first `count` digits, least significant first, of `number`. Eleven hold all of it.
    public static func text(of number: UInt64, count: Int = 11) -> String {
        var number = number
        var text: [UInt8] = []
        for _ in 0..<count {
            text.append(digits[Int(number % 62)])
            number /= 62
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Lower-case hexadecimal text.
public enum Hex {
    /// What `text(of:)` was written from, in either case; nil when it is anything else.
    public static func bytes(of text: some StringProtocol) -> [UInt8]? {
        let digits = text.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }

    /// Two characters a byte.
    public static func text(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
