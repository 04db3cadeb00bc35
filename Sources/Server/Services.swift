import API
import Gateway
import Glibc
import HTTP
import HTTPClient
import HTTPServer
import Jobs
import Log
import Postgres
import Providers
import Signing
import Storage
import Threads
import Units

/// The parts of a running process, put together.
struct Services: Sendable {
    private let application: Application
    private let engine: Engine
    private let inputs: Inputs
    private let worker: Worker?
    private let catalogue: CatalogueKeeper
    private let lease: Lease
    private let keeping: Database
    private let sweep: Sweep
    private let wakeUps: WakeUps
    private let deliverer: WebhookDeliverer
    private let works: Bool
    private let time: SharedClock
    private let log: Log
    private let watched = Lock<HTTPServer?>(nil)

    /// Pictures that may wait to be drawn; their pixels are bounded too (`Painter`).
    private static let paintingQueueMax = 4096
    /// One for long pictures and one that is left to short ones.
    private static let paintingThreadsMin = 2
    /// Files that may wait to be written or opened, and long answers to be put into words.
    private static let filesQueueMax = 8192
    /// Threads for those: mostly they wait for the disk.
    private static let filesThreads = 8

    init(
        _ configuration: Configuration, _ role: Serve.Role, _ database: Database,
        _ keeping: Database, _ lease: Lease, _ time: SharedClock, _ log: Log
    ) async throws {
        let clock = time.clock
        let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        let painting = WorkerPool(
            name: "painting", threads: max(Self.paintingThreadsMin, cores),
            queueMax: Self.paintingQueueMax)
        let files = WorkerPool(
            name: "files", threads: Self.filesThreads, queueMax: Self.filesQueueMax)
        let store = try ImageStore(directory: configuration.storeDirectory, pool: files)
        inputs = Inputs(
            store: try ImageStore(
                directory: "\(configuration.storeDirectory)/inputs", pool: files),
            fetcher: .over(configuration.addresses), publicURL: configuration.publicURL,
            clock: clock, log: log)
        catalogue = try await CatalogueKeeper(database: database, log: log)
        var limits = Engine.Limits()
        limits.queueDepthMax = configuration.queueDepth
        engine = Engine(
            database: keeping, url: configuration.databaseURL, settings: .engine,
            catalogue: catalogue, store: store, inputs: inputs, painting: painting,
            vendors: Self.vendors(configuration, inputs, clock, log), lease: lease,
            limits: limits,
            clock: clock, log: log)
        worker = role.works ? Worker(engine: engine, slots: configuration.slots) : nil
        wakeUps = WakeUps(
            url: configuration.databaseURL, database: keeping, worker: worker, engine: engine,
            log: log)
        sweep = Sweep(database: keeping, store: store, clock: clock, log: log)
        var calls = HTTPClient.Settings()
        calls.name = "webhooks"
        calls.addresses = configuration.addresses
        let sender = WebhookSender.over(HTTPClient(calls), configuration.addresses)
        let application = Application(
            engine: engine,
            keys: KeyReader(
                url: configuration.databaseURL, settings: .engine, uses: engine.uses, clock: clock),
            doorkeeper: Doorkeeper(
                failedKeysPerMinute: Int64(configuration.failedKeysPerMinute),
                readsPerMinute: Int64(configuration.readsPerMinute), clock: clock),
            jobs: JobReader(url: configuration.databaseURL, settings: .engine, clock: clock),
            webhookRefusal: sender.refusal, database: database, store: store, inputs: inputs,
            pool: files, pepper: configuration.pepper, publicURL: configuration.publicURL,
            crossOrigin: configuration.network.origins, clock: clock, log: log,
            gauges: { [watched, worker, engine, time] in
                Self.gauges(watched.withLock { $0 }) + Self.gauges(worker, engine, time)
            })
        deliverer = WebhookDeliverer(
            database: keeping, url: configuration.databaseURL, settings: .engine, sender: sender,
            pepper: configuration.pepper, random: SecureRandom(), clock: clock, log: log,
            body: application.webhookBody)
        engine.whenTold(
            ended: { [deliverer] in deliverer.wake() },
            progressed: { [deliverer] job, webhook in
                deliverer.sendProgress(
                    of: job.id, account: job.account, requestURL: webhook?.url(for: .progress))
            })
        self.application = application
        works = role.works
        self.lease = lease
        self.keeping = keeping
        self.time = time
        self.log = log
    }

    /// Whom we can buy from, over one client for all.
    private static func vendors(
        _ configuration: Configuration, _ inputs: Inputs, _ clock: Clock, _ log: Log
    ) -> [VendorProvider] {
        var calls = HTTPClient.Settings()
        calls.name = "vendors"
        calls.addresses = configuration.addresses
        calls.transfersMax = configuration.vendorCalls
        calls.proxy = configuration.proxy
        calls.caFile = configuration.caFile
        let client = HTTPClient(calls)
        return configuration.vendors.map { ready in
            VendorProvider(
                ready.vendor, credentials: ready.credentials,
                submissionsMax: max(1, configuration.vendorCalls / 2), client: client,
                inputs: inputs, clock: clock, log: log)
        }
    }

    var respond: @Sendable (Request) async -> Response {
        { [application] in await application.respond(to: $0) }
    }

    /// Shows the server's own figures in `/metrics`.
    func watch(_ server: HTTPServer) {
        watched.withLock { $0 = server }
    }

    /// Says "not ready" from now on, and gives a balancer the time to notice while all is served
    /// on. Asked to stop once more, the process ends at once (`Signals`).
    func drain(for time: Duration) async {
        application.readiness.leave()
        guard time > .zero else { return }
        log(.info, "leaving", ["seconds": Int(time.components.seconds)])
        // Nothing cancels it; should that change, stopping earlier is right.
        try? await Task.sleep(for: time)
    }

    /// Runs everything in the background for as long as `body` takes.
    ///
    /// The worker stops first, while the lease still holds: it hands back what it has begun.
    func run(while body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await time.run() }
            group.addTask { await lease.run() }
            group.addTask { await engine.reap() }
            group.addTask { await engine.watchEnds() }
            group.addTask { await catalogue.run() }
            group.addTask { await inputs.run() }
            group.addTask { await wakeUps.run() }
            group.addTask { await Partitions.run(on: keeping, clock: time.clock, log: log) }
            group.addTask { await DailyTotals.run(on: keeping, log: log) }
            group.addTask { await sweep.run() }
            group.addTask { await engine.uses.run(on: keeping, log: log) }
            group.addTask { await Expiry.run(on: keeping, clock: time.clock, log: log) }
            await withTaskGroup(of: Void.self) { working in
                if let worker { working.addTask { await worker.run() } }
                if works { working.addTask { await deliverer.run() } }
                await body()
                working.cancelAll()
            }
            await engine.stop()
            await engine.uses.write(on: keeping, log: log)
            group.cancelAll()
        }
    }

    private static func gauges(
        _ worker: Worker?, _ engine: Engine, _ time: SharedClock
    ) -> [Application.Gauge] {
        [
            .init(
                name: "jobs_running", help: "Jobs of the queue that this process carries out.",
                value: worker?.running ?? 0),
            .init(
                name: "transactions_waiting", help: "Holds and settlements that wait for one.",
                value: engine.waiting),
            .init(
                name: "clock_skew_milliseconds",
                help: "How far this machine's clock is ahead of the database's; negative: behind.",
                value: Int(time.skew.milliseconds)),
        ]
    }

    private static func gauges(_ server: HTTPServer?) -> [Application.Gauge] {
        guard let figures = server?.statistics else { return [] }
        return [
            .init(name: "connections", help: "Connections open.", value: figures.connectionsOpen),
            .init(
                name: "connections_accepted", help: "Connections accepted since start.",
                value: figures.connectionsAccepted),
            .init(
                name: "connections_refused", help: "Connections refused since start.",
                value: figures.connectionsRefused),
            .init(
                name: "connections_refused_by_address",
                help: "Those of them whose address had too many, since start.",
                value: figures.connectionsRefusedByAddress),
            .init(
                name: "handshakes_failed",
                help: "Connections that ended before TLS was agreed upon, since start.",
                value: figures.handshakesFailed),
            .init(
                name: "requests", help: "Requests understood since start.", value: figures.requests),
        ]
    }
}

extension Serve.Role {
    /// Whether it works on the queue.
    var works: Bool {
        switch self {
        case .serve(let worker): worker
        case .work: true
        }
    }
}
