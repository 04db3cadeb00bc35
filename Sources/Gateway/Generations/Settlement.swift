public import Ledger
public import Pictures
public import Storage
public import Units

/// How a generation ended, before the money knows.
public struct Settlement: Sendable {
    /// What came of it.
    public enum Outcome: Sendable {
        /// `images` pictures were made for `cost`; those that are kept are listed.
        case delivered(images: Int, cost: Credits, kept: [KeptImage])
        /// Nothing was made and nothing is charged.
        case failed(Refusal)
        /// Nobody wants it any more, and it had not begun.
        case cancelled
    }

    public let wallet: Wallet.Name
    public let generation: ID<Generation>
    /// Who runs it; nil when nobody does.
    public let server: ID<Server>?
    /// Which run of it has ended; nil where nothing ran.
    public let run: Int32?
    public let outcome: Outcome
    public let latency: Latency
    /// The id of the posting, should there be one: made here so that trying again is the same.
    public let posting: ID<Posting>
    public let at: Timestamp
    /// What the cost consists of; empty where nobody says.
    package var charges: [ChargedLine] = []
    /// Who was asked.
    var attempts: [Attempt] = []
    /// Whose pictures were delivered, when it was somebody else's provider.
    var servedBy: String?
    /// What that one says it charges us.
    var providerCost: Credits?
    /// What is known of the pictures beyond what was asked for.
    var report = GenerationReport()

    public init(
        wallet: Wallet.Name, generation: ID<Generation>, server: ID<Server>?, run: Int32? = nil,
        outcome: Outcome, latency: Latency, posting: ID<Posting>, at: Timestamp
    ) {
        self.wallet = wallet
        self.generation = generation
        self.server = server
        self.run = run
        self.outcome = outcome
        self.latency = latency
        self.posting = posting
        self.at = at
    }
}

extension Settlement {
    /// The end of a job that nobody wants any more, before it has begun.
    init(cancelling job: GenerationLine, at now: Timestamp) {
        let waited = now - job.createdAt
        self.init(
            wallet: .init(account: job.account, mode: job.mode), generation: job.id, server: nil,
            outcome: .cancelled,
            latency: Latency(queue: waited, provider: .zero, store: .zero, total: waited),
            posting: ID(at: now), at: now)
    }
}

/// A picture in the store.
public struct KeptImage: Sendable {
    public let id: ID<KeptImage>
    public let name: StoredName
    public let format: ImageFormat
    public let size: PixelSize
    public let byteCount: Int

    public init(
        id: ID<KeptImage>, name: StoredName, format: ImageFormat, size: PixelSize, byteCount: Int
    ) {
        self.id = id
        self.name = name
        self.format = format
        self.size = size
        self.byteCount = byteCount
    }
}

/// Where a generation's time went.
public struct Latency: Hashable, Sendable {
    /// From its arrival to its start.
    public var queue: Duration
    /// With the provider.
    public var provider: Duration
    /// Checking, converting and storing.
    public var store: Duration
    /// From its arrival to its settlement.
    public var total: Duration

    public init(queue: Duration, provider: Duration, store: Duration, total: Duration) {
        self.queue = queue
        self.provider = provider
        self.store = store
        self.total = total
    }

    public static let none = Latency(queue: .zero, provider: .zero, store: .zero, total: .zero)
}

/// The row of a generation that is about to end, as loaded under its lock.
package struct OpenGeneration: Sendable {
    let id: ID<Generation>
    let state: String
    let ended: Bool
    let server: ID<Server>?
    let held: Credits
    let captured: Credits
    let posting: ID<Posting>?
    let run: Int32
    /// Whether a provider has begun it.
    let hasTask: Bool
    let batch: ID<Batch>?
    /// Where the request wants its end to be told.
    let webhook: RequestedWebhook?
    /// The meters that count it as open.
    let metered: Metered?

    /// Which meters a generation is counted by, and since when.
    package struct Metered: Sendable {
        let key: ID<Key>
        /// `MeterBits`.
        let meters: Int32
        let begun: Timestamp
    }

    package init(
        id: ID<Generation>, state: String, ended: Bool, server: ID<Server>?, held: Credits,
        captured: Credits, posting: ID<Posting>?, run: Int32 = 0, hasTask: Bool = false,
        batch: ID<Batch>? = nil, webhook: RequestedWebhook? = nil, metered: Metered? = nil
    ) {
        self.id = id
        self.state = state
        self.ended = ended
        self.server = server
        self.held = held
        self.captured = captured
        self.posting = posting
        self.run = run
        self.hasTask = hasTask
        self.batch = batch
        self.webhook = webhook
        self.metered = metered
    }
}

/// What became of the money.
public struct Settled: Hashable, Sendable {
    public let held: Credits
    public let captured: Credits
    public var released: Credits { held - captured }
    /// Nil when nothing was captured.
    public let posting: ID<Posting>?
}

extension Settlement {
    /// The word in `generation.state`.
    var state: String {
        switch outcome {
        case .delivered: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }

    var cost: Credits {
        switch outcome {
        case .delivered(_, let cost, _): cost
        case .failed, .cancelled: .zero
        }
    }

    var images: Int {
        switch outcome {
        case .delivered(let images, _, _): images
        case .failed, .cancelled: 0
        }
    }

    var kept: [KeptImage] {
        switch outcome {
        case .delivered(_, _, let kept): kept
        case .failed, .cancelled: []
        }
    }

    var failure: Refusal? {
        switch outcome {
        case .delivered, .cancelled: nil
        case .failed(let refusal): refusal
        }
    }
}
