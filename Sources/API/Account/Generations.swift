import Postgres
import Gateway
import HTTP
import Units

extension Application {
    /// `GET /v1/generations`: the usage log of the caller's account and mode, newest first.
    ///
    /// `limit` (1 to 100, default 20) and `cursor` (the `next_cursor` of the page before).
    func generations(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let query = try Query(request.query, known: ["limit", "cursor"])
        let limit = try query.integer("limit", in: 1...GenerationLine.pageMax) ?? 20
        let cursor = try query.id("cursor", of: Generation.self)
        var lines = try await database.read(as: caller.account) { transaction in
            // One more than asked for tells whether there is a next page.
            try GenerationLine.page(
                of: caller.account, filter: .init(mode: caller.mode), before: cursor,
                limit: limit + 1, in: transaction)
        }
        let more = lines.count > limit
        if more { lines.removeLast() }
        return .json(
            .object([
                ("generations", .array(lines.map(json))),
                ("next_cursor", more ? .optional(lines.last?.id, JSON.id) : .null),
                ("has_more", .bool(more)),
            ]))
    }

    private func json(_ line: GenerationLine) -> JSON {
        let error: JSON = .optional(line.errorKind) { kind in
            .object([
                ("code", .string(kind)), ("message", .string(line.errorMessage ?? "")),
            ])
        }
        return .object([
            ("id", .id(line.id)), ("status", .string(line.state)), ("model", .string(line.model)),
            ("served_by", .optional(line.servedBy, JSON.string)),
            ("mode", .string(line.mode.rawValue)), ("key_id", .id(line.key)),
            ("dialect", .string(line.dialect)), ("n", .int(Int64(line.n))),
            ("delivered", .int(Int64(line.delivered))), ("cost", .credits(line.captured)),
            ("held", .credits(line.held)), ("price_version", .int(Int64(line.priceVersion))),
            ("created_at", .time(line.createdAt)),
            ("ended_at", .optional(line.endedAt, JSON.time)), ("latency", latency(line)),
            ("error", error), ("user", .optional(line.request?.endUser, JSON.string)),
            ("metadata", Self.metadata(line.request?.metadata ?? [:])),
            ("receipt", line.receipt.json),
            ("images", .array(line.images.map(json))),
        ])
    }

    /// Milliseconds are too coarse for a queue that is measured in microseconds.
    private func latency(_ line: GenerationLine) -> JSON {
        .object([
            ("queue_us", .optional(line.queueMicros, JSON.int)),
            ("provider_us", .optional(line.providerMicros, JSON.int)),
            ("store_us", .optional(line.storeMicros, JSON.int)),
            ("total_us", .optional(line.totalMicros, JSON.int)),
        ])
    }

    private func json(_ image: GenerationLine.Image) -> JSON {
        .object([
            ("url", .string(url(of: image))),
            ("media_type", .string(image.mediaType)), ("width", .int(Int64(image.width))),
            ("height", .int(Int64(image.height))),
        ])
    }
}
