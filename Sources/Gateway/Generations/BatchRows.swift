import Ledger
import Postgres
import Units

/// The statements of `admit` and `settle` on `batch`.
extension Batch {
    /// Writes the rows of batches that were let in. Queued.
    static func begin(
        _ admitted: [(submission: Submission, verdict: Admitted)],
        in transaction: borrowing Transaction
    ) throws {
        let rows = admitted.compactMap { submission, verdict in
            submission.batch.map { (batch: $0, submission: submission, verdict: verdict) }
        }
        guard !rows.isEmpty else { return }
        try transaction.send(
            """
            insert into batch (account_id, id, mode, key_id, dialect, size, open, request,
                created_at)
            select account_id, id, mode, key_id, dialect, size, size, request, created_at
            from unnest(\(rows.map(\.verdict.wallet.account)), \(rows.map(\.batch.id)),
                \(rows.map(\.verdict.wallet.mode.rawValue)), \(rows.map(\.verdict.key)),
                \(rows.map(\.batch.dialect)),
                \(rows.map { Int32($0.submission.admissions.count) }),
                \(rows.map { JSONText($0.batch.request) }), \(rows.map(\.submission.at)))
                as t (account_id, id, mode, key_id, dialect, size, request, created_at)
            """)
    }

    /// Counts members that have ended, and answers what is to be told of the batches whose last
    /// that was.
    static func close(
        _ ended: [(settlement: Settlement, batch: ID<Batch>)],
        in transaction: borrowing Transaction
    ) throws -> [WebhookEvent] {
        try transaction.rows(
            """
            update batch b
            set open = b.open - t.ended,
                ended_at = case when b.open = t.ended then t.at end
            from (
                select account_id, id, count(*)::int as ended, max(at) as at
                from unnest(\(ended.map(\.settlement.wallet.account)), \(ended.map(\.batch)),
                    \(ended.map(\.settlement.at))) as u (account_id, id, at)
                group by account_id, id
            ) t
            where b.account_id = t.account_id and b.id = t.id
            returning b.account_id, b.id, b.open, t.at, b.request #>> '{webhook,url}',
                b.request #>> '{webhook,events}'
            """
        ) { row -> WebhookEvent? in
            let account: ID<Account> = try row.next()
            let id: ID<Batch> = try row.next()
            let open: Int32 = try row.next()
            let at: Timestamp = try row.next()
            let wanted = RequestedWebhook(url: try row.next(), words: try row.next())
            guard open == 0 else { return nil }
            return WebhookEvent(
                account: account, message: ID(at: at), event: .batchCompleted, subject: .batch(id),
                requestURL: wanted?.url(for: .completed) ?? wanted?.url(for: .failed), at: at)
        }.compactMap { $0 }
    }
}
