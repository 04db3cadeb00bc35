import GatewaySupport
import Postgres
import Testing
import Units

@testable import Gateway

/// Sending once more, by hand.
@Suite struct WebhookReplayTests {
    private let url = "https://acme.example/hook"

    private func replay(
        _ message: ID<WebhookMessage>, of customer: Customer,
        to endpoint: ID<WebhookEndpoint>? = nil, in mailroom: WebhookMailroom
    ) async throws -> Int {
        try await mailroom.change {
            try WebhookDelivery.replay(
                message, of: customer.account, to: endpoint, by: $0, in: $1)
        }
    }

    @Test func aReplayBeginsTheScheduleAnewAndKeepsTheLog() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(url, .answered(status: 500))
            let message = try await mailroom.tell(acme, requestURL: url)
            #expect(try await mailroom.exhaust() == 10)
            #expect(try await replay(message, of: acme, in: mailroom) == 1)
            let waiting = try await mailroom.delivery(message, of: acme).delivery
            #expect(waiting.state == .pending && waiting.attempts == 0 && waiting.endedAt == nil)
            #expect(try await mailroom.exhaust() == 10)
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .failed && delivery.attempts == 10)
            #expect(attempts.map(\.number) == Array(1...20))
            #expect(try await mailroom.audited(acme) == ["webhook_deliveries.replayed"])
        }
    }

    @Test func whatWasDeliveredCanBeSentAgainUnderTheSameID() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let message = try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            #expect(try await replay(message, of: acme, in: mailroom) == 1)
            try await mailroom.deliverer.deliverOnce()
            let ids = await mailroom.receiver.received.map { $0.header("webhook-id") }
            #expect(ids == [message.description, message.description])
        }
    }

    @Test func oneOfItsPlacesMayBeChosen() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let chosen = try await mailroom.endpoint(of: acme, "https://chosen.example")
            _ = try await mailroom.endpoint(of: acme, "https://other.example")
            let message = try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            #expect(try await replay(message, of: acme, to: chosen.id, in: mailroom) == 1)
            try await mailroom.deliverer.deliverOnce()
            #expect(await mailroom.receiver.received(at: chosen.url) == 2)
            #expect(await mailroom.receiver.received(at: "https://other.example") == 1)
            #expect(try await replay(message, of: acme, in: mailroom) == 2)
        }
    }

    @Test func anotherAccountsDeliveryDoesNotExist() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let other = try await mailroom.gateway.customer()
            let message = try await mailroom.tell(acme, requestURL: url)
            let refusal = await #expect(throws: Refusal.self) {
                try await replay(message, of: other, in: mailroom)
            }
            #expect(refusal?.kind == .notFound)
            let unknownPlace = await #expect(throws: Refusal.self) {
                try await replay(
                    message, of: acme, to: ID(at: mailroom.gateway.time.clock.now), in: mailroom)
            }
            #expect(unknownPlace?.kind == .notFound)
        }
    }

    @Test func nothingIsReplayedToAnEndpointThatIsDisabled() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, url)
            await mailroom.receiver.answer(url, .answered(status: 410))
            let message = try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            let refusal = await #expect(throws: Refusal.self) {
                try await replay(message, of: acme, in: mailroom)
            }
            #expect(refusal?.kind == .conflict)
        }
    }

    @Test func allThatFailedSinceATimeIsSentOnceMore() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let other = try await mailroom.gateway.customer()
            func fail(_ customer: Customer) async throws -> ID<WebhookMessage> {
                await mailroom.receiver.answer(url, .answered(status: 410))
                let message = try await mailroom.tell(customer, requestURL: url)
                try await mailroom.deliverer.deliverOnce()
                await mailroom.receiver.answer(url, .answered(status: 200))
                mailroom.gateway.time.pass(.seconds(60))
                return message
            }
            let early = try await fail(acme)
            let since = mailroom.gateway.time.clock.now
            let late = [try await fail(acme), try await fail(acme)]
            let foreign = try await fail(other)
            try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            let replayed = try await mailroom.change {
                try WebhookDelivery.replayFailed(since: since, of: acme.account, by: $0, in: $1)
            }
            #expect(replayed == 2)
            #expect(try await mailroom.deliverer.deliverOnce() == 2)
            for message in late {
                #expect(
                    try await mailroom.delivery(message, of: acme).delivery.state == .delivered)
            }
            #expect(try await mailroom.delivery(early, of: acme).delivery.state == .failed)
            #expect(try await mailroom.delivery(foreign, of: other).delivery.state == .failed)
            #expect(try await mailroom.audited(acme) == ["webhook_deliveries.replayed"])
        }
    }

    /// A reply that comes after the replay says nothing of the new schedule.
    @Test func anAttemptUnderWayDoesNotUndoAReplay() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(url, .answered(status: 500))
            await mailroom.receiver.hold(url)
            let message = try await mailroom.tell(acme, requestURL: url)
            async let attempted = mailroom.deliverer.deliverOnce()
            await mailroom.receiver.wait(for: 1, at: url)
            #expect(try await replay(message, of: acme, in: mailroom) == 1)
            await mailroom.receiver.release(url)
            _ = try await attempted
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            // It was due at once again, and has failed the first time of its new schedule.
            #expect(delivery.state == .pending && delivery.attempts == 1)
            #expect(attempts.map(\.status) == [500, 500])
        }
    }
}
