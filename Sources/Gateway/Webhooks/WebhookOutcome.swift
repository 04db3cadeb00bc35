import Units

/// What one attempt came to.
struct WebhookOutcome: Sendable {
    let delivery: WebhookDelivery
    let result: Result
    let at: Timestamp
    let duration: Duration

    enum Result: Sendable {
        /// The receiver has it.
        case delivered(status: Int)
        /// Not this time; `nextAt` is nil when that was the last time.
        case failed(status: Int?, reason: String, nextAt: Timestamp?, gone: Bool)
        /// What it tells of is gone: nobody's fault, and nothing will change it.
        case pointless(reason: String)
        /// Nothing was asked of the receiver, through our own fault: the attempt does not count.
        case handedBack(nextAt: Timestamp)
    }

    /// What the receiver's answer means for the delivery, without looking at anything else.
    static func result(
        of delivery: WebhookDelivery, reply: WebhookReply, at now: Timestamp,
        using generator: inout some RandomNumberGenerator
    ) -> Result {
        let next = WebhookSchedule.delay(
            afterAttempts: delivery.attempts, reply: reply, using: &generator
        ).map { now + $0 }
        switch reply {
        case .answered(let status, _) where (200...299).contains(status):
            return .delivered(status: status)
        case .answered(410, _):
            return .failed(
                status: 410, reason: "410: the receiver wants no more", nextAt: nil, gone: true)
        case .answered(let status, _):
            let reason =
                (300...399).contains(status)
                ? "\(status): redirects are not followed" : "\(status) is not 2xx"
            return .failed(status: status, reason: reason, nextAt: next, gone: false)
        case .failed(let reason):
            return .failed(status: nil, reason: reason, nextAt: next, gone: false)
        case .refused(let reason):
            // An endpoint's owner can mend its name or its address; a request is made once.
            return .failed(
                status: nil, reason: reason, nextAt: delivery.endpoint == nil ? nil : next,
                gone: false)
        }
    }

    /// Whether nothing more is tried, without success.
    var isGivenUp: Bool {
        if case .failed(_, _, nil, _) = result { true } else { false }
    }
}

/// How an endpoint stands while outcomes are told of it, one after another.
struct WebhookStanding: Equatable, Sendable {
    let account: ID<Account>
    let id: ID<WebhookEndpoint>
    var failingSince: Timestamp?
    var disabledReason: String?

    /// Takes in one outcome. `firstFailed` is when the delivery's first attempt was made.
    ///
    /// An endpoint is dead when a delivery's every attempt failed and nothing else got through
    /// since the first of them.
    mutating func take(_ outcome: WebhookOutcome, firstFailed: Timestamp?) {
        switch outcome.result {
        case .delivered: failingSince = nil
        case .handedBack, .pointless: break
        case .failed(_, _, let nextAt, let gone):
            let since = failingSince ?? outcome.at
            failingSince = since
            guard disabledReason == nil, nextAt == nil else { return }
            if gone {
                disabledReason = "the receiver answered 410 Gone"
            } else if since <= firstFailed ?? outcome.at {
                disabledReason = "nothing has got through since \(since)"
            }
        }
    }
}
