/// How one limit stands.
public struct LimitReading: Hashable, Sendable {
    /// Whose limit it is.
    public enum Scope: String, Sendable {
        case key, account, address
    }

    /// What it is counted in.
    public enum Amount: Hashable, Sendable {
        case count(Int64)
        case credits(Credits)
    }

    /// Its name: `requests_per_minute`, `images_per_minute`, `concurrent`, `day_cap`, `month_cap`,
    /// `reads_per_minute` or `failed_keys`.
    public let limit: String
    public let scope: Scope
    /// What it allows,
    public let most: Amount
    /// and what is left of it now.
    public let left: Amount
    /// How long until all of it is there again; nil where nobody can know.
    public let resetsIn: Duration?

    public init(
        limit: String, scope: Scope, most: Amount, left: Amount, resetsIn: Duration?
    ) {
        self.limit = limit
        self.scope = scope
        self.most = most
        self.left = left
        self.resetsIn = resetsIn
    }

    /// The refusal of what would pass this limit. Without `retryAfter` it never helps to try again.
    public func refusal(_ sentence: String, retryAfter: Duration?) -> Refusal {
        Refusal(.rateLimited, sentence, retryAfter: retryAfter, limit: self)
    }
}

extension LimitReading.Amount {
    public var json: JSON {
        switch self {
        case .count(let count): .int(count)
        case .credits(let amount): .credits(amount)
        }
    }
}
