import Gateway
import HTTP
import Units

/// The headers that tell how limits stand: each dialect has its own.
enum LimitHeaders {
    /// What an answer in `shape` says of `readings`. `refused` of the answer that one of them made
    /// a no, with when the same may pass; a refusal is told of its own limit alone.
    ///
    /// Caps in money and generations at once have no form in the older dialects: there the body of
    /// a refusal tells them.
    static func fields(
        of readings: [LimitReading], in shape: ErrorShape, refused: Bool = false,
        retryAfter: Duration? = nil, at now: Timestamp
    ) -> [(name: String, value: String)] {
        switch shape {
        case .imageRouter: draft6(readings, retryAfter)
        case .openAI: openAI(readings)
        // Its answers that are no refusals say nothing of limits.
        case .openRouter: refused ? openRouter(readings, retryAfter, now) : []
        case .imaRouter, .jobs, .problem: structured(readings, retryAfter)
        }
    }

    /// draft-ietf-httpapi-ratelimit-headers-06: one limit, that which is nearest to its end.
    private static func draft6(
        _ readings: [LimitReading], _ retryAfter: Duration?
    ) -> [(name: String, value: String)] {
        guard let tightest = tightest(readings) else { return [] }
        return [
            ("RateLimit-Policy", "\(tightest.most);w=60"), ("RateLimit-Limit", "\(tightest.most)"),
            ("RateLimit-Remaining", "\(tightest.left)"),
            ("RateLimit-Reset", "\(seconds(retryAfter ?? tightest.resetsIn))"),
        ]
    }

    /// OpenAI's: what a request and what a picture counts against, and when all of it is back.
    private static func openAI(_ readings: [LimitReading]) -> [(name: String, value: String)] {
        let units = [
            ("requests", ["requests_per_minute", "reads_per_minute"]),
            ("images", ["images_per_minute"]),
        ]
        return units.flatMap { unit, names -> [(name: String, value: String)] in
            guard let tightest = tightest(readings.filter { names.contains($0.limit) }) else {
                return []
            }
            return [
                ("x-ratelimit-limit-\(unit)", "\(tightest.most)"),
                ("x-ratelimit-remaining-\(unit)", "\(tightest.left)"),
                ("x-ratelimit-reset-\(unit)", goText(tightest.resetsIn)),
            ]
        }
    }

    /// OpenRouter's; `Reset` is a moment in milliseconds of Unix time.
    private static func openRouter(
        _ readings: [LimitReading], _ retryAfter: Duration?, _ now: Timestamp
    ) -> [(name: String, value: String)] {
        guard let tightest = tightest(readings) else { return [] }
        let reset = now + (retryAfter ?? tightest.resetsIn)
        return [
            ("X-RateLimit-Limit", "\(tightest.most)"),
            ("X-RateLimit-Remaining", "\(tightest.left)"),
            ("X-RateLimit-Reset", "\((reset.microseconds + 999) / 1000)"),
        ]
    }

    /// The newest draft's structured fields: every limit, by its scope and name.
    private static func structured(
        _ readings: [LimitReading], _ retryAfter: Duration?
    ) -> [(name: String, value: String)] {
        var policies: [String] = []
        var states: [String] = []
        for reading in readings {
            // Quotas are counted: money is not.
            guard case .count(let most) = reading.most, case .count(let left) = reading.left
            else { continue }
            let name = "\"\(reading.scope.rawValue)/\(reading.limit)\""
            policies.append(
                "\(name);q=\(most)"
                    + (reading.isRate ? ";w=60" : ";qu=\"concurrent-requests\""))
            let reset = (retryAfter ?? reading.resetsIn).map { ";t=\(seconds($0))" } ?? ""
            states.append("\(name);r=\(left)" + reset)
        }
        guard !policies.isEmpty else { return [] }
        return [
            ("RateLimit-Policy", policies.joined(separator: ", ")),
            ("RateLimit", states.joined(separator: ", ")),
        ]
    }

    /// A rate in figures.
    private struct Rate {
        let most: Int64
        let left: Int64
        let resetsIn: Duration
    }

    /// The rate of which the smallest part is left.
    private static func tightest(_ readings: [LimitReading]) -> Rate? {
        readings.compactMap { reading -> Rate? in
            guard reading.isRate, case .count(let most) = reading.most,
                case .count(let left) = reading.left
            else { return nil }
            return Rate(most: most, left: left, resetsIn: reading.resetsIn ?? .zero)
        }.min { Double($0.left) / Double($0.most) < Double($1.left) / Double($1.most) }
    }

    /// Whole seconds, rounded up: a caller who comes back early is only sent away again.
    static func seconds(_ duration: Duration) -> Int64 {
        max(0, (duration.microseconds + 999_999) / 1_000_000)
    }

    /// As Go writes durations, to the millisecond, rounded up: `12ms`, `1.5s`, `6m0s`.
    static func goText(_ duration: Duration) -> String {
        let milliseconds = max(0, (duration.microseconds + 999) / 1000)
        guard milliseconds > 0 else { return "0s" }
        guard milliseconds >= 1000 else { return "\(milliseconds)ms" }
        let (whole, part) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        var text = whole >= 3600 ? "\(whole / 3600)h" : ""
        if whole >= 60 { text += "\(whole / 60 % 60)m" }
        text += "\(whole % 60)"
        if part > 0 {
            var digits = String(1000 + part).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            text += ".\(digits)"
        }
        return text + "s"
    }
}

extension LimitReading {
    /// Whether it is so many a minute.
    fileprivate var isRate: Bool { limit.hasSuffix("_per_minute") || limit == "failed_keys" }
}

extension LimitReading {
    /// The limit in the body of a refusal.
    var members: [(String, JSON)] {
        [
            ("limit", .string(limit)), ("scope", .string(scope.rawValue)), ("most", most.json),
            ("left", left.json),
        ]
    }
}

extension GenerationRequest.Dialect {
    /// How its errors, and its limits, are told.
    var errors: ErrorShape {
        switch self {
        case .imageRouter: .imageRouter
        case .openAI: .openAI
        case .imaRouter: .imaRouter
        case .jobs: .jobs
        case .openRouter: .openRouter
        }
    }
}

extension Response {
    /// The same with how limits stand.
    func telling(
        _ readings: [LimitReading], in shape: ErrorShape, at now: Timestamp
    ) -> Response {
        with(LimitHeaders.fields(of: readings, in: shape, at: now))
    }

    /// The answer that says no, with how the limit stands that it is about.
    static func refusing(
        _ refusal: Refusal, as shape: ErrorShape, at now: Timestamp
    ) -> Response {
        let response = refusing(refusal, as: shape)
        guard let limit = refusal.limit else { return response }
        return response.with(
            LimitHeaders.fields(
                of: [limit], in: shape, refused: true, retryAfter: refusal.retryAfter, at: now))
    }

    private func with(_ fields: [(name: String, value: String)]) -> Response {
        guard !fields.isEmpty else { return self }
        var response = self
        for field in fields { response.headers.add(field.name, field.value) }
        return response
    }
}
