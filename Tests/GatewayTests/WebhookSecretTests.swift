import GatewaySupport
import Postgres
import Signing
import Testing
import Units

@testable import Gateway

/// One message, one id, told once a URL; and whose secret signs it.
@Suite struct WebhookSecretTests {
    private let url = "https://acme.example/hook"

    private func pepper() throws -> Pepper { try #require(TestGateway.pepper) }

    private func own(
        _ endpoint: WebhookEndpoint, _ version: Int32 = 1
    ) throws -> WebhookSecret {
        WebhookSecret(
            of: endpoint.account, endpoint: endpoint.id, version: version, pepper: try pepper())
    }

    private func ofAccount(_ customer: Customer) throws -> WebhookSecret {
        WebhookSecret(of: customer.account, version: 1, pepper: try pepper())
    }

    /// An endpoint as programs before secrets of their own made it.
    private func forgetSecret(
        of endpoint: WebhookEndpoint, _ mailroom: WebhookMailroom
    ) async throws {
        try await mailroom.gateway.sql(
            "update webhook_endpoint set secret_version = null where id = \(endpoint.id)")
    }

    private func rotate(
        _ endpoint: WebhookEndpoint, _ overlap: Duration, _ mailroom: WebhookMailroom
    ) async throws -> WebhookSecret {
        let pepper = try pepper()
        return try await mailroom.change {
            try WebhookEndpoint.rotateSecret(
                of: endpoint.id, account: endpoint.account, overlap: overlap, pepper: pepper,
                by: $0, in: $1)
        }
    }

    private func isSigned(_ post: WebhookPost, by secrets: [WebhookSecret]) throws -> Bool {
        let id = try #require(post.header("webhook-id"))
        let seconds = try #require(post.header("webhook-timestamp").flatMap { Int64($0) })
        return post.header("webhook-signature")
            == WebhookSignature.header(
                id: id, timestamp: Timestamp(seconds: seconds), body: post.body, secrets: secrets)
    }

    /// Tells of one event and returns what was last sent.
    private func sent(
        _ customer: Customer, _ mailroom: WebhookMailroom, requestURL: String? = nil
    ) async throws -> WebhookPost {
        try await mailroom.tell(customer, requestURL: requestURL)
        #expect(try await mailroom.deliverer.deliverOnce() == 1)
        return try #require(await mailroom.receiver.received.last)
    }

    @Test(arguments: [WebhookEvent.Name.completed, .failed, .batchCompleted])
    func noTwoBodiesShareAnId(event: WebhookEvent.Name) async throws {
        // As the dialects do: one form for a request's own address, one for endpoints.
        try await WebhookMailroom.with(bodies: {
            Array("\($0.endpoint == nil ? "dialect" : "standard") \($0.event)".utf8)
        }) { mailroom in
            let acme = try await mailroom.gateway.customer()
            for place in ["https://a.example", "https://b.example", url] {
                _ = try await mailroom.endpoint(of: acme, place, events: [event])
            }
            for requestURL in [url, "https://own.example", nil] {
                try await mailroom.tell(acme, event, requestURL: requestURL)
            }
            try await mailroom.deliverer.deliverOnce()
            let received = await mailroom.receiver.received
            #expect(received.count == 3 + 4 + 3)
            for (id, posts) in Dictionary(grouping: received, by: { $0.header("webhook-id") }) {
                #expect(Set(posts.map(\.body)).count == 1, "\(id ?? "no id")")
            }
        }
    }

    @Test func aURLIsToldOnceOfAnEvent() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let older = try await mailroom.endpoint(
                of: acme, url, events: [.completed, .progress])
            mailroom.gateway.time.pass(.seconds(1))
            _ = try await mailroom.endpoint(of: acme, url, events: [.completed, .progress])
            #expect(try isSigned(await sent(acme, mailroom), by: [own(older)]))
            _ = try await sent(acme, mailroom, requestURL: url)
            for requestURL in [nil, url] {
                let before = await mailroom.receiver.received.count
                mailroom.deliverer.sendProgress(
                    of: ID(at: mailroom.gateway.time.clock.now), account: acme.account,
                    requestURL: requestURL)
                await mailroom.deliverer.sendProgressOnce()
                #expect(await mailroom.receiver.received.count == before + 1)
            }
        }
    }

    @Test func anEndpointSignsWithItsOwnSecretAndARequestsAddressWithTheAccounts() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let own = try await sent(acme, mailroom, requestURL: "https://own.example")
            #expect(try isSigned(own, by: [ofAccount(acme)]))
            let endpoint = try await mailroom.endpoint(of: acme)
            #expect(try isSigned(await sent(acme, mailroom), by: [self.own(endpoint)]))
            // Its receiver knows the endpoint's secret, its caller the account's.
            let both = try await sent(acme, mailroom, requestURL: endpoint.url)
            #expect(try isSigned(both, by: [ofAccount(acme), self.own(endpoint)]))
        }
    }

    @Test func anEndpointOfBeforeKeepsTheAccountsSecretUntilItsOwnIsRotated() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            try await forgetSecret(of: endpoint, mailroom)
            #expect(try isSigned(await sent(acme, mailroom), by: [ofAccount(acme)]))
            let first = try await rotate(endpoint, .seconds(60), mailroom)
            #expect(try first == own(endpoint))
            #expect(try isSigned(await sent(acme, mailroom), by: [first, ofAccount(acme)]))
            mailroom.gateway.time.pass(.seconds(60))
            #expect(try isSigned(await sent(acme, mailroom), by: [first]))
        }
    }

    @Test func whileAnEndpointsSecretIsRotatedBothSignAndOthersDoNotChange() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            let second = try await rotate(endpoint, .seconds(60), mailroom)
            #expect(try isSigned(await sent(acme, mailroom), by: [second, own(endpoint)]))
            // Two at once: the older one was promised its time.
            await #expect(throws: Refusal.self) {
                try await rotate(endpoint, .seconds(1), mailroom)
            }
            let third = try await rotate(endpoint, .zero, mailroom)
            #expect(try isSigned(await sent(acme, mailroom), by: [third]))
            let own = try await sent(acme, mailroom, requestURL: endpoint.url)
            #expect(try isSigned(own, by: [ofAccount(acme), third]))
            await #expect(throws: Refusal.self) {
                try await rotate(endpoint, .seconds(8 * 86_400), mailroom)
            }
            #expect(
                try await mailroom.audited(acme) == [
                    "webhook_endpoint.created", "webhook_endpoint.secret_rotated",
                    "webhook_endpoint.secret_rotated",
                ])
        }
    }
}
