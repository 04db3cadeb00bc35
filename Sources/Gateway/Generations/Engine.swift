public import Jobs
import Ledger
public import Log
import Pictures
public import Postgres
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
        /// From admission to its forced end.
        public var deadline: Duration = .seconds(300)

        public init() {}
    }

    let database: Database
    let catalogue: CatalogueKeeper
    let store: ImageStore
    let painter: Painter
    let clock: Clock
    let log: Log
    let lease: Lease
    let limits: Limits
    let running = Lock<Set<ID<Generation>>>([])
    public let figures = Figures()
    private let till: Till

    public init(
        database: Database, url: Secret, settings: Database.Settings, catalogue: CatalogueKeeper,
        store: ImageStore, painting pool: WorkerPool, lease: Lease, limits: Limits, clock: Clock,
        log: Log
    ) {
        self.database = database
        self.catalogue = catalogue
        self.store = store
        self.clock = clock
        self.log = log
        self.lease = lease
        self.limits = limits
        painter = Painter(pool: pool, clock: clock)
        till = Till(url: url, settings: settings, limits: limits, clock: clock)
    }

    /// Requests that wait for a transaction.
    public var waiting: Int { till.waiting }

    /// Lets one request in, or refuses it. Public for the benchmark: a server calls `generate`.
    public func admit(_ admission: Admission) async throws -> Admitted {
        try await till.admit(admission)
    }

    /// Ends one generation, once. Public for the benchmark.
    public func settle(_ settlement: Settlement) async throws -> Settled {
        try await till.settle(settlement)
    }
}
