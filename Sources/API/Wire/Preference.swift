import Gateway
import HTTP
import Units

/// What a caller prefers (RFC 7240): to be answered at once with a job, or after so many seconds.
struct Preference {
    private let respondsAsync: Bool
    private let waitSeconds: Int?

    /// Seconds that may be preferred: what proxies on the way rarely outlast.
    static let waitMax = 600

    init(_ headers: Headers) {
        let words = (headers["Prefer"] ?? "").split(separator: ",").map { word in
            word.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
        respondsAsync = words.contains("respond-async")
        let wait = words.first { $0.hasPrefix("wait=") }.map { $0.dropFirst(5) }
        // A preference that cannot be read is one that is not applied.
        waitSeconds = wait.flatMap { Int($0) }.map { min(max(0, $0), Self.waitMax) }
    }

    /// The value of `Preference-Applied`; nil when nothing was preferred.
    var applied: String? {
        if let waitSeconds { return "respond-async, wait=\(waitSeconds)" }
        return respondsAsync ? "respond-async" : nil
    }

    /// How long to wait for pictures that are to be delivered so.
    func patience(for delivery: Delivery, budget: Duration?) throws(Refusal) -> Patience {
        if delivery == .ephemeral {
            guard !respondsAsync else {
                throw Refusal(
                    .invalidValue,
                    "A picture that is kept nowhere cannot be fetched later: leave "
                        + "'Prefer: respond-async' out.", field: "Prefer")
            }
            return .untilItEnds
        }
        // `respond-async, wait=10`: ten seconds at most, then a job.
        if let waitSeconds { return .upTo(.seconds(waitSeconds)) }
        if respondsAsync { return .none }
        return budget.map(Patience.upTo) ?? .untilItEnds
    }
}
