import API
import Gateway
import Glibc
import HTTP
import HTTPServer
import Jobs
import Log
import Postgres
import Signing
import Storage
import Threads
import Units

/// `atelier serve`: everything that runs as long as the process, and its orderly end.
enum Serve {
    /// Pictures that may wait to be drawn; their pixels are bounded too (`Painter`).
    private static let paintingQueueMax = 4096
    /// Files that may wait to be written or opened, and long answers to be put into words.
    private static let filesQueueMax = 8192
    /// Threads for those: mostly they wait for the disk.
    private static let filesThreads = 8
    /// Connections for leases and the reaper, apart from those that customers' reads may fill.
    private static let keepingConnections = 2

    static func run(_ configuration: Configuration) async throws {
        let clock = Clock.system
        let log = Log.on(file: STDERR_FILENO, threshold: configuration.logLevel, clock: clock)
        let database = Database(
            url: configuration.databaseURL, connections: configuration.databaseConnections,
            settings: .init(), clock: clock)
        try await Migrations.check(Migrate.migrations, in: database)
        let keeping = Database(
            url: configuration.databaseURL, connections: keepingConnections, settings: .init(),
            clock: clock)
        let lease = Lease(
            server: ID(at: clock.now), host: hostName(), database: keeping, clock: clock, log: log)
        try await lease.renew()
        let application = try await Services(configuration, database, keeping, lease, clock, log)
        let server = try HTTPServer(
            address: configuration.listen, loops: configuration.loops, limits: .init(),
            problem: Application.problem, handler: application.respond)
        application.watch(server)
        log(.info, "listening", ["port": Int(server.port), "server": lease.server])
        await application.run(while: { await serve(server, until: Signals.requests) })
        log(.info, "stopped")
        // What is still open under this lease may be ended by others at once; when the database is
        // away they find out a term later.
        try? await lease.drop()
        log.flush()
    }

    /// Serves until asked to stop, and then until what runs has finished.
    private static func serve(_ server: HTTPServer, until stop: AsyncStream<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            for await _ in stop { break }
            group.cancelAll()
        }
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The parts of a running server.
    private struct Services: Sendable {
        let application: Application
        let engine: Engine
        let catalogue: CatalogueKeeper
        let lease: Lease
        let keeping: Database
        let clock: Clock
        let log: Log
        private let watched = Lock<HTTPServer?>(nil)

        init(
            _ configuration: Configuration, _ database: Database, _ keeping: Database,
            _ lease: Lease, _ clock: Clock, _ log: Log
        ) async throws {
            let cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
            let painting = WorkerPool(
                name: "painting", threads: cores, queueMax: Serve.paintingQueueMax)
            let files = WorkerPool(
                name: "files", threads: Serve.filesThreads, queueMax: Serve.filesQueueMax)
            let store = try ImageStore(directory: configuration.storeDirectory, pool: files)
            catalogue = try await CatalogueKeeper(database: database, log: log)
            engine = Engine(
                database: keeping, url: configuration.databaseURL, settings: .init(),
                catalogue: catalogue, store: store, painting: painting, lease: lease,
                limits: .init(),
                clock: clock, log: log)
            let keys = KeyReader(
                url: configuration.databaseURL, settings: .init(), clock: clock)
            application = Application(
                engine: engine, keys: keys, database: database, store: store, pool: files,
                pepper: configuration.pepper, publicURL: configuration.publicURL, clock: clock,
                log: log, gauges: { [watched] in Self.gauges(watched.withLock { $0 }) })
            self.lease = lease
            self.keeping = keeping
            self.clock = clock
            self.log = log
        }

        var respond: @Sendable (Request) async -> Response {
            { [application] in await application.respond(to: $0) }
        }

        /// Shows the server's own figures in `/metrics`.
        func watch(_ server: HTTPServer) {
            watched.withLock { $0 = server }
        }

        /// Runs everything in the background for as long as `body` takes.
        func run(while body: @escaping @Sendable () async -> Void) async {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await lease.run() }
                group.addTask { await engine.reap() }
                group.addTask { await catalogue.run() }
                group.addTask { await Partitions.run(on: keeping, clock: clock, log: log) }
                await body()
                group.cancelAll()
            }
        }

        private static func gauges(_ server: HTTPServer?) -> [Application.Gauge] {
            guard let figures = server?.statistics else { return [] }
            return [
                .init(
                    name: "connections", help: "Connections open.", value: figures.connectionsOpen),
                .init(
                    name: "connections_accepted", help: "Connections accepted since start.",
                    value: figures.connectionsAccepted),
                .init(
                    name: "connections_refused", help: "Connections refused since start.",
                    value: figures.connectionsRefused),
                .init(
                    name: "requests", help: "Requests understood since start.",
                    value: figures.requests),
            ]
        }
    }
}
