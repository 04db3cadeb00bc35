public import Log
public import Postgres
public import Storage
public import Units

/// Removes prompts and pictures whose time is over, account by account.
///
/// Batches are small, so nothing waits for them; how far an account is stands in `account_sweep`, so
/// a batch looks at nothing twice. Two servers that sweep at once do nothing wrong, only some of it
/// twice.
public struct Sweep: Sendable {
    private let database: Database
    private let store: ImageStore
    private let clock: Clock
    private let log: Log

    static let period: Duration = .seconds(3600)
    /// Rows whose words are blanked in one transaction, pictures removed before it is written down,
    /// and accounts looked for at once.
    static let promptsMax = 500
    static let picturesMax = 200
    private static let accountsMax = 1000

    public init(database: Database, store: ImageStore, clock: Clock, log: Log) {
        self.database = database
        self.store = store
        self.clock = clock
        self.log = log
    }

    /// What was removed.
    public struct Removed: Hashable, Sendable {
        public var prompts: Int
        public var pictures: Int

        public init(prompts: Int = 0, pictures: Int = 0) {
            self.prompts = prompts
            self.pictures = pictures
        }
    }

    /// Sweeps every hour until cancelled.
    public func run() async {
        while !Task.isCancelled {
            do {
                let removed = try await once()
                if removed != Removed() {
                    log(
                        .info, "prompts and pictures removed",
                        ["prompts": removed.prompts, "pictures": removed.pictures])
                }
            } catch {
                log(.error, "prompts and pictures not removed", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.period)
        }
    }

    /// An account that does not keep everything, and how far it is.
    private struct Owner: Sendable {
        let account: ID<Account>
        let promptDays: Int32?
        let pictureDays: Int32?
        let promptsTo: ID<Generation>?
        let picturesTo: ID<KeptImage>?
    }

    /// Removes everything whose time is over now.
    public func once() async throws -> Removed {
        var removed = Removed()
        var after: ID<Account>?
        while true {
            let owners = try await owners(after: after)
            for owner in owners {
                removed.prompts += try await sweepPrompts(of: owner)
                removed.pictures += try await sweepPictures(of: owner)
            }
            guard owners.count == Self.accountsMax, let last = owners.last else { return removed }
            after = last.account
        }
    }

    private func owners(after: ID<Account>?) async throws -> [Owner] {
        try await database.read { transaction in
            try transaction.rows(
                """
                select a.id, a.prompt_days, a.picture_days, s.prompts_to, s.pictures_to
                from account a left join account_sweep s on s.account_id = a.id
                where (a.prompt_days is not null or a.picture_days is not null)
                    and (\(after)::uuid is null or a.id > \(after))
                order by a.id limit \(Self.accountsMax)
                """
            ) { row in
                Owner(
                    account: try row.next(), promptDays: try row.next(),
                    pictureDays: try row.next(), promptsTo: try row.next(),
                    picturesTo: try row.next())
            }
        }
    }

    private func cutoff<Of>(_ days: Int32, of: Of.Type) -> ID<Of> {
        .earliest(at: clock.now - .seconds(Int64(days) * 86_400))
    }

    // MARK: Prompts

    private func sweepPrompts(of owner: Owner) async throws -> Int {
        guard let days = owner.promptDays else { return 0 }
        let end = cutoff(days, of: Generation.self)
        var from = owner.promptsTo ?? ID(high: 0, low: 0)
        var count = 0
        while true {
            let start = from
            let done = try await database.transaction { transaction in
                try Self.blank(owner.account, after: start, before: end, in: transaction)
            }
            count += done.count
            guard done.count == Self.promptsMax, let last = done.last else { return count }
            from = last
        }
    }

    /// Blanks the next requests, up to the first that has not ended: it still needs its words.
    private static func blank(
        _ account: ID<Account>, after start: ID<Generation>, before end: ID<Generation>,
        in transaction: borrowing Transaction
    ) throws -> [ID<Generation>] {
        let next: [(id: ID<Generation>, ended: Bool)] = try transaction.rows(
            """
            select id, ended_at is not null from generation
            where account_id = \(account) and id > \(start) and id < \(end)
            order by id limit \(promptsMax)
            """
        ) { (try $0.next(), try $0.next()) }
        let ids = next.prefix { $0.ended }.map(\.id)
        guard let last = ids.last else { return [] }
        try transaction.send(
            """
            update generation
            set request = without_words(request), report = report - 'revised_prompt'
            where account_id = \(account) and id = any(\(ids))
                and (request <> without_words(request) or report ? 'revised_prompt')
            """)
        try transaction.send(
            """
            insert into account_sweep as s (account_id, prompts_to) values (\(account), \(last))
            on conflict (account_id) do update
            set prompts_to = greatest(s.prompts_to, excluded.prompts_to)
            """)
        return ids
    }

    // MARK: Pictures

    private func sweepPictures(of owner: Owner) async throws -> Int {
        guard let days = owner.pictureDays else { return 0 }
        let end = cutoff(days, of: KeptImage.self)
        var from = owner.picturesTo ?? ID(high: 0, low: 0)
        var count = 0
        while true {
            let start = from
            let next: [(id: ID<KeptImage>, name: String)] = try await database.read { transaction in
                try transaction.rows(
                    """
                    select id, name from image
                    where account_id = \(owner.account) and id > \(start) and id < \(end)
                    order by id limit \(Self.picturesMax)
                    """
                ) { (try $0.next(), try $0.next()) }
            }
            guard let last = next.last else { return count }
            // Files first: of a row that says its file is gone, it must be.
            for name in next.compactMap({ StoredName($0.name) }) { try await store.remove(name) }
            let ids = next.map(\.id)
            let now = clock.now
            try await database.transaction { transaction in
                try transaction.send(
                    """
                    update image set deleted_at = \(now)
                    where account_id = \(owner.account) and id = any(\(ids)) and deleted_at is null
                    """)
                try transaction.send(
                    """
                    insert into account_sweep as s (account_id, pictures_to)
                    values (\(owner.account), \(last.id))
                    on conflict (account_id) do update
                    set pictures_to = greatest(s.pictures_to, excluded.pictures_to)
                    """)
            }
            count += next.count
            from = last.id
        }
    }
}
