import Threads
import Units

/// Circuit breakers: take an endpoint that fails out of the way, and let it back by one probe. Shared
/// by all requests of a server.
///
/// An endpoint has a circuit for each account and one for all. What a single account brings about,
/// such as a request that a vendor cannot digest, opens that account's circuit alone; the one for
/// all opens once failures of two accounts or more are in it.
final class Breakers: Sendable {
    /// An endpoint.
    struct Name: Hashable, Sendable {
        let provider: String
        let model: String
    }

    /// An endpoint as one account sees it.
    private struct Own: Hashable {
        let name: Name
        let account: ID<Account>
    }

    private struct States {
        var shared: [Name: Circuit] = [:]
        var own: [Own: Circuit] = [:]
    }

    private let states = Lock(States())

    /// So many failed calls in a row open a circuit.
    static let failuresMax = 5
    /// Circuits of accounts that are remembered: some megabytes. Past it an arbitrary one is
    /// forgotten, which costs its account a few failed calls more.
    static let ownMax = 20_000
    /// How long it is open at first, and at most: each time that its probe fails it is open for twice
    /// as long.
    static let pauses = (first: Duration.seconds(15), longest: Duration.seconds(300))

    /// Whether `account` may ask the endpoint at `now`. Each call that is let in says how it went, once.
    func admits(_ name: Name, for account: ID<Account>, at now: Timestamp) -> Bool {
        states.withLock { states in
            let own = Own(name: name, account: account)
            guard states.own[own]?.isClosed(at: now) ?? true,
                states.shared[name]?.isClosed(at: now) ?? true
            else { return false }
            states.own[own]?.enter()
            states.shared[name]?.enter()
            return true
        }
    }

    /// How long until `account` may ask one of them again.
    func wait(for names: [Name], of account: ID<Account>, at now: Timestamp) -> Duration {
        states.withLock { states in
            names.map { name in
                let own = states.own[Own(name: name, account: account)]?.openUntil
                let ends = [own, states.shared[name]?.openUntil].compactMap(\.self)
                return max(.seconds(1), (ends.max() ?? now) - now)
            }.min() ?? .seconds(1)
        }
    }

    func succeeded(_ name: Name, for account: ID<Account>) {
        states.withLock { states in
            states.shared[name] = nil
            states.own[Own(name: name, account: account)] = nil
        }
    }

    /// Notes a call of `account` that failed; says whether it opened the circuit for all. `forGood`: one
    /// such failure is enough for the account, and one each of two accounts for all.
    @discardableResult
    func failed(
        _ name: Name, for account: ID<Account>, at now: Timestamp, forGood: Bool = false
    ) -> Bool {
        states.withLock { states in
            let own = Own(name: name, account: account)
            if states.own[own] == nil, states.own.count >= Self.ownMax,
                let other = states.own.keys.first
            {
                states.own[other] = nil
            }
            _ = states.own[own, default: Circuit()].fail(at: now, by: account, accounts: 1, forGood)
            return states.shared[name, default: Circuit()]
                .fail(at: now, by: account, accounts: 2, forGood)
        }
    }

    /// It was asked and the answer says nothing of its health: a probe is through.
    func neither(_ name: Name, for account: ID<Account>) {
        states.withLock { states in
            states.shared[name]?.isProbed = false
            states.own[Own(name: name, account: account)]?.isProbed = false
        }
    }

    /// Endpoints that are out for all accounts.
    var outCount: Int { states.withLock { $0.shared.values.count { $0.openUntil != nil } } }
}

/// One circuit breaker.
private struct Circuit {
    /// Failures since the last success.
    private var failures = 0
    private var failedForGood = false
    /// Whose they are: as many as are asked about.
    private var accounts: Set<ID<Account>> = []
    /// Open until then; nil while it is closed.
    private(set) var openUntil: Timestamp?
    /// How long it was open the last time.
    private var pause: Duration = Breakers.pauses.first
    /// A probe is under way.
    var isProbed = false

    /// Whether a call, or else a probe, may pass.
    func isClosed(at now: Timestamp) -> Bool {
        openUntil.map { $0 <= now && !isProbed } ?? true
    }

    /// A call passes; while it is open, it is the probe.
    mutating func enter() {
        if openUntil != nil { isProbed = true }
    }

    /// Notes a failure; says whether it opened the circuit, which takes failures of so many `accounts`.
    mutating func fail(
        at now: Timestamp, by account: ID<Account>, accounts needed: Int, _ forGood: Bool
    ) -> Bool {
        failures += 1
        failedForGood = failedForGood || forGood
        if accounts.count < needed { accounts.insert(account) }
        guard openUntil == nil else {
            // A call that was under way when it opened says nothing new; a probe does.
            guard isProbed else { return false }
            isProbed = false
            pause = min(pause * 2, Breakers.pauses.longest)
            openUntil = now + pause
            return false
        }
        guard accounts.count >= needed, failedForGood || failures >= Breakers.failuresMax else {
            return false
        }
        openUntil = now + pause
        return true
    }
}
