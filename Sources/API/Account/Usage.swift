import Gateway
import HTTP
import Ledger
import Units

extension Application {
    /// `GET /v1/usage`: what was charged to the caller's wallet, by day, model or key.
    ///
    /// `from` and `to` are days of UTC, both included (default: this month up to today), `group_by`
    /// (default day), `limit` and `cursor`. Exact to the last capture.
    func usage(_ request: Request) async throws -> Response {
        let caller = try await caller(of: request, for: .read)
        let query = try Query(
            request.query, known: ["from", "to", "group_by", "limit", "cursor"])
        let today = CivilDate(clock.now)
        let last = try day("to", in: query) ?? today
        let first = try day("from", in: query) ?? last.startOfMonth
        guard first <= last else {
            throw Refusal(
                .invalidValue, "Invalid 'from': \(first) is after 'to', \(last).", field: "from")
        }
        guard last.daysSince1970 - first.daysSince1970 < ChargedUsage.daysMax else {
            throw Refusal(
                .invalidValue,
                "Invalid 'from': a range has at most \(ChargedUsage.daysMax) days.", field: "from")
        }
        let words = ChargedUsage.Grouping.allCases.map(\.rawValue)
        let grouping =
            try query.word("group_by", of: words).flatMap(
                ChargedUsage.Grouping.init(rawValue:)) ?? .day
        let limit = try query.integer("limit", in: 1...ChargedUsage.pageMax) ?? 100
        let cursor = query.text("cursor")
        let wallet = Wallet.Name(account: caller.account, mode: caller.mode)
        let usage = try await database.read(as: caller.account) { transaction in
            // One more than asked for tells whether there is a next page.
            try ChargedUsage.list(
                of: wallet, from: first, to: last, by: grouping, after: cursor, limit: limit + 1,
                in: transaction)
        }
        let more = usage.lines.count > limit
        let page = usage.lines.prefix(limit)
        return .json(
            .object([
                ("from", .string(first.description)), ("to", .string(last.description)),
                ("mode", .string(caller.mode.rawValue)), ("currency", .string("USD")),
                ("group_by", .string(grouping.rawValue)),
                ("usage", .array(page.map { json($0, grouping) })),
                ("total", .object(members(of: usage.total))),
                ("next_cursor", more ? .optional(page.last?.group, JSON.string) : .null),
                ("has_more", .bool(more)),
            ]))
    }

    private func day(_ name: String, in query: Query) throws(Refusal) -> CivilDate? {
        guard let text = query.text(name) else { return nil }
        guard let day = CivilDate(text) else {
            throw Refusal(
                .invalidValue,
                "'\(name)' must be a day such as 2026-10-31, not '\(text.prefix(40))'.", field: name
            )
        }
        return day
    }

    private func json(_ line: ChargedUsage.Line, _ grouping: ChargedUsage.Grouping) -> JSON {
        let group: [(String, JSON)] =
            switch grouping {
            case .day: [("day", .string(line.group))]
            case .model: [("model", .string(line.group))]
            case .key:
                [("key_id", .string(line.group)), ("key_name", .optional(line.name, JSON.string))]
            }
        return .object(group + members(of: line.sums))
    }

    private func members(of sums: ChargedUsage.Sums) -> [(String, JSON)] {
        [
            ("generations", .int(sums.generations)), ("images", .int(sums.images)),
            ("cost", .credits(sums.cost)),
        ]
    }
}
