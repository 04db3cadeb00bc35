import Synchronization
import Units

/// Running counts for `/metrics`, since the process started.
public final class Figures: Sendable {
    private let generations = Atomic<Int>(0)
    private let images = Atomic<Int>(0)
    private let queueMicroseconds = Atomic<Int>(0)
    private let providerMicroseconds = Atomic<Int>(0)
    private let storeMicroseconds = Atomic<Int>(0)
    private let alarms = Atomic<Int>(0)
    private let unreportedUsage = Atomic<Int>(0)

    /// Counts a generation that ended well.
    func count(_ latency: Latency, images count: Int) {
        generations.add(1, ordering: .relaxed)
        images.add(count, ordering: .relaxed)
        queueMicroseconds.add(Int(latency.queue.microseconds), ordering: .relaxed)
        providerMicroseconds.add(Int(latency.provider.microseconds), ordering: .relaxed)
        storeMicroseconds.add(Int(latency.store.microseconds), ordering: .relaxed)
    }

    /// Counts a provider that somebody must look at: it refuses our credential, or is not paid.
    func countAlarm() { alarms.add(1, ordering: .relaxed) }

    /// Counts a picture whose vendor bills tokens and did not say how many.
    func countUnreportedUsage() { unreportedUsage.add(1, ordering: .relaxed) }

    /// Those, since the process started.
    public var generationsWithoutUsage: Int { unreportedUsage.load(ordering: .relaxed) }

    /// Those, since the process started.
    public var providerAlarms: Int { alarms.load(ordering: .relaxed) }

    /// What `/metrics` shows, by name.
    public var counts: [(name: StaticString, value: Int)] {
        [
            ("generations", generations.load(ordering: .relaxed)),
            ("images", images.load(ordering: .relaxed)),
            ("queue_microseconds", queueMicroseconds.load(ordering: .relaxed)),
            ("provider_microseconds", providerMicroseconds.load(ordering: .relaxed)),
            ("store_microseconds", storeMicroseconds.load(ordering: .relaxed)),
        ]
    }
}
