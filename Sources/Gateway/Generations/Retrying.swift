import Ledger
import Log
import Units

/// What failures mean, and when the next try is.
extension Engine {
    /// What a failure means for its provider; throws when it is the customer's. `counts`: it is the first
    /// of this call at this endpoint.
    func judge(
        _ failure: ProviderFailure, of candidate: Candidate, _ order: Order, counts: Bool
    ) throws {
        let (name, account) = (candidate.name, order.wallet.account)
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
            breakers.neither(name, for: account)
            throw refusal
        // It may be the prompt's doing, which must not take the endpoint from others.
        case .busy, .empty: breakers.neither(name, for: account)
        case .broken, .unsure, .failed:
            guard counts else { return breakers.neither(name, for: account) }
            if breakers.failed(name, for: account, at: clock.now) {
                log(
                    .error, "circuit opened",
                    ["provider": name.provider, "model": name.model])
            }
        case .out(let reason):
            breakers.failed(name, for: account, at: clock.now, forGood: true)
            figures.countAlarm()
            log(
                .error, "provider needs to be looked at",
                ["provider": name.provider, "model": name.model, "reason": reason])
        }
    }

    /// How long to wait before the next try, or the refusal when there is none.
    func wait(
        after failures: [ProviderFailure], _ round: Int, of order: Order,
        _ candidates: [Candidate], isSpent: Bool
    ) throws(Refusal) -> Duration {
        var wait = backoff(round, atMost: Self.pauseMax)
        var end: Refusal?
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
            case .unsure, .empty: end = Self.refusal(afterSpending: failure)
            case .broken, .failed:
                end = Refusal(
                    .providerFailed, "The provider could not make the image. Nothing was charged.",
                    retryAfter: .seconds(5))
            case .out: continue
            }
        }
        // However the others failed: one may have made it.
        if isSpent { end = Self.refusal(afterSpending: .unsure("")) }
        guard let end else {
            throw Refusal(
                .unavailable,
                "The model '\(order.model)' is not served at the moment. Nothing was charged.",
                field: "model",
                retryAfter: breakers.wait(
                    for: candidates.map(\.name), of: order.wallet.account, at: clock.now))
        }
        guard round + 1 < limits.attemptsMax, clock.now + wait < order.deadline else { throw end }
        return wait
    }

    /// The last word on work that a vendor may charge for: without a time to come back, as a client that
    /// repeats it buys it again.
    static func refusal(afterSpending failure: ProviderFailure) -> Refusal {
        if case .empty = failure {
            return Refusal(
                .providerFailed,
                "The provider made no image of this request. Nothing was charged.")
        }
        return Refusal(
            .providerFailed,
            "The provider may have made the image, but what it answered is of no use. Nothing was "
                + "charged. Repeating the request makes the image anew.")
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
