import Postgres
import Signing
public import Units

/// A caller's promise that what it sends under this key is one piece of work, however often.
public struct IdempotencyClaim: Hashable, Sendable {
    public let key: String
    /// SHA-256 over mode, method, path and canonical body.
    public let fingerprint: [UInt8]
    /// What was called, for whoever uses the key for something else later.
    public let path: String

    /// How long a key is remembered.
    public static let kept: Duration = .seconds(86_400)

    public init(key: String, fingerprint: [UInt8], path: String) {
        self.key = key
        self.fingerprint = fingerprint
        self.path = path
    }
}

/// The work that a key named before.
public struct EarlierWork: Hashable, Sendable {
    /// One generation, or a batch of them.
    public enum Work: Hashable, Sendable {
        case generation(ID<Generation>)
        case batch(ID<Batch>)
    }

    public let account: ID<Account>
    public let mode: Mode
    public let work: Work
}

/// A row of `idempotency_key`, as loaded by the door.
package struct RememberedKey: Sendable {
    package struct Name: Hashable, Comparable, Sendable {
        let account: ID<Account>
        let key: String

        package init(account: ID<Account>, key: String) {
            self.account = account
            self.key = key
        }

        /// The order in which keys are written, by everyone.
        package static func < (left: Name, right: Name) -> Bool {
            (left.account, left.key) < (right.account, right.key)
        }
    }

    let name: Name
    let fingerprint: [UInt8]
    let path: String
    let work: EarlierWork.Work
    let createdAt: Timestamp
    /// Whether it may be used anew: it has had its day, or what it named failed for the moment, at
    /// no cost, and asking again is what its caller was told to do.
    let isSpent: Bool

    package init(
        name: Name, fingerprint: [UInt8], path: String, work: EarlierWork.Work,
        createdAt: Timestamp, isSpent: Bool = false
    ) {
        self.name = name
        self.fingerprint = fingerprint
        self.path = path
        self.work = work
        self.createdAt = createdAt
        self.isSpent = isSpent
    }

    /// Failures after which the same call may do better.
    private static let passing: [Refusal.Kind] = [
        .rateLimited, .interrupted, .overloaded, .providerFailed, .deadlinePassed,
    ]

    /// The work, if it is what `claim` asks for again; or the refusal that names what came first.
    func match(_ claim: IdempotencyClaim) throws(Refusal) -> EarlierWork.Work {
        guard fingerprint == claim.fingerprint else {
            let first =
                switch work {
                case .generation(let id): "generation \(id)"
                case .batch(let id): "batch \(id)"
                }
            throw Refusal(
                .idempotencyKeyReused,
                "This Idempotency-Key was used at \(createdAt) for a different request "
                    + "(\(path), \(first)). Use a new key for a new request.",
                field: "Idempotency-Key")
        }
        return work
    }
}

extension RememberedKey {
    /// What refuses a second use of a key.
    static let constraint = "idempotency_key_pkey"

    /// The rows of these keys, for whoever the callers' API keys belong to. Queued.
    ///
    /// To be sent after the wallets are locked: two servers with the same key then see each
    /// other. Where no wallet can be locked the primary key decides, and the batch is tried again one
    /// by one.
    static func find(
        _ submissions: [(hash: KeyHash, claim: IdempotencyClaim)], at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> Pending<RememberedKey> {
        try transaction.send(
            """
            select i.account_id, i.key, i.fingerprint, i.path, i.generation_id, i.batch_id,
                i.created_at,
                i.created_at <= \(now - IdempotencyClaim.kept)
                    or coalesce(g.error_kind = any(\(passing.map(\.rawValue))), false)
            from unnest(\(submissions.map(\.hash.bytes)), \(submissions.map(\.claim.key)))
                as t (hash, key)
            cross join lateral (
                select account_id from api_key where hash = t.hash
                union all
                select account_id from api_key where previous_hash = t.hash
            ) k
            join idempotency_key i on i.account_id = k.account_id and i.key = t.key
            left join generation g on g.account_id = i.account_id and g.id = i.generation_id
            """
        ) { row in
            let name = Name(account: try row.next(), key: try row.next())
            let fingerprint: [UInt8] = try row.next()
            let path: String = try row.next()
            let generation: ID<Generation>? = try row.next()
            let batch: ID<Batch>? = try row.next()
            let work = generation.map(EarlierWork.Work.generation) ?? batch.map { .batch($0) }
            guard let work else { preconditionFailure("a key names work (a_key_names_one_work)") }
            return RememberedKey(
                name: name, fingerprint: fingerprint, path: path, work: work,
                createdAt: try row.next(), isSpent: try row.next())
        }
    }

    /// Writes the rows of keys that are used for the first time, in place of those that were spent.
    /// Queued.
    static func insert(
        _ keys: [RememberedKey], inPlaceOf spent: [Name], in transaction: borrowing Transaction
    ) throws {
        guard !keys.isEmpty else { return }
        let keys = keys.sorted { $0.name < $1.name }
        let generations = keys.map { key -> ID<Generation>? in
            if case .generation(let id) = key.work { id } else { nil }
        }
        let batches = keys.map { key -> ID<Batch>? in
            if case .batch(let id) = key.work { id } else { nil }
        }
        let accounts = keys.map(\.name.account)
        let texts = keys.map(\.name.key)
        if !spent.isEmpty {
            try transaction.send(
                """
                delete from idempotency_key i
                using unnest(\(spent.map(\.account)), \(spent.map(\.key))) as t (account_id, key)
                where i.account_id = t.account_id and i.key = t.key
                """)
        }
        try transaction.send(
            """
            insert into idempotency_key (account_id, key, fingerprint, path, generation_id,
                batch_id, created_at)
            select * from unnest(\(accounts), \(texts), \(keys.map(\.fingerprint)),
                \(keys.map(\.path)), \(generations), \(batches), \(keys.map(\.createdAt)))
            """)
    }

    /// Forgotten in one statement.
    static let sweptMax = 1000

    /// Forgets keys that have had their day, some at a time; answers how many.
    static func sweep(at now: Timestamp, in transaction: borrowing Transaction) throws -> Int {
        try transaction.execute(
            """
            delete from idempotency_key where (account_id, key) in (
                select account_id, key from idempotency_key
                where created_at <= \(now - IdempotencyClaim.kept)
                order by created_at limit \(sweptMax) for update skip locked)
            """)
    }
}
