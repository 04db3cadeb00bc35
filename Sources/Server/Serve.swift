import API
import Gateway
import Glibc
import HTTPServer
import Jobs
import Log
import Postgres
import Units

/// `atelier serve` and `atelier work`: everything that runs as long as the process, and its orderly
/// end.
enum Serve {
    /// What a process does.
    enum Role {
        /// Answers requests, and works on the queue too if `worker`.
        case serve(worker: Bool)
        /// Works on the queue alone.
        case work
    }

    /// Connections for the reaper and the queue, apart from those that customers' reads may fill.
    private static let keepingConnections = 3

    static func run(_ role: Role, _ configuration: Configuration) async throws {
        let log = Log.on(file: STDERR_FILENO, threshold: configuration.logLevel, clock: .system)
        // Before anything else is touched: a setting that will not do is the operator's to mend.
        let edge = try configuration.network.edge()
        if case .serve = role { OpenFiles.raise(for: configuration.network.connections, log) }
        try await Migrate.check(configuration)
        // Nothing may keep the lease waiting: without it others take over what runs here.
        let renewing = Database(
            url: configuration.databaseURL, connections: 1, settings: .engine)
        let time = SharedClock(database: renewing, log: log)
        try await time.begin()
        let clock = time.clock
        let database = Database(
            url: configuration.databaseURL, connections: configuration.databaseConnections,
            settings: .engine, clock: clock)
        try await PepperFingerprint.check(configuration.pepper, at: clock.now, in: database)
        let keeping = Database(
            url: configuration.databaseURL, connections: keepingConnections, settings: .engine,
            clock: clock)
        let lease = Lease(
            server: ID(at: clock.now), host: hostName(), database: renewing, clock: clock, log: log)
        try await lease.renew()
        let services = try await Services(
            configuration, role, database, keeping, lease, time, log)
        switch role {
        case .serve:
            let server = try HTTPServer(
                address: configuration.listen, loops: configuration.loops,
                limits: configuration.network.limits, edge: edge, problem: Application.problem,
                handler: services.respond)
            services.watch(server)
            log(.info, "listening", ["port": Int(server.port), "server": lease.server])
            if let identity = edge.tls { Certificate.warn(of: identity, log) }
            let certificate = configuration.network.tls.map {
                Certificate(files: $0, server: server, log: log)
            }
            await services.run(while: {
                await serve(server, certificate, until: Signals.requests) {
                    await services.drain(for: configuration.drain)
                }
            })
        case .work:
            log(.info, "working", ["server": lease.server])
            await services.run(while: { for await _ in Signals.requests { break } })
        }
        log(.info, "stopped")
        // What is still open under this lease may be ended by others at once; when the database is
        // away they find out a term later.
        try? await lease.drop()
        log.flush()
    }

    /// Serves until asked to stop, on while it drains, and then until what runs has finished.
    private static func serve(
        _ server: HTTPServer, _ certificate: Certificate?, until stop: AsyncStream<Void>,
        drain: () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            if let certificate {
                group.addTask { await certificate.reload(on: Signals.reloads) }
            }
            for await _ in stop { break }
            await drain()
            group.cancelAll()
        }
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return "unknown" }
        return String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
