import Gateway
import Postgres
import Units

extension Command {
    private static let naming: [Option] = [
        .needed("account", "ID", "whose"), .needed("job", "ID", "which"),
    ]
    private static let reason: Option = .optional("reason", "WHY", "for the audit log")

    static let jobsList = Command(
        "jobs list", "list an account's jobs, newest first",
        [
            .needed("account", "ID", "whose"),
            .optional("state", "S", "queued, running, completed, failed or cancelled"),
            .optional("model", "M", "of one model"),
            .optional("limit", "N", "lines at most, 1 to 100 (default 20)"),
            .optional("before", "ID", "go on before this id: the last one of the page before"),
        ]
    ) { session in
        let options = session.options
        let account = try options.neededID("account", of: Account.self)
        let filter = GenerationLine.Filter(
            state: try options.word("state", of: GenerationLine.State.self),
            model: options.text("model"))
        let limit = try options.integer("limit", in: 1...GenerationLine.pageMax) ?? 20
        let before = try options.id("before", of: Generation.self)
        let jobs = try await session.database.read { transaction in
            _ = try Account.find(account, in: transaction)
            return try GenerationLine.page(
                of: account, filter: filter, before: before, limit: limit, in: transaction)
        }
        return .list(
            ["id", "state", "model", "n", "delivered", "held", "captured", "created_at", "error"],
            jobs.map { job in
                [
                    .id(job.id), .string(job.state), .string(job.model), .int(Int64(job.n)),
                    .int(Int64(job.delivered)), .credits(job.held), .credits(job.captured),
                    .time(job.createdAt), .optional(job.errorKind, JSON.string),
                ]
            })
    }

    static let jobsShow = Command(
        "jobs show", "show a job, and every attempt to have it made", naming
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("job", of: Generation.self)
        let (job, attempts) = try await session.database.read { transaction in
            let job = try GenerationLine.find(id, of: account, in: transaction)
            return (job, try Attempt.find(of: job.name, in: transaction))
        }
        let members: [(String, JSON)] = [
            ("id", .id(job.id)), ("state", .string(job.state)),
            ("mode", .string(job.mode.rawValue)),
            ("key", .id(job.key)), ("dialect", .string(job.dialect)),
            ("model", .string(job.model)), ("provider", .string(job.provider)),
            ("served_by", .optional(job.servedBy, JSON.string)),
            ("price_version", .int(Int64(job.priceVersion))),
            ("batch", .optional(job.batch, JSON.id)), ("n", .int(Int64(job.n))),
            ("delivered", .int(Int64(job.delivered))), ("progress", .int(Int64(job.progress))),
            ("held", .credits(job.held)), ("captured", .credits(job.captured)),
            ("posting", .optional(job.posting, JSON.id)), ("created_at", .time(job.createdAt)),
            ("ended_at", .optional(job.endedAt, JSON.time)),
            ("total_us", .optional(job.totalMicros, JSON.int)),
            ("error", .optional(job.errorKind, JSON.string)),
            ("error_message", .optional(job.errorMessage, JSON.string)),
        ]
        return .record(members, table: Result.Table(attempts))
    }

    static let jobsCancel = Command(
        "jobs cancel", "cancel a job that waits, and release what it held", naming + [reason]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("job", of: Generation.self)
        let actor = session.actor
        let job = try await session.database.transaction { transaction in
            let job = try GenerationLine.find(id, of: account, in: transaction)
            try job.cancel(by: actor, in: transaction)
            return job
        }
        return .record([("id", .id(job.id)), ("released", .credits(job.held))])
    }

    static let jobsRetry = Command(
        "jobs retry", "submit a failed job again, as a new one at today's price",
        naming + [reason]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("job", of: Generation.self)
        let actor = session.actor
        let new = try await session.database.transaction {
            try GenerationLine.find(id, of: account, in: $0).retry(by: actor, in: $0)
        }
        return .record([("id", .id(new)), ("retries", .id(id))])
    }
}

extension Result.Table {
    fileprivate init(_ attempts: [Attempt]) {
        self.init(
            name: "attempts",
            columns: [
                "at", "provider", "model", "outcome", "latency_us", "vendor_request", "message",
            ],
            rows: attempts.map { attempt in
                [
                    .time(attempt.startedAt), .string(attempt.provider), .string(attempt.model),
                    .string(attempt.outcome.rawValue), .int(attempt.latency.microseconds),
                    .optional(attempt.request, JSON.string),
                    .optional(attempt.message, JSON.string),
                ]
            })
    }
}
