import GatewaySupport
import Postgres
import Testing
import Units

@testable import Gateway

/// What an answer means for a delivery and for its endpoint.
@Suite struct WebhookDeliveryTests {
    private let url = "https://acme.example/hook"

    @Test func aFailureIsRepeatedOnThePublishedSchedule() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(url, .answered(status: 500))
            let message = try await mailroom.tell(acme, requestURL: url)
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
            for delay in WebhookSchedule.delays.dropFirst() {
                mailroom.gateway.time.pass(delay - .milliseconds(1))
                #expect(try await mailroom.deliverer.deliverOnce() == 0, "before \(delay)")
                mailroom.gateway.time.pass(delay / 10 + .milliseconds(1))
                #expect(try await mailroom.deliverer.deliverOnce() == 1, "after \(delay)")
            }
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .failed && delivery.attempts == 10)
            #expect(attempts.map(\.number) == Array(1...10))
            #expect(attempts.allSatisfy { $0.status == 500 && $0.error == "500 is not 2xx" })
            mailroom.gateway.time.pass(.seconds(30 * 86_400))
            #expect(try await mailroom.deliverer.deliverOnce() == 0)
        }
    }

    @Test(arguments: [200, 202, 204, 299])
    func anAnswerOf2xxEndsIt(status: Int) async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(
                url, .failed("connection refused"), .answered(status: status))
            let message = try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .pending)
            mailroom.gateway.time.pass(.seconds(6))
            try await mailroom.deliverer.deliverOnce()
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .delivered)
            #expect(delivery.endedAt == mailroom.gateway.time.clock.now)
            #expect(attempts.map(\.status) == [nil, status])
            #expect(attempts.map(\.error) == ["connection refused", nil])
            #expect(attempts.map(\.at) == [delivery.createdAt, delivery.endedAt])
        }
    }

    @Test(arguments: [301, 302, 307, 308])
    func aRedirectIsAFailure(status: Int) async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(url, .answered(status: status))
            let message = try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .pending)
            #expect(attempts.map(\.error) == ["\(status): redirects are not followed"])
        }
    }

    @Test func aReceiverThatIsGoneDisablesItsEndpointAtOnce() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme, url)
            await mailroom.receiver.answer(url, .answered(status: 500), .answered(status: 410))
            let waits = try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            let message = try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            let after = try #require(try await mailroom.endpoints(of: acme).first)
            #expect(after.id == endpoint.id && !after.isEnabled)
            #expect(after.disabledReason == "the receiver answered 410 Gone")
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .failed)
            // What waited for it is not sent either, and nothing new is queued.
            #expect(try await mailroom.delivery(waits, of: acme).delivery.state == .failed)
            try await mailroom.tell(acme)
            #expect(try await mailroom.deliveries(of: acme).count == 2)
        }
    }

    @Test func aRequestsOwnAddressThatIsGoneIsNotAskedAgain() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(url, .answered(status: 410))
            let message = try await mailroom.tell(acme, requestURL: url)
            #expect(try await mailroom.exhaust() == 1)
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .failed)
        }
    }

    /// What a receiver asks for, and what comes of it in seconds without jitter.
    @Test(arguments: [
        (WebhookReply.answered(status: 503, retryAfter: .seconds(600)), Int64(600)),
        (.answered(status: 429), 60), (.answered(status: 502), 60), (.answered(status: 504), 60),
        (.answered(status: 429, retryAfter: .seconds(1)), 60),
        (.answered(status: 500, retryAfter: .seconds(30)), 30),
        (.answered(status: 429, retryAfter: .seconds(10 * 86_400)), 86_400),
        (.answered(status: 500), 5), (.failed("no answer within 15 s"), 5),
    ])
    func whoAsksToBeLeftAloneIs(reply: WebhookReply, seconds: Int64) async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            await mailroom.receiver.answer(url, reply, .answered(status: 200))
            try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            mailroom.gateway.time.pass(.seconds(seconds) - .milliseconds(1))
            #expect(try await mailroom.deliverer.deliverOnce() == 0)
            mailroom.gateway.time.pass(.seconds(seconds) / 10 + .milliseconds(1))
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
        }
    }

    @Test func anEndpointThroughWhichNothingGetsIsDisabledAfterTheLastAttempt() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, url)
            await mailroom.receiver.answer(url, .failed("connection refused"))
            let began = mailroom.gateway.time.clock.now
            let message = try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            let failing = try #require(try await mailroom.endpoints(of: acme).first)
            #expect(failing.isEnabled && failing.failingSince == began)
            #expect(try await mailroom.exhaust() == 9)
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .failed)
            let dead = try #require(try await mailroom.endpoints(of: acme).first)
            #expect(dead.disabledReason == "nothing has got through since \(began)")
        }
    }

    @Test func anEndpointThroughWhichSomethingElseGotStays() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, url)
            await mailroom.receiver.answer(url, .answered(status: 500))
            let message = try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            // In the middle of its schedule another message gets through.
            mailroom.gateway.time.pass(.seconds(1))
            await mailroom.receiver.answer(url, .answered(status: 200))
            try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            #expect(try await mailroom.endpoints(of: acme).map(\.failingSince) == [nil])
            await mailroom.receiver.answer(url, .answered(status: 500))
            #expect(try await mailroom.exhaust() == 9)
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .failed)
            let endpoint = try #require(try await mailroom.endpoints(of: acme).first)
            #expect(endpoint.isEnabled && endpoint.failingSince != nil)
        }
    }

    @Test func enablingADeadEndpointGivesItANewChance() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme, url)
            await mailroom.receiver.answer(url, .failed("connection refused"))
            try await mailroom.tell(acme)
            _ = try await mailroom.exhaust()
            let enabled = try await mailroom.change {
                try WebhookEndpoint.change(
                    endpoint.id, of: acme.account, to: .init(enabled: true),
                    refusal: WebhookMailroom.refusal, by: $0, in: $1)
            }
            #expect(enabled.isEnabled && enabled.failingSince == nil)
            await mailroom.receiver.answer(url, .answered(status: 200))
            try await mailroom.tell(acme)
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
        }
    }

    @Test func anAddressThatMayNotBeCalledIsFinalForARequestAndAFailureForAnEndpoint() async throws
    {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, url)
            let own = "https://own.example"
            let reason = "127.0.0.1 is a loopback address"
            await mailroom.receiver.answer(url, .refused(reason), .answered(status: 200))
            await mailroom.receiver.answer(own, .refused(reason))
            let message = try await mailroom.tell(acme, requestURL: own)
            try await mailroom.deliverer.deliverOnce()
            mailroom.gateway.time.pass(.seconds(6))
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
            let ofRequest = try await mailroom.delivery(message, of: acme)
            let other = try await mailroom.deliveries(of: acme).first { $0.endpoint != nil }
            let ofEndpoint = try await mailroom.delivery(try #require(other).message, of: acme)
            #expect(ofRequest.delivery.state == .failed)
            #expect(ofRequest.attempts.map(\.error) == [reason])
            #expect(ofEndpoint.delivery.state == .delivered)
            #expect(ofEndpoint.attempts.map(\.error) == [reason, nil])
        }
    }

    @Test func whatItTellsOfIsGoneAndTheEndpointIsNotToBlame() async throws {
        try await WebhookMailroom.with(bodies: { _ in nil }) { mailroom in
            let acme = try await mailroom.gateway.customer()
            _ = try await mailroom.endpoint(of: acme, url)
            let message = try await mailroom.tell(acme)
            #expect(try await mailroom.exhaust() == 1)
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .failed)
            #expect(attempts.map(\.error) == ["what it tells of is gone"])
            #expect(await mailroom.receiver.received.isEmpty)
            let endpoint = try #require(try await mailroom.endpoints(of: acme).first)
            #expect(endpoint.isEnabled && endpoint.failingSince == nil)
        }
    }

    @Test func aBodyThatCannotBeMadeCostsNoAttempt() async throws {
        struct Outage: Error {}
        let outage = WebhookReceiver()
        try await WebhookMailroom.with(bodies: { _ in
            if await outage.received.isEmpty { throw Outage() }
            return []
        }) { mailroom in
            let acme = try await mailroom.gateway.customer()
            let message = try await mailroom.tell(acme, requestURL: url)
            try await mailroom.deliverer.deliverOnce()
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .pending && delivery.attempts == 0 && attempts.isEmpty)
            _ = await outage.sender.post(WebhookPost(url: "over", headers: [], body: []))
            mailroom.gateway.time.pass(.seconds(60))
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .delivered)
        }
    }
}
