import Threads
public import Units

/// Whether pictures that are made now could be kept: nothing is bought that cannot be.
///
/// It closes when the disk has less free space than its floor, and opens again a quarter above it, so
/// that it does not open and close with each picture that is removed. It closes too when a picture
/// could not be written, whatever the free space (a quota, a disk that has become read-only, a
/// directory that is gone), and then opens once a trial picture was written.
public final class StoreRoom: Sendable {
    /// Thousands of pictures of calls that are under way at the moment of closing.
    public static let freeBytesMin: Int64 = 256 << 20
    /// How long after a failure, or a trial that failed, the next trial is made.
    private static let trialPeriod: Duration = .seconds(1)

    private let freeBytes: @Sendable () throws -> Int64
    private let trial: @Sendable () async throws -> Void
    private let freeBytesMin: Int64
    private let opensAt: Int64
    private let clock: Clock
    private let state = Lock(State())

    private struct State {
        var isLow = false
        /// When the next trial may be made; nil while pictures can be written as far as is known.
        var trialDue: Timestamp?
    }

    /// Of `store`, whose last `freeBytesMin` bytes are not used for what has not been bought yet.
    public convenience init(
        of store: ImageStore, freeBytesMin: Int64 = StoreRoom.freeBytesMin, clock: Clock
    ) {
        self.init(
            freeBytesMin: freeBytesMin, clock: clock, freeBytes: { try store.freeBytes() },
            trial: { try await store.tryWriting() })
    }

    package init(
        freeBytesMin: Int64, clock: Clock, freeBytes: @escaping @Sendable () throws -> Int64,
        trial: @escaping @Sendable () async throws -> Void
    ) {
        self.freeBytesMin = freeBytesMin
        let (sum, isTooMuch) = freeBytesMin.addingReportingOverflow(freeBytesMin / 4)
        opensAt = isTooMuch ? .max : sum
        self.clock = clock
        self.freeBytes = freeBytes
        self.trial = trial
    }

    /// Whether it was open when it was last asked.
    public var wasOpen: Bool { state.withLock { !$0.isLow && $0.trialDue == nil } }

    /// Whether a picture could be kept now. Costs microseconds, but for one caller a second after a
    /// failure, who waits for a trial.
    public func isOpen() async -> Bool {
        guard hasSpace() else { return false }
        let now = clock.now
        let turn: Bool? = state.withLock { state in
            guard let due = state.trialDue else { return nil }
            guard due <= now else { return false }
            state.trialDue = now + Self.trialPeriod
            return true
        }
        guard let mayTry = turn else { return true }
        guard mayTry else { return false }
        do {
            try await trial()
        } catch {
            return false
        }
        state.withLock { $0.trialDue = nil }
        return true
    }

    /// A picture could not be written.
    public func failed() {
        state.withLock { $0.trialDue = clock.now + Self.trialPeriod }
    }

    private func hasSpace() -> Bool {
        // A file system that does not even say is none that pictures are bought for.
        let free = (try? freeBytes()) ?? 0
        return state.withLock { state in
            state.isLow = free < (state.isLow ? opensAt : freeBytesMin)
            return !state.isLow
        }
    }
}
