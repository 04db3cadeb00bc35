import Log
import Postgres
import Units

extension WebhookDeliverer {
    /// Forgets old deliveries until cancelled.
    func keepSweeping() async {
        while !Task.isCancelled {
            do {
                try await sweepOnce()
            } catch {
                log(.warning, "old webhook deliveries not deleted", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.sweepingPeriod)
        }
    }

    /// Transactions of one sweep: what is left is deleted by the next.
    private static let sweepRoundsMax = 20

    /// Deletes deliveries that ended more than `WebhookDelivery.keptFor` ago; answers how many.
    @discardableResult
    public func sweepOnce() async throws -> Int {
        let now = clock.now
        var count = 0
        for _ in 0..<Self.sweepRoundsMax {
            let swept = try await database.transaction {
                try WebhookDelivery.sweep(at: now, in: $0)
            }
            count += swept
            if swept < WebhookDelivery.sweptMax { break }
        }
        return count
    }
}
