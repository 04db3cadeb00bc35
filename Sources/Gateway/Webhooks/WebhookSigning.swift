import Postgres
import Signing
import Units

/// What is kept of the secrets that sign what goes to one place.
struct WebhookSigning: Sendable {
    let account: WebhookSecret.Version
    /// The endpoint, where it has a secret of its own.
    let endpoint: ID<WebhookEndpoint>?
    let own: WebhookSecret.Version?

    init(
        account: WebhookSecret.Version, endpoint: ID<WebhookEndpoint>?,
        own: WebhookSecret.Version?
    ) {
        self.account = account
        self.endpoint = endpoint
        self.own = own
    }

    static let columns: SQL = """
        p.version, p.previous_until, p.signs_as, p.secret_version, p.previous_secret_until
        """

    static func read(_ row: inout RowReader) throws -> WebhookSigning {
        let account = try WebhookSecret.Version.own(&row) ?? .first
        return WebhookSigning(
            account: account, endpoint: try row.next(), own: try WebhookSecret.Version.own(&row))
    }

    /// What signs `delivery`. An address that a request named is signed for under the account's
    /// secret; where it is the URL of an endpoint, under that one's too, which its receiver knows.
    func secrets(
        of delivery: WebhookDelivery, pepper: Pepper, at now: Timestamp
    ) -> [WebhookSecret] {
        let ofEndpoint = secrets(of: delivery.account, pepper: pepper, at: now)
        guard delivery.endpoint == nil else { return ofEndpoint }
        let ofAccount = account.secrets(of: delivery.account, pepper: pepper, at: now)
        return ofAccount + ofEndpoint.filter { !ofAccount.contains($0) }
    }

    /// What signs for the endpoint, the newest first: its own secret, and the one before while that
    /// overlaps, which for the first is the account's; without one of its own, the account's.
    func secrets(
        of account: ID<Account>, pepper: Pepper, at now: Timestamp
    ) -> [WebhookSecret] {
        let ofAccount = self.account.secrets(of: account, pepper: pepper, at: now)
        guard let endpoint, let own else { return ofAccount }
        func secret(_ version: Int32) -> WebhookSecret {
            WebhookSecret(of: account, endpoint: endpoint, version: version, pepper: pepper)
        }
        let current = [secret(own.number)]
        guard own.overlaps(at: now) else { return current }
        return current + (own.number > 1 ? [secret(own.number - 1)] : ofAccount)
    }
}
