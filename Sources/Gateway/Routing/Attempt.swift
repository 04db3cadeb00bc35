import Ledger
public import Postgres
import Threads
public import Units

/// One try at one provider for one generation.
public struct Attempt: Sendable {
    /// How it ended, in the words of the column.
    public enum Outcome: String, Sendable {
        case done, refused, busy, broken, failed, out
    }

    public let id: ID<Attempt>
    public let provider: String
    /// The provider's own name of the model.
    public let model: String
    public let outcome: Outcome
    /// In the provider's words; nil when it went well.
    public let message: String?
    /// The provider's name of the request.
    public let request: String?
    public let startedAt: Timestamp
    public let latency: Duration
    /// What the provider says it charges us.
    public let cost: Credits?
}

/// The attempts of one run, in order.
final class Attempts: Sendable {
    private let list = Lock<[Attempt]>([])

    var all: [Attempt] { list.withLock { $0 } }

    /// More are not written down: a run that has as many has shown what is wrong.
    private static let attemptsMax = 64

    func add(_ attempt: Attempt) {
        list.withLock { list in
            if list.count < Self.attemptsMax { list.append(attempt) }
        }
    }
}

extension ProviderFailure {
    var outcome: Attempt.Outcome {
        switch self {
        case .refused: .refused
        case .busy: .busy
        case .broken, .unsure: .broken
        case .failed, .empty: .failed
        case .out: .out
        }
    }
}

extension Attempt {
    /// Writes the attempts of generations that end. Queued.
    static func insert(
        _ settlements: [Settlement], in transaction: borrowing Transaction
    ) throws {
        let rows = settlements.flatMap { settlement in
            settlement.attempts.enumerated().map { (settlement, $0.element, $0.offset) }
        }
        guard !rows.isEmpty else { return }
        try transaction.send(
            """
            insert into generation_attempt (account_id, id, generation_id, position, provider, model,
                outcome, message, vendor_request, started_at, latency_us, cost)
            select * from unnest(
                \(rows.map(\.0.wallet.account)), \(rows.map(\.1.id)), \(rows.map(\.0.generation)),
                \(rows.map { Int32($0.2) }),
                \(rows.map(\.1.provider)), \(rows.map(\.1.model)),
                \(rows.map(\.1.outcome.rawValue)), \(rows.map(\.1.message)),
                \(rows.map(\.1.request)), \(rows.map(\.1.startedAt)),
                \(rows.map(\.1.latency.microseconds)), \(rows.map(\.1.cost)))
            """)
    }

    /// The attempts of a generation, in order.
    public static func find(
        of job: JobName, in transaction: borrowing Transaction
    ) throws -> [Attempt] {
        try transaction.rows(
            """
            select id, provider, model, outcome, message, vendor_request, started_at, latency_us,
                cost
            from generation_attempt
            where account_id = \(job.account) and generation_id = \(job.id)
            order by started_at, position
            """
        ) { row in
            Attempt(
                id: try row.next(), provider: try row.next(), model: try row.next(),
                outcome: Outcome(rawValue: try row.next()) ?? .broken, message: try row.next(),
                request: try row.next(), startedAt: try row.next(),
                latency: .microseconds(try row.next(Int64.self)), cost: try row.next())
        }
    }
}
