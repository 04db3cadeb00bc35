public import Ledger
public import Pictures
import Postgres
public import Units

/// One line of the usage log: a generation as customers and admins see it, as a job too.
public struct GenerationLine: Sendable {
    /// A picture that was kept.
    public struct Image: Sendable {
        public let id: ID<KeptImage>
        public let name: String
        public let mediaType: String
        public let width: Int32
        public let height: Int32

        public var format: ImageFormat? { ImageFormat(mediaType: mediaType) }
    }

    /// The words of `generation.state`.
    public enum State: String, CaseIterable, Sendable {
        case queued, running, completed, failed, cancelled
    }

    public let account: ID<Account>
    public let id: ID<Generation>
    public let mode: Mode
    public let key: ID<Key>
    public let state: String
    public let dialect: String
    public let model: String
    /// Whose price was agreed.
    public let provider: String
    /// Whose pictures were delivered; nil for the built-in one, and where there are none.
    public let servedBy: String?
    public let priceVersion: Int32
    public let n: Int32
    public let delivered: Int32
    public let held: Credits
    public let captured: Credits
    public let posting: ID<Posting>?
    public let batch: ID<Batch>?
    /// Percent.
    public let progress: Int32
    public let createdAt: Timestamp
    public let endedAt: Timestamp?
    public let errorKind: String?
    public let errorMessage: String?
    /// Microseconds; nil until it has ended.
    public let queueMicros: Int64?
    public let providerMicros: Int64?
    public let storeMicros: Int64?
    public let totalMicros: Int64?
    /// What was asked; nil when the row is of another program's making.
    public let request: StoredRequest?
    /// What its vendor said of it; nothing until it has ended.
    public let report: GenerationReport
    public var images: [Image] = []

    public var name: JobName { JobName(account: account, id: id) }

    /// Why it failed, in the words it failed with; nil when it did not.
    public var failure: Refusal? {
        if state == "cancelled" {
            return Refusal(.cancelled, "The generation was cancelled. Nothing was charged.")
        }
        return errorKind.map { kind in
            Refusal(
                Refusal.Kind(rawValue: kind) ?? .providerFailed, errorMessage ?? "",
                field: report.errorField)
        }
    }

    /// Whether its pictures were kept and are no more.
    public var hasLostPictures: Bool {
        state == "completed" && delivered > 0 && images.isEmpty && request?.isEphemeral == false
    }

    /// Where its time went; zero where it has not ended.
    var latency: Latency {
        func duration(_ micros: Int64?) -> Duration { .microseconds(micros ?? 0) }
        return Latency(
            queue: duration(queueMicros), provider: duration(providerMicros),
            store: duration(storeMicros), total: duration(totalMicros))
    }
}
