import Gateway
import Log
import Postgres
import Threads
import Units

/// Tells the workers of other processes that something waits in the queue, and is told.
///
/// A notification takes a lock of the whole database at its commit, so there is never one per job:
/// a process whose own worker has room tells nobody, and otherwise one is sent for all that came
/// within a moment. Workers look by themselves every second; this only makes it sooner.
struct WakeUps: Sendable {
    private static let channel = "atelier_queue"
    /// At most one notification in this time.
    private static let pause: Duration = .milliseconds(20)

    private let database: Database
    private let listener: Listener?
    private let log: Log
    private let rings: AsyncStream<Void>

    init(url: Secret, database: Database, worker: Worker?, engine: Engine, log: Log) {
        self.database = database
        self.log = log
        let (rings, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.rings = rings
        engine.whenQueued {
            if let worker, worker.hasRoom {
                worker.wake()
            } else {
                bell.yield()
            }
        }
        listener = worker.map { worker in
            Listener(url: url, channel: Self.channel, settings: .engine) { worker.wake() }
        }
    }

    /// Tells until cancelled.
    func run() async {
        for await _ in rings {
            do {
                try await database.notify(channel: Self.channel)
            } catch {
                // They look by themselves within a second.
                log(.debug, "workers not woken", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.pause)
        }
        listener?.close()
    }
}
