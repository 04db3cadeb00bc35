public import Log
public import Postgres
public import Signing
public import Units

import Threads

/// Sends what is due, as many at once as it has places: see `WebhookClaim` for whose turn it is,
/// `WebhookSchedule` for when.
public final class WebhookDeliverer: Sendable {
    /// Makes the body of a message to one place; nil when what it tells of is gone. News of
    /// progress come as deliveries too, though they are kept nowhere.
    public typealias Body = @Sendable (WebhookDelivery) async throws -> [UInt8]?

    /// Attempts under way at once.
    public static let placesMax = 64
    /// How often it looks unasked: for what others queued, and what is due again.
    static let period: Duration = .seconds(1)
    /// Between two looks, after one that found something and one that did not: a busy server
    /// wakes it after every settlement, whoever wants to be told of it.
    static let breath: Duration = .milliseconds(2)
    static let idleBreath: Duration = .milliseconds(20)
    static let sweepingPeriod: Duration = .seconds(600)

    let database: Database
    let sender: WebhookSender
    let body: Body
    let pepper: Pepper
    let clock: Clock
    let log: Log
    let progress = WebhookProgressQueue()
    private let outcomes: Batcher<WebhookOutcome, [WebhookStanding]>
    private let random: Lock<any RandomNumberGenerator & Sendable>
    private let state = Lock(State())
    private let wakes: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    private struct State {
        var underWay: [ID<Account>: Int] = [:]
        var total = 0
        /// Where the next walk over the accounts begins.
        var after = ID<Account>(high: 0, low: 0)
    }

    /// Outcomes are written over a connection of its own to `url`: what was sent is written down
    /// even while the server stops.
    public init(
        database: Database, url: Secret, settings: Database.Settings, sender: WebhookSender,
        pepper: Pepper, random: any RandomNumberGenerator & Sendable, clock: Clock, log: Log,
        body: @escaping Body
    ) {
        self.database = database
        self.sender = sender
        self.body = body
        self.pepper = pepper
        self.clock = clock
        self.log = log
        self.random = Lock(random)
        outcomes = Batcher(
            name: "webhooks", url: url, settings: settings.under(.engine),
            queueMax: Self.placesMax * 4,
            batchMax: Self.placesMax, clock: clock
        ) { transaction, outcomes in
            let disabled = try WebhookOutcome.write(outcomes, in: transaction)
            // Told to one of them: each is logged once.
            return outcomes.indices.map { .success($0 == 0 ? disabled : []) }
        }
        (wakes, bell) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Has it look soon. Many calls are one look.
    public func wake() { bell.yield() }

    /// Attempts under way.
    public var underWay: Int { state.withLock { $0.total } }

    /// Sends until cancelled. An attempt that is cut short by the end does not count.
    public func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.tick() }
            group.addTask { await self.keepSweeping() }
            group.addTask { await self.runProgress() }
            var failing = false
            for await _ in wakes {
                var breath = Self.idleBreath
                do {
                    let taken = try await claim()
                    for one in taken.begun {
                        group.addTask { [self] in
                            await attempt(one)
                            bell.yield()
                        }
                    }
                    // Only a few of each account are taken at a time: there may be more.
                    if !taken.deliveries.isEmpty {
                        breath = Self.breath
                        bell.yield()
                    }
                    if failing { log(.warning, "webhooks can be looked for again") }
                    failing = false
                } catch {
                    if !failing { log(.warning, "webhooks not looked for", ["error": "\(error)"]) }
                    failing = true
                }
                // A cancelled sleep is how this loop is told to stop.
                try? await Task.sleep(for: breath)
            }
            group.cancelAll()
        }
    }

    private func tick() async {
        while !Task.isCancelled {
            bell.yield()
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.period)
        }
    }

    /// Claims and carries out what is due now, until nothing is; answers how many.
    @discardableResult
    public func deliverOnce() async throws -> Int {
        var count = 0
        // At the last account twice, nothing taken since: every account has been looked at.
        var ends = 0
        while ends < 2 {
            let taken = try await claim()
            ends = taken.deliveries.isEmpty ? ends + taken.ends : 0
            let begun = taken.begun
            count += begun.count
            await withDiscardingTaskGroup { group in
                for one in begun { group.addTask { await self.attempt(one) } }
            }
        }
        return count
    }

    /// Takes what there is room for now, of the accounts that are looked at in one go.
    private func claim() async throws -> WebhookClaim.Taken {
        let room = state.withLock { state in
            WebhookClaim.Room(
                free: Self.placesMax - state.total, underWay: state.underWay, after: state.after)
        }
        guard room.free > 0 else { return .nothing(after: room.after) }
        let now = clock.now
        let taken = try await database.transaction {
            try WebhookClaim.take(room, at: now, in: $0)
        }
        state.withLock { state in
            state.after = taken.after
            state.total += taken.begun.count
            for one in taken.begun { state.underWay[one.delivery.account, default: 0] += 1 }
        }
        return taken
    }

    private func attempt(_ claimed: WebhookClaim.Claimed) async {
        let account = claimed.delivery.account
        defer {
            state.withLock { state in
                let left = (state.underWay[account] ?? 1) - 1
                state.underWay[account] = left == 0 ? nil : left
                state.total -= 1
            }
        }
        let started = clock.now
        let result = await result(of: claimed)
        let outcome = WebhookOutcome(
            delivery: claimed.delivery, result: result, at: started,
            duration: max(.zero, clock.now - started))
        do {
            for endpoint in try await outcomes.submit(outcome, evenIfFull: true) {
                log(
                    .warning, "webhook endpoint disabled",
                    [
                        "account": endpoint.account, "endpoint": endpoint.id,
                        "reason": endpoint.disabledReason ?? "",
                    ])
            }
        } catch {
            // It is due again in a minute: told twice rather than never.
            log(
                .warning, "webhook attempt not written down",
                ["delivery": claimed.delivery.message, "error": "\(error)"])
        }
    }

    /// Makes the attempt.
    private func result(of claimed: WebhookClaim.Claimed) async -> WebhookOutcome.Result {
        let delivery = claimed.delivery
        let body: [UInt8]
        do {
            guard let made = try await self.body(delivery) else {
                return .pointless(reason: "what it tells of is gone")
            }
            body = made
        } catch is CancellationError {
            return .handedBack(nextAt: clock.now)
        } catch {
            log(
                .warning, "webhook body not made",
                ["delivery": delivery.message, "error": "\(error)"])
            return .handedBack(nextAt: clock.now + WebhookClaim.lostAfter)
        }
        let now = clock.now
        let secrets = claimed.signing.secrets(of: delivery, pepper: pepper, at: now)
        let reply = await sender.post(
            WebhookPost(
                url: delivery.url, message: delivery.message, body: body, secrets: secrets, at: now)
        )
        if Task.isCancelled, case .failed = reply { return .handedBack(nextAt: clock.now) }
        log(
            .info, "webhook attempted",
            [
                "delivery": delivery.message, "attempt": delivery.attempts,
                "outcome": reply.word,
            ])
        return random.withLock { random in
            WebhookOutcome.result(of: delivery, reply: reply, at: clock.now, using: &random)
        }
    }
}
