internal import Threads

/// One caller that waits for an answer, and gets exactly one.
final class Call: Sendable {
    typealias Outcome = Result<IncomingResponse, HTTPClientFailure>

    private enum State {
        case new
        case waiting(CheckedContinuation<Outcome, Never>)
        /// Ended before the caller had begun to wait.
        case early(Outcome)
        case ended
    }

    let request: OutgoingRequest
    let deadline: ContinuousClock.Instant
    private let state = Lock(State.new)

    init(_ request: OutgoingRequest) {
        self.request = request
        deadline = .now + request.timeout
    }

    var isEnded: Bool {
        state.withLock { state in
            switch state {
            case .new, .waiting: false
            case .early, .ended: true
            }
        }
    }

    /// Lets the caller wait; false when the call has ended already, and nothing is left to do.
    func begin(_ continuation: CheckedContinuation<Outcome, Never>) -> Bool {
        let early = state.withLock { state -> Outcome? in
            guard case .early(let outcome) = state else {
                state = .waiting(continuation)
                return nil
            }
            state = .ended
            return outcome
        }
        if let early { continuation.resume(returning: early) }
        return early == nil
    }

    /// Gives the caller `outcome`, unless there was one before; says whether it did.
    @discardableResult
    func end(_ outcome: Outcome) -> Bool {
        let (isFirst, caller) = state.withLock { state in
            switch state {
            case .new:
                state = .early(outcome)
                return (true, CheckedContinuation<Outcome, Never>?.none)
            case .waiting(let continuation):
                state = .ended
                return (true, continuation)
            case .early, .ended: return (false, nil)
            }
        }
        caller?.resume(returning: outcome)
        return isFirst
    }
}
