import Units

extension Engine {
    /// Waits, at most `limit`, until a job has ended; the reader says whether it had before.
    public func wait(
        for job: JobName, atMost limit: Duration, reading reader: JobReader
    ) async throws -> GenerationLine {
        _ = try await ends.wait(for: job, atMost: limit) {
            try await reader.job(job).endedAt != nil
        }
        return try await reader.job(job)
    }

    /// Cancels a job that waits, and gives back what it held. Refuses what has begun or ended.
    public func cancel(_ job: GenerationLine) async throws {
        _ = try await settle(Settlement(cancelling: job, at: clock.now))
        ends.ended(job.name)
    }
}
