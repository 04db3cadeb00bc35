import GatewaySupport
import Postgres
import Testing
import Units

@testable import Gateway

/// Where accounts want to be told.
@Suite struct WebhookEndpointTests {
    @Test func anAccountHasAtMostTenEndpointsHoweverManyAreMadeAtOnce() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let other = try await mailroom.gateway.customer()
            for number in 1...9 {
                _ = try await mailroom.endpoint(of: acme, "https://\(number).example")
            }
            // Whoever counts has time to be overtaken before it inserts.
            try await mailroom.gateway.sql(
                """
                create function dawdle() returns trigger language plpgsql as
                $$ begin perform pg_sleep(0.1); return new; end $$
                """)
            try await mailroom.gateway.sql(
                """
                create trigger dawdles before insert on webhook_endpoint
                for each row execute function dawdle()
                """)
            let made = await withTaskGroup(of: Bool.self) { group in
                for number in 10...11 {
                    group.addTask {
                        // A refusal is what is counted here.
                        (try? await mailroom.endpoint(of: acme, "https://\(number).example"))
                            != nil
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 1)
            #expect(try await mailroom.endpoints(of: acme).count == 10)
            let refusal = await #expect(throws: Refusal.self) {
                try await mailroom.endpoint(of: acme)
            }
            #expect(refusal?.kind == .conflict)
            _ = try await mailroom.endpoint(of: other)
        }
    }

    @Test func anAddressThatMayNotBeCalledIsRefusedWithTheReason() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let refusal = await #expect(throws: Refusal.self) {
                try await mailroom.endpoint(of: acme, "https://localhost/hook")
            }
            #expect(refusal?.field == "url")
            #expect(refusal?.message.contains("localhost is this machine") == true)
            let endpoint = try await mailroom.endpoint(of: acme)
            await #expect(throws: Refusal.self) {
                try await mailroom.change {
                    try WebhookEndpoint.change(
                        endpoint.id, of: acme.account, to: .init(url: "https://localhost/hook"),
                        refusal: WebhookMailroom.refusal, by: $0, in: $1)
                }
            }
            for url in ["", String(repeating: "x", count: 2049)] {
                await #expect(throws: Refusal.self) {
                    try await mailroom.endpoint(of: acme, url)
                }
            }
            await #expect(throws: Refusal.self) {
                try await mailroom.endpoint(of: acme, events: [])
            }
        }
    }

    @Test func whatIsNotNamedStaysAsItIs() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            func change(_ terms: WebhookEndpoint.Terms) async throws -> WebhookEndpoint {
                try await mailroom.change {
                    try WebhookEndpoint.change(
                        endpoint.id, of: acme.account, to: terms,
                        refusal: WebhookMailroom.refusal, by: $0, in: $1)
                }
            }
            let described = try await change(.init(description: "orders"))
            #expect(described.url == endpoint.url && described.events == [.completed])
            let moved = try await change(.init(url: "https://new.example", events: [.failed]))
            #expect(moved.description == "orders" && moved.url == "https://new.example")
            #expect(moved.events == [.failed] && moved.isEnabled)
            let off = try await change(.init(enabled: false))
            #expect(off.disabledReason == "disabled by its owner")
            #expect(try await change(.init(description: "")).isEnabled == false)
            #expect(try await change(.init(enabled: true)).disabledReason == nil)
            #expect(
                try await mailroom.audited(acme)
                    == Array(repeating: "webhook_endpoint.changed", count: 5)
                    + ["webhook_endpoint.created"])
        }
    }

    @Test func anotherAccountsEndpointDoesNotExist() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let other = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            let refusals = [
                await #expect(throws: Refusal.self) {
                    try await mailroom.change { _, transaction in
                        try WebhookEndpoint.find(
                            endpoint.id, of: other.account, in: transaction)
                    }
                },
                await #expect(throws: Refusal.self) {
                    try await mailroom.change {
                        try WebhookEndpoint.change(
                            endpoint.id, of: other.account, to: .init(enabled: false),
                            refusal: WebhookMailroom.refusal, by: $0, in: $1)
                    }
                },
                await #expect(throws: Refusal.self) {
                    try await mailroom.change {
                        try WebhookEndpoint.delete(
                            endpoint.id, of: other.account, by: $0, in: $1)
                    }
                },
            ]
            #expect(refusals.allSatisfy { $0?.kind == .notFound })
            #expect(try await mailroom.endpoints(of: acme).map(\.isEnabled) == [true])
        }
    }

    @Test(arguments: [true, false])
    func whatWaitsForAnEndpointThatIsDeletedOrDisabledHasFailed(deleted: Bool) async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            _ = try await mailroom.endpoint(of: acme, "https://other.example")
            try await mailroom.tell(acme, requestURL: "https://r.example")
            try await mailroom.change { actor, transaction in
                if deleted {
                    try WebhookEndpoint.delete(
                        endpoint.id, of: acme.account, by: actor, in: transaction)
                } else {
                    _ = try WebhookEndpoint.change(
                        endpoint.id, of: acme.account, to: .init(enabled: false),
                        refusal: WebhookMailroom.refusal, by: actor, in: transaction)
                }
            }
            let failed = try await mailroom.deliveries(of: acme, .init(state: .failed))
            #expect(failed.map(\.endpoint) == [endpoint.id])
            #expect(try await mailroom.deliverer.deliverOnce() == 2)
            #expect(await mailroom.receiver.received(at: endpoint.url) == 0)
        }
    }

    /// Queued by a settlement that still saw the endpoint enabled.
    @Test func whatIsQueuedForAnEndpointThatIsGoneFailsWithoutBeingSent() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            let message = try await mailroom.tell(acme)
            try await mailroom.gateway.sql(
                "delete from webhook_endpoint where id = \(endpoint.id)")
            #expect(try await mailroom.deliverer.deliverOnce() == 0)
            let (delivery, attempts) = try await mailroom.delivery(message, of: acme)
            #expect(delivery.state == .failed && delivery.attempts == 0 && attempts.isEmpty)
            #expect(await mailroom.receiver.received.isEmpty)
        }
    }

    @Test func aRetryGoesToWhereTheEndpointIsNow() async throws {
        try await WebhookMailroom.with { mailroom in
            let acme = try await mailroom.gateway.customer()
            let endpoint = try await mailroom.endpoint(of: acme)
            await mailroom.receiver.answer(endpoint.url, .answered(status: 500))
            let message = try await mailroom.tell(acme)
            try await mailroom.deliverer.deliverOnce()
            _ = try await mailroom.change {
                try WebhookEndpoint.change(
                    endpoint.id, of: acme.account, to: .init(url: "https://new.example"),
                    refusal: WebhookMailroom.refusal, by: $0, in: $1)
            }
            mailroom.gateway.time.pass(.seconds(6))
            #expect(try await mailroom.deliverer.deliverOnce() == 1)
            #expect(await mailroom.receiver.received(at: "https://new.example") == 1)
            #expect(try await mailroom.delivery(message, of: acme).delivery.state == .delivered)
        }
    }
}
