import Gateway
import HTTP
import Units

/// How far work is, in the words of dialect (c).
enum JobStatus: String {
    case queued, processing, completed, failed, cancelled
    case partiallyCompleted = "partially_completed"

    init(_ line: GenerationLine) {
        self =
            switch line.state {
            case "queued": .queued
            case "running": .processing
            case "completed": .completed
            case "cancelled": .cancelled
            default: .failed
            }
    }

    /// Of a batch, from its members.
    init(_ batch: BatchLine) {
        let states = batch.members.map(\.state)
        let completed = states.count { $0 == "completed" }
        if batch.endedAt == nil {
            self = states.allSatisfy { $0 == "queued" } ? .queued : .processing
        } else if completed == states.count {
            self = .completed
        } else if completed > 0 {
            self = .partiallyCompleted
        } else {
            self = states.allSatisfy { $0 == "cancelled" } ? .cancelled : .failed
        }
    }
}

extension Application {
    /// How soon a caller should ask again: seconds.
    static let pollSeconds = 2

    /// A job in dialect (c).
    func job(_ line: GenerationLine) -> JSON {
        .object([
            ("jobId", .id(line.id)), ("status", .string(JobStatus(line).rawValue)),
            ("progress", .int(Int64(line.endedAt == nil ? line.progress : 100))),
            ("mode", .string(line.mode.rawValue)), ("model", .string(line.model)),
            ("created", .int(line.createdAt.seconds)),
            ("completed", .optional(line.endedAt) { .int($0.seconds) }),
            ("result", result(line)), ("cost_usd", .credits(line.captured)),
            (
                "generation_time_ms",
                .optional(line.totalMicros) { .int($0 / 1000) }
            ),
            ("error", error(line)), ("user", .optional(line.request?.endUser, JSON.string)),
            ("metadata", Self.metadata(line.request?.metadata ?? [:])),
            ("batchId", .optional(line.batch, JSON.id)), ("receipt", line.receipt.json),
        ])
    }

    /// A batch in dialect (c): its own state, and every member in full.
    func job(_ batch: BatchLine) -> JSON {
        let ended = batch.members.filter { $0.endedAt != nil }
        let completed = batch.members.count { $0.state == "completed" }
        let cost = batch.members.reduce(Credits.zero) { $0 + $1.captured }
        return .object([
            ("jobId", .id(batch.id)), ("batch", .bool(true)),
            ("mode", .string(batch.mode.rawValue)),
            ("status", .string(JobStatus(batch).rawValue)),
            ("progress", .int(ended.count * 100 / max(1, batch.members.count))),
            ("total", .int(Int64(batch.size))), ("completed_count", .int(completed)),
            ("failed_count", .int(batch.members.count { $0.state == "failed" })),
            ("cancelled_count", .int(batch.members.count { $0.state == "cancelled" })),
            ("created", .int(batch.createdAt.seconds)),
            ("completed", .optional(batch.endedAt) { .int($0.seconds) }),
            ("cost_usd", .credits(cost)), ("metadata", Self.metadata(batch.metadata)),
            (
                "receipt",
                .object([
                    ("held", .credits(batch.members.reduce(.zero) { $0 + $1.receipt.held })),
                    ("captured", .credits(cost)),
                    (
                        "released",
                        .credits(batch.members.reduce(.zero) { $0 + $1.receipt.released })
                    ),
                    ("posting_ids", .array(batch.members.compactMap(\.posting).map { .id($0) })),
                ])
            ),
            ("jobs", .array(batch.members.map(job))),
        ])
    }

    func url(of image: GenerationLine.Image) -> String { publicURL + "/i/" + image.name }

    private func result(_ line: GenerationLine) -> JSON {
        guard line.state == "completed" else { return .null }
        let images = line.images.map { image in
            [
                ("url", JSON.string(url(of: image))),
                ("width", .int(Int64(image.width))), ("height", .int(Int64(image.height))),
            ]
        }
        return .object((images.first ?? []) + [("images", .array(images.map(JSON.object)))])
    }

    private func error(_ line: GenerationLine) -> JSON {
        .optional(line.failure) { failure in
            .object([
                (
                    "code",
                    .string(
                        ErrorShape.imaRouter.words(for: failure.kind).code ?? failure.kind.rawValue)
                ),
                ("message", .string(failure.message)),
            ])
        }
    }

    static func metadata(_ metadata: [String: String]) -> JSON {
        .object(metadata.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }

    /// 202: the work goes on, and this is where to ask for it.
    func accepted(
        _ id: some CustomStringConvertible, status: JobStatus = .queued,
        createdAt: Timestamp? = nil,
        replayed: Bool, applied: String? = nil, members: [(String, JSON)] = []
    ) -> Response {
        let path = "/v1/jobs/\(id)"
        let body = JSON.object(
            [
                ("jobId", .string("\(id)")), ("status", .string(status.rawValue)),
                ("statusUrl", .string(path)),
                ("created", .int((createdAt ?? clock.now).seconds)),
            ] + members)
        var response = Response.json(body, .accepted)
        response.headers["Location"] = path
        response.headers["Retry-After"] = "\(Self.pollSeconds)"
        if let applied { response.headers["Preference-Applied"] = applied }
        return replayed ? response.replayed() : response
    }

    /// 202 with one generation's id, and how far it is by now.
    func accepted(_ job: JobName, replayed: Bool, applied: String?) async -> Response {
        // It is accepted, whether or not it can be read at this moment.
        let line = try? await jobs.job(job)
        return accepted(
            job.id, status: line.map(JobStatus.init) ?? .queued, createdAt: line?.createdAt,
            replayed: replayed, applied: applied)
    }
}

extension Response {
    /// The same, marked as the answer to an earlier request with the same Idempotency-Key.
    func replayed() -> Response {
        var response = self
        response.headers["Idempotency-Replayed"] = "true"
        return response
    }
}
