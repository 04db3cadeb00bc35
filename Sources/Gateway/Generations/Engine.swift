public import Jobs
import Ledger
public import Log
import Pictures
public import Postgres
import Providers
import Signing
public import Storage
public import Threads
public import Units

/// Admits, runs and settles generations: the way of every image, whoever waits for it.
public final class Engine: Sendable {
    /// How many callers may wait for a batch, and for how long a generation may run.
    public struct Limits: Sendable {
        /// Admissions and settlements waiting in one shard; past it 503.
        public var queueMax = 4096
        /// Members of one transaction: bounds its locks and its memory.
        public var batchMax = 1024
        /// Connections for `admit` and `settle`; accounts are spread over them.
        public var shards = 2
        /// From its start to its forced end.
        public var deadline: Duration = .seconds(300)
        /// Jobs of one account that may wait.
        public var queueDepthMax = 10_000
        /// Tries at a provider, the first included, and the pause after the first; each next one is
        /// twice as long, less up to half of it at random.
        public var attemptsMax = 4
        public var retryAfter: Duration = .seconds(1)
        /// Free bytes of the store below which nothing is bought.
        public var freeBytesMin = StoreRoom.freeBytesMin

        public init() {}
    }

    let database: Database
    let catalogue: CatalogueKeeper
    let store: ImageStore
    /// Whether what is bought now could be kept.
    public let room: StoreRoom
    let inputs: Inputs
    let providers: [String: any Provider]
    let clock: Clock
    let log: Log
    let lease: Lease
    let limits: Limits
    let runs = Runs()
    let breakers = Breakers()
    let ends = Ends()
    let listeners = Lock(Listeners())
    public let figures = Figures()
    /// Which keys are in use, for `last_used_at`.
    public let uses = KeyUses()
    private let till: Till

    public convenience init(
        database: Database, url: Secret, settings: Database.Settings, catalogue: CatalogueKeeper,
        store: ImageStore, inputs: Inputs, painting pool: WorkerPool,
        vendors: [VendorProvider] = [], lease: Lease, limits: Limits,
        clock: Clock,
        log: Log
    ) {
        self.init(
            database: database, url: url, settings: settings, catalogue: catalogue, store: store,
            inputs: inputs,
            providers: Self.builtIn(Painter(pool: pool, clock: clock)).merging(
                vendors.map { ($0.vendor.name, $0) }, uniquingKeysWith: { own, _ in own }),
            lease: lease,
            limits: limits,
            clock: clock, log: log)
    }

    package init(
        database: Database, url: Secret, settings: Database.Settings, catalogue: CatalogueKeeper,
        store: ImageStore, inputs: Inputs, providers: [String: any Provider], lease: Lease,
        limits: Limits,
        clock: Clock, log: Log
    ) {
        self.database = database
        self.catalogue = catalogue
        self.store = store
        room = StoreRoom(of: store, freeBytesMin: limits.freeBytesMin, clock: clock)
        self.inputs = inputs
        self.providers = providers
        self.clock = clock
        self.log = log
        self.lease = lease
        self.limits = limits
        till = Till(url: url, settings: settings, limits: limits, uses: uses, clock: clock)
    }

    /// The provider that test keys get instead of every other.
    static let sandbox = "sandbox"

    /// One that is there without credentials, under both its names.
    package static func builtIn(_ provider: any Provider) -> [String: any Provider] {
        ["test": provider, sandbox: provider]
    }

    /// What is sold at the moment.
    public var models: [Catalogue.Model] { catalogue.current.models }

    /// The model of this id, `author/id` or alias; nil when there is none.
    public func model(named name: String) -> Catalogue.Model? {
        catalogue.current.model(named: name)
    }

    /// Has a change of the catalogue seen at once. For tests: a server sees it within seconds.
    package func reloadCatalogue() async throws { try await catalogue.reload() }

    /// Endpoints that fail and are only probed.
    public var endpointsLeftAlone: Int { breakers.outCount }

    /// Requests that wait for a transaction.
    public var waiting: Int { till.waiting }

    /// Lets a submission in, or refuses it. Public for the benchmark: a server calls `generate`.
    public func admit(_ submission: Submission) async throws -> Verdict {
        do {
            return try await till.admit(submission)
        } catch DatabaseFailure.constraint(RememberedKey.constraint, _, _) {
            // Another server wrote the same key in the same moment. What it wrote is seen now.
            return try await till.admit(submission)
        }
    }

    /// Ends one generation, once. Public for the benchmark.
    public func settle(_ settlement: Settlement) async throws -> Settled {
        let settled = try await till.settle(settlement)
        listeners.withLock { $0.ended }?()
        return settled
    }

    /// Whom the engine tells what.
    ///
    /// A struct, because a closure that is itself the value of a generic `Lock` is wrapped anew by
    /// every access, and after some ten thousand of them the stack does not hold the call any more.
    struct Listeners: Sendable {
        /// Something was put into the queue.
        var queued: (@Sendable () -> Void)?
        /// Something has ended that somebody may want to be told of.
        var ended: (@Sendable () -> Void)?
        /// A job has come further.
        var progressed: (@Sendable (JobName, RequestedWebhook?) -> Void)?
    }

    /// Has `ended` called after every end, and `progressed` when a job has come further.
    public func whenTold(
        ended: @escaping @Sendable () -> Void,
        progressed: @escaping @Sendable (JobName, RequestedWebhook?) -> Void
    ) {
        listeners.withLock {
            $0.ended = ended
            $0.progressed = progressed
        }
    }

    /// Has `action` called whenever something was put into the queue.
    public func whenQueued(_ action: @escaping @Sendable () -> Void) {
        listeners.withLock { $0.queued = action }
    }

    /// Hands what runs on its own back to the queue, for another server or the next start.
    public func stop() async { await runs.stop() }

    /// Whether it has been told to stop.
    package var isStopping: Bool { runs.stopping }
}
