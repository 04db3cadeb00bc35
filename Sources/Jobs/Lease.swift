public import Log
public import Postgres
public import Units

import Threads

/// This process's claim on everything it runs: one row, renewed while the process lives.
///
/// When it is not renewed, others may end what this process had begun. The lease is the server's
/// and not the generation's, so ten thousand waiting generations cost one update per period.
public final class Lease: Sendable {
    /// How long a claim holds without being renewed: what a crash delays the release of a hold by.
    public static let term: Duration = .seconds(8)
    /// Four chances to renew within a term.
    public static let period: Duration = .seconds(2)

    public let server: ID<Server>
    private let host: String
    private let database: Database
    private let clock: Clock
    private let log: Log
    private let until = Lock<Timestamp?>(nil)
    private let unbrokenSince = Lock<Timestamp?>(nil)

    public init(
        server: ID<Server>, host: String, database: Database, clock: Clock, log: Log
    ) {
        self.server = server
        self.host = host
        self.database = database
        self.clock = clock
        self.log = log
    }

    /// Writes the row anew: the claim holds for a term from now.
    public func renew() async throws {
        let now = clock.now
        let end = now + Self.term
        try await database.transaction { [server, host] transaction in
            try transaction.send(
                """
                insert into server (id, host, started_at, lease_until)
                values (\(server), \(host), \(now), \(end))
                on conflict (id) do update set lease_until = excluded.lease_until
                """)
        }
        let broken = until.withLock { until in
            defer { until = end }
            return until.map { $0 < now } ?? true
        }
        if broken { unbrokenSince.withLock { $0 = now } }
    }

    /// Whether this process has held its lease without a gap for a whole term.
    ///
    /// Until then it cannot tell a server that died from one that, like itself, was cut off from
    /// the database and is about to renew.
    public var isSteady: Bool {
        let now = clock.now
        guard let since = unbrokenSince.withLock({ $0 }) else { return false }
        let holds = until.withLock { $0.map { $0 >= now } ?? false }
        return holds && now - since >= Self.term
    }

    /// Gives the claim up: what is still open under it may be ended by others at once.
    public func drop() async throws {
        try await database.transaction { [server] transaction in
            try transaction.send("delete from server where id = \(server)")
        }
    }

    /// Renews until cancelled. A renewal that fails is tried again a period later; the log says so
    /// once, and once when it is healed.
    public func run() async {
        var failing = false
        while !Task.isCancelled {
            do {
                try await renew()
                if failing { log(.warning, "lease renewed again") }
                failing = false
            } catch {
                if !failing {
                    log(
                        .error, "lease not renewed",
                        ["error": "\(error)", "reason": database.outage?.line ?? ""])
                }
                failing = true
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.period)
        }
    }

    /// The servers that may still live at `now`, for statements over what they run.
    ///
    /// A term of grace past the end of a lease: clocks differ, and after an outage the others renew
    /// a moment later than oneself.
    public static func living(at now: Timestamp) -> SQL {
        "select id from server where lease_until >= \(now - term)"
    }

    /// After this long nothing can belong to a server that does not renew.
    private static let forgottenAfter: Duration = .seconds(86_400)

    /// Removes the rows of servers that have been gone for a day.
    public static func sweep(at now: Timestamp, in transaction: borrowing Transaction) throws {
        try transaction.send(
            "delete from server where lease_until < \(now - Self.forgottenAfter)")
    }
}
