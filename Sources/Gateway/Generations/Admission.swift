public import Ledger
public import Signing
public import Units

/// A request at the door: who asks, for what, and what it can cost at most.
public struct Admission: Sendable {
    public let key: KeyHash
    public let generation: ID<Generation>
    public let dialect: String
    public let model: String
    public let provider: String
    public let priceVersion: Int32
    public let n: Int
    /// The usage log's copy of the request, as JSON text.
    public let request: String
    /// The most it can cost: what will be held.
    public let quote: Credits
    /// Who will run it, and by when it has ended.
    public let server: ID<Server>
    public let deadline: Timestamp
    public let at: Timestamp

    public init(
        key: KeyHash, generation: ID<Generation>, dialect: String, model: String, provider: String,
        priceVersion: Int32, n: Int, request: String, quote: Credits, server: ID<Server>,
        deadline: Timestamp, at: Timestamp
    ) {
        self.key = key
        self.generation = generation
        self.dialect = dialect
        self.model = model
        self.provider = provider
        self.priceVersion = priceVersion
        self.n = n
        self.request = request
        self.quote = quote
        self.server = server
        self.deadline = deadline
        self.at = at
    }
}

/// A request that was let in: its generation runs and its hold is placed.
public struct Admitted: Hashable, Sendable {
    public let wallet: Wallet.Name
    public let key: ID<Key>
    public let held: Credits
}
