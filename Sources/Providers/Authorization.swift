internal import Signing
internal import Units

/// How a vendor wants to be shown a credential.
public enum Authorization: Sendable {
    /// `Authorization: Bearer KEY`
    case bearer
    /// `Authorization: Key KEY`, with this word.
    case word(String)
    /// A header of its own.
    case header(String)
    /// HTTP Basic, from `user:password`.
    case basic
    /// A token signed anew for every call (RFC 7519, HS256), from `access key:secret key`.
    case signedToken

    /// The header for a call at `now`.
    func credential(_ secret: Secret, at now: Timestamp) throws(VendorFailure) -> Call.Credential {
        let text = secret.reveal()
        switch self {
        case .bearer:
            return Call.Credential(header: "Authorization", value: Secret("Bearer \(text)"))
        case .word(let word):
            return Call.Credential(header: "Authorization", value: Secret("\(word) \(text)"))
        case .header(let name): return Call.Credential(header: name, value: secret)
        case .basic:
            var value = Array("Basic ".utf8)
            Base64.append(Array(text.utf8), to: &value)
            return Call.Credential(
                header: "Authorization", value: Secret(String(decoding: value, as: UTF8.self)))
        case .signedToken:
            let parts = text.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else {
                throw VendorFailure(.operatorAuth, "the credential is not 'access key:secret key'")
            }
            let token = Self.token(
                issuer: String(parts[0]), key: String(parts[1]), at: now)
            return Call.Credential(
                header: "Authorization", value: Secret("Bearer \(token)"))
        }
    }

    /// How long a token is good for, and how far the vendor's clock may be behind ours.
    private static let tokenSeconds: Int64 = 1800
    private static let slackSeconds: Int64 = 5

    static func token(issuer: String, key: String, at now: Timestamp) -> String {
        let head = JSON.object([("alg", .string("HS256")), ("typ", .string("JWT"))])
        let claims = JSON.object([
            ("iss", .string(issuer)), ("exp", .int(now.seconds + tokenSeconds)),
            ("nbf", .int(now.seconds - slackSeconds)),
        ])
        let signed = "\(base64URL(head.bytes)).\(base64URL(claims.bytes))"
        let code = HMACSHA256.code(of: Array(signed.utf8), under: Array(key.utf8))
        return "\(signed).\(base64URL(code))"
    }

    /// Base64 for URLs, without padding (RFC 4648, section 5).
    private static func base64URL(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        Base64.append(bytes, to: &text)
        let mapped = text.filter { $0 != UInt8(ascii: "=") }.map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return String(decoding: mapped, as: UTF8.self)
    }
}
