public import Ledger
public import Signing
public import Units

/// A request at the door: for what somebody asks, and what it can cost at most.
public struct Admission: Sendable {
    /// What becomes of it once it is in.
    public enum Start: Sendable {
        /// It runs at once, on this server.
        case running(ID<Server>)
        /// It waits for a worker.
        case queued
    }

    public let generation: ID<Generation>
    public let dialect: String
    public let model: String
    public let provider: String
    public let priceVersion: Int32
    public let n: Int
    /// The usage log's copy of the request, as JSON text: also what a worker makes pictures from.
    public let request: String
    /// The most it can cost: what will be held.
    public let quote: Credits
    public let start: Start
    /// Whether somebody could still ask for it if its server died.
    public let durable: Bool
    /// By when it has ended.
    public let deadline: Timestamp
    /// From when on a worker may take it, if it waits for one.
    let readyAt: Timestamp
    public let at: Timestamp

    public init(
        generation: ID<Generation>, dialect: String, model: String, provider: String,
        priceVersion: Int32, n: Int, request: String, quote: Credits, start: Start, durable: Bool,
        deadline: Timestamp, readyAt: Timestamp? = nil, at: Timestamp
    ) {
        self.generation = generation
        self.dialect = dialect
        self.model = model
        self.provider = provider
        self.priceVersion = priceVersion
        self.n = n
        self.request = request
        self.quote = quote
        self.start = start
        self.durable = durable
        self.deadline = deadline
        self.readyAt = readyAt ?? at
        self.at = at
    }

    /// The server that will run it; nil while it waits.
    var server: ID<Server>? {
        switch start {
        case .running(let server): server
        case .queued: nil
        }
    }

    var isQueued: Bool { server == nil }
}

/// What one call submits: one request, or a batch of them, all or none.
public struct Submission: Sendable {
    public let key: KeyHash
    public let admissions: [Admission]
    public let batch: NewBatch?
    public let claim: IdempotencyClaim?
    public let at: Timestamp

    public init(
        key: KeyHash, admissions: [Admission], batch: NewBatch? = nil,
        claim: IdempotencyClaim? = nil, at: Timestamp
    ) {
        precondition(!admissions.isEmpty, "a submission asks for something")
        precondition(batch != nil || admissions.count == 1, "several requests make a batch")
        self.key = key
        self.admissions = admissions
        self.batch = batch
        self.claim = claim
        self.at = at
    }

    /// The most all of it can cost.
    var quote: Credits { admissions.reduce(.zero) { $0 + $1.quote } }

    /// What it asks of limits.
    var demand: Meter.Demand {
        .init(
            requests: Int64(admissions.count),
            images: admissions.reduce(0) { $0 + Int64($1.n) }, quote: quote, at: at)
    }
}

/// A batch that is being submitted.
public struct NewBatch: Sendable {
    public let id: ID<Batch>
    public let dialect: String
    /// What was asked of it as a whole, as JSON text.
    public let request: String

    public init(id: ID<Batch>, dialect: String, request: String) {
        self.id = id
        self.dialect = dialect
        self.request = request
    }
}

/// A request that was let in: its generations run or wait, and their holds are placed.
public struct Admitted: Hashable, Sendable {
    public let wallet: Wallet.Name
    public let key: ID<Key>
    public let held: Credits
    /// How the limits stand that it was held against.
    public var limits: [LimitReading] = []
    /// `MeterBits` of the meters that count its generations as open.
    var meters: Int32 = 0
}

/// What the door says.
public enum Verdict: Hashable, Sendable {
    case admitted(Admitted)
    /// The same was asked before: nothing is done again.
    case repeats(EarlierWork)
}
