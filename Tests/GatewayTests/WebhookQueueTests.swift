import GatewaySupport
import Postgres
import Signing
import Testing
import Units

@testable import Gateway

/// Who is told what, and how it is signed.
@Suite struct WebhookQueueTests {
    @Test func anEventIsToldToTheRequestsAddressAndToEveryEndpointThatListens() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let other = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, "https://a.example")
            _ = try await mailroom.endpoint(of: acme, "https://b.example", events: [.failed])
            _ = try await mailroom.endpoint(
                of: acme, "https://c.example", events: [.failed, .completed])
            _ = try await mailroom.endpoint(of: other, "https://d.example")
            let off = try await mailroom.endpoint(of: acme, "https://e.example")
            _ = try await mailroom.change {
                try WebhookEndpoint.change(
                    off.id, of: acme.account, to: .init(enabled: false),
                    refusal: WebhookMailroom.refusal, by: $0, in: $1)
            }
            let message = try await mailroom.tell(acme, requestURL: "https://r.example")
            let deliveries = try await mailroom.deliveries(of: acme)
            #expect(
                Set(deliveries.map(\.url))
                    == ["https://a.example", "https://c.example", "https://r.example"])
            #expect(deliveries.allSatisfy { $0.state == .pending })
            #expect(deliveries.count { $0.endpoint == nil } == 1)
            #expect(try await mailroom.deliveries(of: other).isEmpty)
            #expect(try await mailroom.deliverer.deliverOnce() == 3)
            let received = await mailroom.receiver.received
            #expect(Set(received.map(\.url)) == Set(deliveries.map(\.url)))
            // The request's address is told in its dialect: another body, so another message.
            let ids = Dictionary(grouping: received) { $0.header("webhook-id") }
            #expect(ids.count == 2)
            #expect(ids[message.description]?.map(\.url) == ["https://r.example"])
            #expect(try await mailroom.deliverer.deliverOnce() == 0)
        }
    }

    @Test func manyEventsOfManyAccountsAreQueuedAtOnce() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let other = try await mailroom.gateway.customer()
            let silent = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, events: [.completed, .batchCompleted])
            _ = try await mailroom.endpoint(of: other, events: [.completed])
            let now = mailroom.gateway.time.clock.now
            try await mailroom.queue(
                [acme, other, silent].flatMap { customer in
                    [WebhookEvent.Name.completed, .batchCompleted].map { event in
                        WebhookEvent(
                            account: customer.account, message: ID(at: now), event: event,
                            subject: event == .completed
                                ? .generation(ID(at: now)) : .batch(ID(at: now)),
                            requestURL: nil, at: now)
                    }
                })
            #expect(try await mailroom.deliveries(of: acme).count == 2)
            #expect(try await mailroom.deliveries(of: other).count == 1)
            #expect(try await mailroom.deliveries(of: silent).isEmpty)
            let batch = try await mailroom.deliveries(of: acme).first { $0.subject?.batch != nil }
            #expect(batch?.event == .batchCompleted)
        }
    }

    @Test func aReceiverFindsTheSignatureOfItsOwnSecret() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            let message = try await mailroom.tell(acme)
            mailroom.gateway.time.pass(.seconds(90))
            try await mailroom.deliverer.deliverOnce()
            let post = try #require(await mailroom.receiver.received.first)
            let now = mailroom.gateway.time.clock.now
            let secret = WebhookSecret(
                of: acme.account, endpoint: endpoint.id, version: 1,
                pepper: try #require(TestGateway.pepper))
            #expect(post.body == Array("generation.completed".utf8))
            #expect(post.header("content-type") == "application/json")
            #expect(post.header("webhook-id") == message.description)
            // Of the attempt, not of the event: receivers refuse what is five minutes old.
            #expect(post.header("webhook-timestamp") == String(now.seconds))
            #expect(
                post.header("webhook-signature")
                    == WebhookSignature.header(
                        id: message.description, timestamp: now, body: post.body,
                        secrets: [secret]))
            #expect(post.timeLimit == .seconds(15))
        }
    }

    @Test func whileTheSecretIsRotatedBothSign() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let pepper = try #require(TestGateway.pepper)
            func current() async throws -> [WebhookSecret] {
                let now = mailroom.gateway.time.clock.now
                return try await mailroom.gateway.database.read {
                    try WebhookSecret.current(of: acme.account, pepper: pepper, at: now, in: $0)
                }
            }
            func rotate(_ overlap: Duration) async throws -> WebhookSecret {
                try await mailroom.change {
                    try WebhookSecret.rotate(
                        of: acme.account, overlap: overlap, pepper: pepper, by: $0, in: $1)
                }
            }
            func signatures() async throws -> Int? {
                try await mailroom.tell(acme, requestURL: "https://r.example")
                try await mailroom.deliverer.deliverOnce()
                let last = await mailroom.receiver.received.last
                return last?.header("webhook-signature")?.split(separator: " ").count
            }
            let first = try await current()
            #expect(first.count == 1)
            #expect(try await signatures() == 1)
            let second = try await rotate(.seconds(3600))
            #expect(try await current() == [second] + first)
            #expect(try await signatures() == 2)
            mailroom.gateway.time.pass(.seconds(3600))
            #expect(try await current() == [second])
            #expect(try await signatures() == 1)
            let third = try await rotate(.zero)
            #expect(try await current() == [third])
            #expect(Set(first + [second, third]).count == 3)
            #expect(
                try await mailroom.audited(acme)
                    == ["webhook_secret.rotated", "webhook_secret.rotated"])
            await #expect(throws: Refusal.self) { try await rotate(.seconds(-1)) }
            await #expect(throws: Refusal.self) { try await rotate(.seconds(8 * 86_400)) }
        }
    }
}
