import Log
import Units

/// What failures mean, and when the next try is.
extension Engine {
    /// What a failure means for its provider; throws when it is the customer's.
    func judge(
        _ failure: ProviderFailure, of candidate: Candidate, _ order: Order
    ) throws {
        let name = candidate.name
        log(
            .warning, "provider tried again",
            [
                "generation": order.generation, "provider": name.provider, "error": "\(failure)",
            ])
        guard candidate.provider.isForeign else {
            if case .refused(let refusal) = failure { throw refusal }
            return
        }
        switch failure {
        case .refused(let refusal):
            breakers.neither(name)
            throw refusal
        // It may be the prompt's doing, which must not take the endpoint from others.
        case .busy, .empty: breakers.neither(name)
        case .broken, .failed:
            if breakers.failed(name, at: clock.now) {
                log(
                    .error, "provider is left alone for a while",
                    ["provider": name.provider, "model": name.model])
            }
        case .out(let reason):
            breakers.failed(name, at: clock.now, forGood: true)
            figures.countAlarm()
            log(
                .error, "provider needs to be looked at",
                ["provider": name.provider, "model": name.model, "reason": reason])
        }
    }

    /// How long to wait before the next try, or the refusal when there is none.
    func wait(
        after failures: [ProviderFailure], _ round: Int, of order: Order,
        _ candidates: [Candidate]
    ) throws(Refusal) -> Duration {
        var wait = backoff(round, atMost: Self.pauseMax)
        var end: Refusal?
        var roundsMax = limits.attemptsMax
        for failure in failures {
            switch failure {
            case .refused(let refusal): throw refusal
            case .busy(let retryAfter):
                wait = max(wait, retryAfter ?? .zero)
                end =
                    end
                    ?? Refusal(
                        .rateLimited,
                        "The provider is too busy at the moment. Nothing was charged.",
                        retryAfter: max(.seconds(5), retryAfter ?? .zero))
            case .empty:
                // Once more, for it may have been an accident; each try is paid for.
                roundsMax = min(roundsMax, 2)
                end = Refusal(
                    .providerFailed,
                    "The provider made no image of this request. Nothing was charged.")
            case .broken, .failed:
                end = Refusal(
                    .providerFailed, "The provider could not make the image. Nothing was charged.",
                    retryAfter: .seconds(5))
            case .out: continue
            }
        }
        guard let end else {
            throw Refusal(
                .unavailable,
                "The model '\(order.model)' is not served at the moment. Nothing was charged.",
                field: "model",
                retryAfter: breakers.wait(for: candidates.map(\.name), at: clock.now))
        }
        guard round + 1 < roundsMax, clock.now + wait < order.deadline else { throw end }
        return wait
    }

    /// How long to wait before the next try: each time twice as long, less up to half at random, so that
    /// those who failed together do not come back together.
    func backoff(_ failures: Int, atMost longest: Duration) -> Duration {
        let backoff = min(longest, limits.retryAfter * (1 << min(failures, 10)))
        return backoff - backoff * Double.random(in: 0..<0.5)
    }

    /// The longest pause between two tries.
    static let pauseMax: Duration = .seconds(30)
}
