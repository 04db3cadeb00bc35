import Postgres
public import Units

/// What ids of messages are ids of: one thing told, however many places it is told to.
public enum WebhookMessage {}

/// Something that customers want to be told of.
public struct WebhookEvent: Hashable, Sendable {
    /// The words that endpoints listen to.
    public enum Name: String, CaseIterable, Sendable {
        /// How far a generation is. Told once, from memory, and never again.
        case progress = "generation.progress"
        case completed = "generation.completed"
        /// Also for a generation that was cancelled.
        case failed = "generation.failed"
        /// The last generation of a batch has ended, well or not.
        case batchCompleted = "batch.completed"
        /// A charge has taken the balance below where the account wants to be told.
        case balanceLow = "balance.low"
        /// Most of a spending cap of this day or month is used.
        case limitNear = "limit.near"
        case invoiceFinalized = "invoice.finalized"
    }

    /// What it happened to.
    public enum Subject: Hashable, Sendable {
        case generation(ID<Generation>)
        case batch(ID<Batch>)
        /// Neither: all there is to tell, as JSON text.
        case data(String)
    }

    public let account: ID<Account>
    /// Made by the caller: what the request's own address is told, or without one every endpoint.
    public let message: ID<WebhookMessage>
    /// What every endpoint is told. Beside a request's own address, which is told in the words of
    /// its dialect, it is a message of its own: one id never stands for two bodies.
    let endpointMessage: ID<WebhookMessage>
    public let event: Name
    public let subject: Subject
    /// Where the request itself wants this event told, besides the account's endpoints.
    public let requestURL: String?
    public let at: Timestamp

    public init(
        account: ID<Account>, message: ID<WebhookMessage>, event: Name, subject: Subject,
        requestURL: String?, at: Timestamp
    ) {
        self.account = account
        self.message = message
        endpointMessage = requestURL == nil ? message : ID(at: at)
        self.event = event
        self.subject = subject
        self.requestURL = requestURL
        self.at = at
    }
}

extension WebhookEvent.Subject {
    /// From three columns, of which one is not null; nil for what tells of nothing.
    init?(generation: ID<Generation>?, batch: ID<Batch>?, data: JSONText?) {
        if let generation {
            self = .generation(generation)
        } else if let batch {
            self = .batch(batch)
        } else if let data {
            self = .data(data.text)
        } else {
            return nil
        }
    }

    public var generation: ID<Generation>? {
        if case .generation(let id) = self { id } else { nil }
    }

    public var batch: ID<Batch>? {
        if case .batch(let id) = self { id } else { nil }
    }

    var data: JSONText? {
        if case .data(let text) = self { JSONText(text) } else { nil }
    }
}
