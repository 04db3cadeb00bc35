public import Postgres
import Signing
public import Units

/// Where an account wants to be told, whatever request it is about.
public struct WebhookEndpoint: Sendable {
    public let account: ID<Account>
    public let id: ID<WebhookEndpoint>
    public let url: String
    public let description: String
    public let events: [WebhookEvent.Name]
    /// Why nothing is sent there; nil when it is enabled.
    public let disabledReason: String?
    /// Since when nothing has got through; nil when all is well.
    public let failingSince: Timestamp?
    public let createdAt: Timestamp
    /// Which secret is its own; nil while the account's signs, as for all that are older than
    /// secrets of their own.
    let secret: WebhookSecret.Version?

    /// Whether it has a secret of its own.
    public var hasOwnSecret: Bool { secret != nil }

    public var isEnabled: Bool { disabledReason == nil }

    /// Endpoints of an account: each is a row and a call for every event.
    public static let countMax = 10

    /// What stands instead of an endpoint's id where the request itself named the address.
    static let ofTheRequest = ID<WebhookEndpoint>(high: 0, low: 0)

    static let disabledByOwner = "disabled by its owner"

    /// What an endpoint is made with, or what is changed of it; nil leaves as it is.
    public struct Terms: Sendable {
        public var url: String?
        public var description: String?
        public var events: [WebhookEvent.Name]?
        public var enabled: Bool?

        public init(
            url: String? = nil, description: String? = nil, events: [WebhookEvent.Name]? = nil,
            enabled: Bool? = nil
        ) {
            self.url = url
            self.description = description
            self.events = events
            self.enabled = enabled
        }
    }

    static let columns: SQL = """
        account_id, id, url, description, events, disabled_reason, failing_since, created_at,
        secret_version, previous_secret_until
        """

    static func read(_ row: inout RowReader) throws -> WebhookEndpoint {
        let account: ID<Account> = try row.next()
        let id: ID<WebhookEndpoint> = try row.next()
        let url: String = try row.next()
        let description: String = try row.next()
        let events: [String] = try row.next()
        return WebhookEndpoint(
            account: account, id: id, url: url, description: description,
            // A word of a newer program is left out.
            events: events.compactMap(WebhookEvent.Name.init(rawValue:)),
            disabledReason: try row.next(), failingSince: try row.next(),
            createdAt: try row.next(), secret: try WebhookSecret.Version.own(&row))
    }

    /// The endpoint of this id and account, or a refusal that names it: another account's does not
    /// exist either.
    public static func find(
        _ id: ID<WebhookEndpoint>, of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> WebhookEndpoint {
        let found = try transaction.first(
            "select " + columns + " from webhook_endpoint"
                + " where account_id = \(account) and id = \(id)", read)
        guard let found else {
            throw Refusal(.notFound, "There is no webhook endpoint \(id).", field: "id")
        }
        return found
    }

    /// All endpoints of an account, in order of birth.
    public static func list(
        of account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> [WebhookEndpoint] {
        try transaction.rows(
            "select " + columns + " from webhook_endpoint where account_id = \(account)"
                + " order by id limit \(countMax)", read)
    }
}
