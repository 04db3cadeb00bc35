public import Postgres
public import Units

/// Looks jobs up for those who poll, many to a transaction, which turns from account to account.
public final class JobReader: Sendable {
    private let batcher: Batcher<JobName, GenerationLine?>

    /// Look-ups that may wait, and that go in one transaction.
    static let queueMax = 4096
    static let batchMax = 256

    public init(url: Secret, settings: Database.Settings, clock: Clock) {
        batcher = Batcher(
            name: "jobs", url: url, settings: settings.under(.reader), queueMax: Self.queueMax,
            batchMax: Self.batchMax, clock: clock, access: .readOnly
        ) { transaction, names in
            let found = try GenerationLine.find(Set(names), turning: transaction)
            return names.map { .success(found[$0]) }
        }
    }

    /// The job, or the refusal that there is none: another account's does not exist either.
    public func job(_ name: JobName) async throws -> GenerationLine {
        guard let line = try await batcher.submit(name) else {
            throw Refusal(.notFound, "There is no job \(name.id).")
        }
        return line
    }
}
