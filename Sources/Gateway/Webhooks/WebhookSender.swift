import Signing
import Units

/// How webhooks leave the house. The network is somebody else's: here are only questions to it.
public struct WebhookSender: Sendable {
    /// Why this URL may not be called, told when it is named; nil when it may.
    public let refusal: @Sendable (String) -> String?
    /// Sends one message once. Answers always, within the post's time limit and a moment.
    public let post: @Sendable (WebhookPost) async -> WebhookReply

    public init(
        refusal: @escaping @Sendable (String) -> String?,
        post: @escaping @Sendable (WebhookPost) async -> WebhookReply
    ) {
        self.refusal = refusal
        self.post = post
    }
}

/// A message on its way to one place.
public struct WebhookPost: Sendable {
    public let url: String
    /// In lower case. Length, host and agent are the sender's to add.
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
    public let timeLimit: Duration

    /// As long as a receiver may think: Standard Webhooks suggests 15 to 30 seconds.
    public static let timeLimit: Duration = .seconds(15)

    public init(
        url: String, headers: [(name: String, value: String)], body: [UInt8],
        timeLimit: Duration = WebhookPost.timeLimit
    ) {
        self.url = url
        self.headers = headers
        self.body = body
        self.timeLimit = timeLimit
    }
}

/// What came of a post.
public enum WebhookReply: Hashable, Sendable {
    /// The receiver's status, and how long it asks to be left alone.
    case answered(status: Int, retryAfter: Duration? = nil)
    /// There was no answer: `connection refused`, `no answer within 15 s`.
    case failed(String)
    /// The address may not be called: `127.0.0.1 is a loopback address`.
    case refused(String)
}

extension WebhookPost {
    /// A message, signed as receivers of Standard Webhooks expect it.
    init(
        url: String, message: ID<WebhookMessage>, body: [UInt8], secrets: [WebhookSecret],
        at now: Timestamp
    ) {
        let signature = WebhookSignature.header(
            id: message.description, timestamp: now, body: body, secrets: secrets)
        self.init(
            url: url,
            headers: [
                ("content-type", "application/json"), ("webhook-id", message.description),
                ("webhook-timestamp", String(now.seconds)), ("webhook-signature", signature),
            ],
            body: body)
    }
}

extension WebhookReply {
    /// For the log, which is not told addresses.
    var word: String {
        switch self {
        case .answered(let status, _): String(status)
        case .failed: "failed"
        case .refused: "refused"
        }
    }
}
