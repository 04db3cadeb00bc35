public import Log
public import Postgres
public import Units

import Threads

/// The time that all programs of one database share: the database's own.
///
/// Leases, deadlines, limits and expiries are written by one machine and judged by another, so no
/// machine's own clock may date them. This clock asks the database for its time and counts on from
/// there by a clock that nobody sets. Until it has asked once, it goes by the machine's.
public final class SharedClock: Sendable {
    /// Why a process must not begin: the machine's clock is too far off for TLS, logs and signatures.
    public struct Skewed: Error, Hashable, CustomStringConvertible {
        let skew: Duration

        public var description: String {
            let side = skew < .zero ? "behind" : "ahead of"
            let seconds = abs(skew.components.seconds)
            return "This machine's clock is \(seconds) s \(side) the database's: set it, or the "
                + "database's, before starting (at most \(SharedClock.skewMax.components.seconds) s)."
        }
    }

    /// From here on the log warns: a machine whose clock is kept by NTP stays far below.
    public static let warnedSkew: Duration = .seconds(1)
    /// Beyond it a process does not start: such a clock is not kept at all.
    public static let skewMax: Duration = .seconds(60)
    /// How often the database is asked: as often as leases are renewed, so that all servers have
    /// followed a database whose clock jumps before one of them is steady again (`Lease`).
    static let period = Lease.period
    /// Asked so often at the start: each short round trip narrows what the first one left open.
    private static let firstAsks = 3

    private let database: Database
    private let wall: Clock
    private let elapsed: Clock
    private let log: Log
    /// The database's time less `elapsed`; nil before it was asked.
    private let offset = Lock<Duration?>(nil)
    private let warned = Lock(false)

    /// `wall` is the machine's clock, whose error is told; `elapsed` only has to run evenly.
    public init(
        database: Database, wall: Clock = .system, elapsed: Clock = .sinceBoot, log: Log = .silent
    ) {
        self.database = database
        self.wall = wall
        self.elapsed = elapsed
        self.log = log
    }

    /// What everything that writes or judges a time goes by.
    public var clock: Clock { Clock { [self] in now } }

    private var now: Timestamp {
        offset.withLock { $0 }.map { elapsed.now + $0 } ?? wall.now
    }

    /// How far the machine's clock is ahead of the database's; negative when it is behind.
    public var skew: Duration { wall.now - now }

    /// Asks the database for the first time. Throws `Skewed`, or why it cannot be asked.
    public func begin() async throws {
        for _ in 0..<Self.firstAsks { try await ask() }
        let skew = skew
        guard skew.magnitude <= Self.skewMax else { throw Skewed(skew: skew) }
        warn()
    }

    /// Asks the database for its time.
    ///
    /// The answer was true at some moment of the round trip. What lies within that is no news, so
    /// the clock moves only as far as the answer proves: a slow round trip does not disturb it.
    public func ask() async throws {
        let elapsed = elapsed
        let (earliest, latest) = try await database.read { transaction in
            let before = elapsed.now
            let theirs = try transaction.first("select clock_timestamp()") {
                try $0.next(Timestamp.self)
            }
            guard let theirs else { return (Duration?.none, Duration?.none) }
            return (theirs - elapsed.now, theirs - before)
        }
        guard let earliest, let latest else { return }
        offset.withLock { offset in
            guard let known = offset else {
                offset = earliest + (latest - earliest) / 2
                return
            }
            offset = min(max(known, earliest), latest)
        }
    }

    /// Asks until cancelled. While the database is away, time goes on as it was known.
    public func run() async {
        while !Task.isCancelled {
            // The lease tells of a database that does not answer.
            try? await ask()
            warn()
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.period)
        }
    }

    /// Says once that the machine's clock is off, and once that it is right again.
    private func warn() {
        let skew = skew
        let isOff = skew.magnitude > Self.warnedSkew
        let changed = warned.withLock { warned in
            defer { warned = isOff }
            return warned != isOff
        }
        guard changed else { return }
        log(
            .warning, isOff ? "machine's clock is off" : "machine's clock is right again",
            ["skewMilliseconds": Int(skew.milliseconds)])
    }
}

extension Duration {
    fileprivate var magnitude: Duration { self < .zero ? .zero - self : self }
}
