import Storage
import Pictures
import Ledger
import Postgres
import Signing
import Units

/// The statements of `admit` and `settle` on `generation` and `image`.
extension Generation {
    /// Writes the rows of what was admitted. Queued.
    static func begin(
        _ admitted: [(submission: Submission, verdict: Admitted)],
        in transaction: borrowing Transaction
    ) throws {
        guard !admitted.isEmpty else { return }
        let rows = admitted.flatMap { submission, verdict in
            submission.admissions.map { (asked: $0, verdict: verdict, batch: submission.batch?.id) }
        }
        let asked = rows.map(\.asked)
        let verdicts = rows.map(\.verdict)
        try transaction.send(
            """
            insert into generation (account_id, id, mode, key_id, state, dialect, model, provider,
                price_version, n, request, held, server_id, durable, ready_at, batch_id, deadline,
                created_at, meters)
            select account_id, id, mode, key_id,
                case when server_id is null then 'queued' else 'running' end, dialect, model,
                provider, price_version, n, request, held, server_id, durable,
                case when server_id is null then ready_at end, batch_id, deadline, created_at,
                meters
            from unnest(
                \(verdicts.map(\.wallet.account)), \(asked.map(\.generation)),
                \(verdicts.map(\.wallet.mode.rawValue)), \(verdicts.map(\.key)),
                \(asked.map(\.dialect)), \(asked.map(\.model)), \(asked.map(\.provider)),
                \(asked.map(\.priceVersion)), \(asked.map { Int32($0.n) }),
                \(asked.map { JSONText($0.request) }), \(asked.map(\.quote)),
                \(asked.map(\.server)), \(asked.map(\.durable)),
                \(asked.map(\.readyAt)), \(rows.map(\.batch)),
                \(asked.map(\.deadline)), \(asked.map(\.at)), \(verdicts.map(\.meters)))
                as t (account_id, id, mode, key_id, dialect, model, provider, price_version, n,
                    request, held, server_id, durable, ready_at, batch_id, deadline, created_at,
                    meters)
            """)
    }

    /// What was let in under this id and key, when its answer was lost.
    static func admitted(
        _ id: ID<Generation>, by key: KeyHash, in transaction: borrowing Transaction
    ) throws -> Admitted? {
        try transaction.first(
            """
            select g.account_id, g.mode, g.key_id, g.held from (\(Key.rows(of: [key]))) k
            join generation g on g.account_id = k.account_id and g.id = \(id)
            """
        ) { row in
            let account: ID<Account> = try row.next()
            let mode: String = try row.next()
            return Admitted(
                wallet: .init(account: account, mode: Mode(rawValue: mode) ?? .live),
                key: try row.next(), held: try row.next())
        }
    }

    /// Loads and locks the rows that are to end, in id order. Queued.
    static func lock(
        _ settlements: [Settlement], in transaction: borrowing Transaction
    ) throws -> Pending<OpenGeneration> {
        let ordered = settlements.map { ($0.wallet.account, $0.generation) }
            .sorted { $0 < $1 }
        return try transaction.send(
            """
            select g.id, g.state, g.ended_at is not null, g.server_id, g.held, g.captured,
                g.posting_id, g.run, g.task is not null, g.batch_id,
                case when g.durable then g.request #>> '{webhook,url}' end,
                case when g.durable then g.request #>> '{webhook,events}' end, g.key_id,
                g.meters::integer, g.created_at
            from unnest(\(ordered.map(\.0)), \(ordered.map(\.1)))
                with ordinality as t (account_id, id, place),
            lateral (
                select * from generation
                where account_id = t.account_id and id = t.id
                for no key update
            ) g
            order by t.place
            """
        ) { row in
            OpenGeneration(
                id: try row.next(), state: try row.next(), ended: try row.next(),
                server: try row.next(), held: try row.next(), captured: try row.next(),
                posting: try row.next(), run: try row.next(), hasTask: try row.next(),
                batch: try row.next(),
                webhook: RequestedWebhook(url: try row.next(), words: try row.next()),
                metered: OpenGeneration.Metered(
                    key: try row.next(), meters: try row.next(), begun: try row.next()))
        }
    }

    /// Writes how generations ended. Queued.
    static func end(
        _ ended: [(settlement: Settlement, settled: Settled)],
        in transaction: borrowing Transaction
    ) throws {
        guard !ended.isEmpty else { return }
        let ends = ended.map(\.settlement)
        let money = ended.map(\.settled)
        let failures = ends.map(\.failure)
        let charges = zip(ends, money).map { $0.chargeColumns(of: $1.captured) }
        try transaction.send(
            """
            update generation g
            set state = t.state, progress = 100, captured = t.captured, posting_id = t.posting_id,
                ended_at = t.ended_at, images = t.images, error_kind = t.error_kind,
                error_message = t.error_message, queue_us = t.queue_us,
                provider_us = t.provider_us, store_us = t.store_us, total_us = t.total_us,
                served_by = t.served_by, provider_cost = t.provider_cost,
                charge_line = t.charge_line::smallint, charges = t.charges, report = t.report
            from unnest(
                \(ends.map(\.wallet.account)), \(ends.map(\.generation)), \(ends.map(\.state)),
                \(money.map(\.captured)), \(money.map(\.posting)), \(ends.map(\.at)),
                \(ends.map { Int32($0.images) }), \(failures.map { $0?.kind.rawValue }),
                \(failures.map { $0?.message }), \(ends.map(\.latency.queue.microseconds)),
                \(ends.map(\.latency.provider.microseconds)),
                \(ends.map(\.latency.store.microseconds)),
                \(ends.map(\.latency.total.microseconds)), \(ends.map(\.servedBy)),
                \(ends.map(\.providerCost)), \(charges.map(\.line)), \(charges.map(\.lines)),
                \(ends.map(\.report.column)))
                as t (account_id, id, state, captured, posting_id, ended_at, images, error_kind,
                    error_message, queue_us, provider_us, store_us, total_us, served_by,
                    provider_cost, charge_line, charges, report)
            where g.account_id = t.account_id and g.id = t.id
            """)
    }
}

extension KeptImage {
    /// Writes the pictures of generations that end. Queued.
    static func insert(
        _ settlements: [Settlement], in transaction: borrowing Transaction
    ) throws {
        let images = settlements.flatMap { settlement in
            settlement.kept.enumerated().map { (settlement, $0.offset, $0.element) }
        }
        guard !images.isEmpty else { return }
        try transaction.send(
            """
            insert into image (account_id, id, generation_id, position, name, media_type, width,
                height, size_bytes)
            select * from unnest(
                \(images.map(\.0.wallet.account)), \(images.map(\.2.id)),
                \(images.map(\.0.generation)), \(images.map { Int32($0.1) }),
                \(images.map(\.2.name.text)), \(images.map(\.2.format.mediaType)),
                \(images.map { Int32($0.2.size.width) }), \(images.map { Int32($0.2.size.height) }),
                \(images.map { Int64($0.2.byteCount) }))
            """)
    }
}
