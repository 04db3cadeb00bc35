import Glibc

/// Where the time comes from. It is passed in, so a test can live through a month at once.
public struct Clock: Sendable {
    private let read: @Sendable () -> Timestamp

    public init(_ read: @escaping @Sendable () -> Timestamp) {
        self.read = read
    }

    public var now: Timestamp { read() }

    /// The system's real-time clock.
    public static let system = Clock {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// The time since this machine was started, as if that had been in 1970. Nobody sets this clock, and
    /// it counts what a machine sleeps through.
    public static let sinceBoot = Clock {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// A clock that stands still at `instant`.
    public static func stopped(at instant: Timestamp) -> Clock {
        Clock { instant }
    }
}
