import GatewaySupport
import Log
import Postgres
import Signing
import Testing
import Units

@testable import Gateway

/// A gateway with everything that webhooks need, and receivers that answer as told.
struct WebhookMailroom {
    let gateway: TestGateway
    let receiver: WebhookReceiver
    let deliverer: WebhookDeliverer

    static func with(
        bodies: @escaping WebhookDeliverer.Body = { Array($0.event.rawValue.utf8) },
        _ body: (WebhookMailroom) async throws -> Void
    ) async throws {
        try await withGateway { gateway in
            let receiver = WebhookReceiver()
            let mailroom = WebhookMailroom(
                gateway: gateway, receiver: receiver,
                deliverer: try Self.deliverer(gateway, receiver, bodies: bodies))
            try await body(mailroom)
        }
    }

    static func deliverer(
        _ gateway: TestGateway, _ receiver: WebhookReceiver,
        bodies: @escaping WebhookDeliverer.Body = { Array($0.event.rawValue.utf8) }
    ) throws -> WebhookDeliverer {
        WebhookDeliverer(
            database: gateway.database, url: Secret(gateway.url), settings: .init(),
            sender: receiver.sender, pepper: try #require(TestGateway.pepper),
            random: SystemRandomNumberGenerator(), clock: gateway.time.clock, log: .silent,
            body: bodies)
    }

    func endpoint(
        of customer: Customer, _ url: String = "https://acme.example/hook",
        events: [WebhookEvent.Name] = [.completed]
    ) async throws -> WebhookEndpoint {
        try await change {
            try WebhookEndpoint.create(
                .init(url: url, events: events), for: customer.account, refusal: Self.refusal,
                by: $0, in: $1)
        }
    }

    static let refusal: @Sendable (String) -> String? = {
        $0.contains("localhost") ? "localhost is this machine" : nil
    }

    /// Runs a verb in a transaction of its own.
    func change<Value: Sendable>(
        _ verb: @escaping @Sendable (AuditEvent.Actor, borrowing Transaction) throws -> Value
    ) async throws -> Value {
        let actor = gateway.actor
        return try await gateway.database.transaction { try verb(actor, $0) }
    }

    /// Queues an event about a new generation, as a settlement does; answers its message.
    @discardableResult
    func tell(
        _ customer: Customer, _ event: WebhookEvent.Name = .completed, requestURL: String? = nil,
        generation: ID<Generation>? = nil
    ) async throws -> ID<WebhookMessage> {
        let now = gateway.time.clock.now
        let told = WebhookEvent(
            account: customer.account, message: ID(at: now), event: event,
            subject: .generation(generation ?? ID(at: now)), requestURL: requestURL, at: now)
        try await queue([told])
        return told.message
    }

    func queue(_ events: [WebhookEvent]) async throws {
        try await gateway.database.transaction { transaction in
            try PlanPins.set(in: transaction)
            try WebhookDelivery.queue(events, in: transaction)
        }
    }

    func endpoints(of customer: Customer) async throws -> [WebhookEndpoint] {
        try await gateway.database.read { try WebhookEndpoint.list(of: customer.account, in: $0) }
    }

    func deliveries(
        of customer: Customer, _ filter: WebhookDelivery.Filter = .init()
    ) async throws -> [WebhookDelivery] {
        try await gateway.database.read { transaction in
            try WebhookDelivery.page(
                of: customer.account, filter: filter, after: nil, limit: WebhookDelivery.pageMax,
                in: transaction)
        }
    }

    /// The only delivery of a message, with its attempts.
    func delivery(
        _ message: ID<WebhookMessage>, of customer: Customer
    ) async throws -> (delivery: WebhookDelivery, attempts: [WebhookAttempt]) {
        let found = try await gateway.database.read {
            try WebhookDelivery.find(message, of: customer.account, in: $0)
        }
        #expect(found.count == 1)
        return try #require(found.first)
    }

    /// Lets the whole schedule pass for what is pending; answers how many attempts were made.
    func exhaust() async throws -> Int {
        var count = try await deliverer.deliverOnce()
        for delay in WebhookSchedule.delays.dropFirst() {
            // Jitter adds up to a tenth.
            gateway.time.pass(delay + delay / 10 + .seconds(1))
            count += try await deliverer.deliverOnce()
        }
        return count
    }

    /// What the audit log says was done, in the order of the alphabet.
    func audited(_ customer: Customer) async throws -> [String] {
        try await gateway.database.read { transaction in
            try transaction.rows(
                """
                select action from audit_event
                where account_id = \(customer.account) and action like 'webhook%' order by action
                """
            ) { try $0.next(String.self) }
        }
    }
}

/// Writes down what it is sent and answers 200, or as told.
actor WebhookReceiver {
    private var posts: [WebhookPost] = []
    private var answers: [String: [WebhookReply]] = [:]
    private var held: [String: [CheckedContinuation<Void, Never>]] = [:]
    private var holds: Set<String> = []
    private let (arrivals, arrival) = AsyncStream<String>.makeStream()

    nonisolated var sender: WebhookSender {
        WebhookSender(refusal: WebhookMailroom.refusal, post: { await self.take($0) })
    }

    /// What came, in order.
    var received: [WebhookPost] { posts }

    func received(at url: String) -> Int { posts.count { $0.url == url } }

    /// Has `url` answer with `replies` in turn, the last one from then on.
    func answer(_ url: String, _ replies: WebhookReply...) { answers[url] = replies }

    /// Has `url` answer only after `release`, or once the asking is cancelled.
    func hold(_ url: String) { holds.insert(url) }

    func release(_ url: String) {
        holds.remove(url)
        for waiting in held.removeValue(forKey: url) ?? [] { waiting.resume() }
    }

    /// Returns once `count` posts have come to `url` in all.
    func wait(for count: Int, at url: String) async {
        if received(at: url) >= count { return }
        for await _ in arrivals where received(at: url) >= count { return }
    }

    private func take(_ post: WebhookPost) async -> WebhookReply {
        posts.append(post)
        arrival.yield(post.url)
        if holds.contains(post.url) {
            await withTaskCancellationHandler {
                await withCheckedContinuation { held[post.url, default: []].append($0) }
            } onCancel: {
                Task { await self.release(post.url) }
            }
            if Task.isCancelled { return .failed("cancelled") }
        }
        guard var replies = answers[post.url], let reply = replies.first else {
            return .answered(status: 200)
        }
        if replies.count > 1 { replies.removeFirst() }
        answers[post.url] = replies
        return reply
    }
}

extension WebhookPost {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
