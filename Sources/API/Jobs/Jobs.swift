import Gateway
import HTTP
import Signing
import Units

extension Application {
    /// Seconds that a poll may wait for an end: less than proxies commonly allow.
    static let waitMax = 60

    /// `GET /v1/jobs/{id}`: a job or a batch of dialect (c), whichever dialect made it. With `wait`
    /// (seconds) the answer comes when it has ended, or then.
    func job(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        switch try await work(parameters["id"], of: caller, waiting: try wait(of: request)) {
        case .job(let line): return polled(job(line), ended: line.endedAt != nil)
        case .batch(let batch): return polled(job(batch), ended: batch.endedAt != nil)
        }
    }

    /// `DELETE /v1/jobs/{id}`: cancels what has not begun and gives its hold back. A job that has
    /// begun or ended is a conflict; of a batch, the members that can be cancelled are.
    func cancelJob(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .generate)
        switch try await work(parameters["id"], of: caller, waiting: .zero) {
        case .job(let line):
            try await engine.cancel(line)
            return .json(job(try await jobs.job(line.name)))
        case .batch(let batch):
            var cancelled = 0
            for member in batch.members where member.state == "queued" {
                do {
                    try await engine.cancel(member)
                    cancelled += 1
                } catch let refusal as Refusal where refusal.kind == .conflict {
                    // It has begun or ended in the meantime, and goes its way.
                    continue
                }
            }
            guard cancelled > 0 || batch.endedAt != nil else {
                throw Refusal(
                    .conflict, "Every job of this batch has begun and can no longer be cancelled.")
            }
            return .json(job(try await self.batch(batch.id, of: caller.account)))
        }
    }

    /// `GET /v1/batches/{id}`.
    func batch(_ request: Request, _ parameters: PathParameters) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        guard
            case .batch(let batch) = try await work(
                parameters["id"], of: caller, waiting: try wait(of: request))
        else { throw Self.noSuchJob }
        return polled(job(batch), ended: batch.endedAt != nil)
    }

    /// `wait`: how long a poll waits for an end.
    func wait(of request: Request) throws(Refusal) -> Duration {
        let query = try Query(request.query, known: ["wait"])
        return .seconds(try query.integer("wait", in: 0...Self.waitMax) ?? 0)
    }

    /// What an id of a job may stand for.
    enum JobOrBatch {
        case job(GenerationLine)
        case batch(BatchLine)
    }

    /// The caller's job or batch of this id.
    func work(
        _ id: String, of caller: Key.Standing, waiting limit: Duration
    ) async throws -> JobOrBatch {
        guard let id = ID<Generation>(id) else { throw Self.noSuchJob }
        let name = JobName(account: caller.account, id: id)
        do {
            let line =
                limit > .zero
                ? try await engine.wait(for: name, atMost: limit, reading: jobs)
                : try await jobs.job(name)
            // A test key sees nothing of live work, nor the other way round.
            guard line.mode == caller.mode else { throw Self.noSuchJob }
            return .job(line)
        } catch let refusal as Refusal where refusal.kind == .notFound {
            let batch = try await batch(id.of(Batch.self), of: caller)
            guard batch.endedAt == nil, limit > .zero else { return .batch(batch) }
            let end = clock.now + limit
            for member in batch.members where member.endedAt == nil {
                guard clock.now < end else { break }
                _ = try await engine.wait(
                    for: member.name, atMost: end - clock.now, reading: jobs)
            }
            return .batch(try await self.batch(batch.id, of: caller))
        }
    }

    private func batch(_ id: ID<Batch>, of caller: Key.Standing) async throws -> BatchLine {
        let batch = try await batch(id, of: caller.account)
        guard batch.mode == caller.mode else { throw Self.noSuchJob }
        return batch
    }

    private static let noSuchJob = Refusal(.notFound, "There is no such job.")

    /// The answer to a poll, which says when to come again.
    private func polled(_ json: JSON, ended: Bool) -> Response {
        var response = Response.json(json)
        if !ended { response.headers["Retry-After"] = "\(Self.pollSeconds)" }
        return response
    }
}
