import Threads

/// A place where threads wait until enough of them have come, the first time.
final class Meeting: Sendable {
    private let size: Int
    private let count = Lock(0)
    private let open = Alarm()

    init(of size: Int) {
        self.size = size
    }

    /// How often somebody has come.
    var arrivals: Int { count.withLock { $0 } }

    /// Waits, two minutes at most, until the others are there.
    func arrive() {
        count.withLock { $0 += 1 }
        let deadline = ContinuousClock.now + .seconds(120)
        while arrivals < size, ContinuousClock.now < deadline {
            open.nap(for: .milliseconds(1))
        }
    }
}

/// Polls until `condition` holds; false when it did not within two minutes.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        // A cancelled sleep only makes the next look come sooner.
        try? await Task.sleep(for: .milliseconds(2))
    }
    return false
}
