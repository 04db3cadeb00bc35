public import Units

/// A secret under which webhooks are signed, an account's or one endpoint's: `whsec_` and base64, as
/// receivers of Standard Webhooks expect it.
///
/// It is derived from the server's pepper, so it is kept nowhere: a dump of the database tells
/// only its version.
public struct WebhookSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// The secret of `account` in this version, 32 bytes.
    public init(of account: ID<Account>, version: Int32, pepper: Pepper) {
        // No API key begins like this, so no key's hash is ever a secret.
        let message = "webhook|\(account)|\(version)"
        self.init(bytes: HMACSHA256.code(of: Array(message.utf8), under: pepper.bytes))
    }

    /// The secret of one `endpoint` of `account` in this version, 32 bytes.
    public init<Endpoint>(
        of account: ID<Account>, endpoint: ID<Endpoint>, version: Int32, pepper: Pepper
    ) {
        // Four parts: never what an account's secret is derived from.
        let message = "webhook|\(account)|\(endpoint)|\(version)"
        self.init(bytes: HMACSHA256.code(of: Array(message.utf8), under: pepper.bytes))
    }

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// What the account is shown, and gives to its receiver.
    public var text: Secret {
        var text = Array("whsec_".utf8)
        Base64.append(bytes, to: &text)
        return Secret(String(decoding: text, as: UTF8.self))
    }

    public var description: String { "•••" }
    public var customMirror: Mirror { Mirror(self, children: []) }

    /// The signature of Standard Webhooks, version 1: HMAC-SHA256 over id, time and body.
    fileprivate func signature(of message: [UInt8]) -> String {
        var text = Array("v1,".utf8)
        Base64.append(HMACSHA256.code(of: message, under: bytes), to: &text)
        return String(decoding: text, as: UTF8.self)
    }
}

/// How a receiver knows that a webhook is ours (Standard Webhooks, version 1).
public enum WebhookSignature {
    /// The value of `webhook-signature`: one signature a secret, so that while a secret changes a
    /// receiver that knows either is content.
    ///
    /// `id` holds no dot: it is what keeps the signed parts apart.
    public static func header(
        id: String, timestamp: Timestamp, body: [UInt8], secrets: [WebhookSecret]
    ) -> String {
        precondition(!id.utf8.contains(UInt8(ascii: ".")), "a dot would blur what is signed")
        let message = Array("\(id).\(timestamp.seconds).".utf8) + body
        return secrets.map { $0.signature(of: message) }.joined(separator: " ")
    }
}
