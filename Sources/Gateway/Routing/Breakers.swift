import Threads
import Units

/// Takes an endpoint that fails out of the way, and lets it back by one probe. Shared by all requests
/// of a server.
final class Breakers: Sendable {
    /// An endpoint.
    struct Name: Hashable, Sendable {
        let provider: String
        let model: String
    }

    private struct State {
        /// Failures since the last success.
        var failures = 0
        /// Taken out until then; nil while it is in.
        var outUntil: Timestamp?
        /// How long it was out the last time.
        var pause: Duration = Breakers.pauses.first
        /// Somebody is trying whether it is back.
        var isProbed = false
    }

    private let states = Lock<[Name: State]>([:])

    /// So many failures in a row take an endpoint out.
    static let failuresMax = 5
    /// How long it is out at first, and at most: each time that its probe fails it is out for twice
    /// as long.
    static let pauses = (first: Duration.seconds(15), longest: Duration.seconds(300))

    /// Whether it may be asked at `now`. Whoever is let in tells how it went.
    func admits(_ name: Name, at now: Timestamp) -> Bool {
        states.withLock { states in
            guard let state = states[name], let outUntil = state.outUntil else { return true }
            guard outUntil <= now, !state.isProbed else { return false }
            states[name]?.isProbed = true
            return true
        }
    }

    /// How long until one of them may be asked again.
    func wait(for names: [Name], at now: Timestamp) -> Duration {
        states.withLock { states in
            names.compactMap { states[$0]?.outUntil }.map { max(.seconds(1), $0 - now) }.min()
                ?? .seconds(1)
        }
    }

    func succeeded(_ name: Name) {
        states.withLock { $0[name] = nil }
    }

    /// Notes a failure; says whether it took the endpoint out.
    @discardableResult
    func failed(_ name: Name, at now: Timestamp, forGood: Bool = false) -> Bool {
        states.withLock { states in
            var state = states[name] ?? State()
            defer { states[name] = state }
            state.failures += 1
            guard state.outUntil == nil else {
                // Whoever was under way when it was taken out says nothing new; a probe does.
                guard state.isProbed else { return false }
                state.isProbed = false
                state.pause = min(state.pause * 2, Self.pauses.longest)
                state.outUntil = now + state.pause
                return false
            }
            guard forGood || state.failures >= Self.failuresMax else { return false }
            state.outUntil = now + state.pause
            return true
        }
    }

    /// It was asked and the answer says nothing of its health: whoever probed it is through.
    func neither(_ name: Name) {
        states.withLock { states in
            if states[name]?.isProbed == true { states[name]?.isProbed = false }
        }
    }

    /// Endpoints that are out.
    var outCount: Int { states.withLock { $0.values.count { $0.outUntil != nil } } }
}
