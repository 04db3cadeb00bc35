import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Postgres
import Signing
import Testing
import Units

/// `/v1/webhooks`, as a customer's program sees it.
@Suite struct WebhookAPITests {
    private struct Endpoint: Decodable {
        let id: String
        let url: String
        let description: String
        let events: [String]
        let enabled: Bool
        let disabled_reason: String?
    }

    private struct Page: Decodable {
        struct Delivery: Decodable {
            let id: String
            let endpoint_id: String?
            let event: String
            let generation_id: String?
            let state: String
            let attempts: Int
            let next_attempt_at: String?
        }
        let deliveries: [Delivery]
        let next_cursor: String?
        let has_more: Bool
    }

    private let hook = #"{"url":"https://acme.example/hook","events":["generation.completed"]}"#

    private func admin(_ caller: Caller) async throws -> Customer {
        try await caller.gateway.customer(scopes: [.read, .adminKeys])
    }

    private func send(
        _ method: String, _ path: String, _ json: String = "", by caller: Caller,
        as customer: Customer
    ) async throws -> Answer {
        var headers = Headers()
        headers["Authorization"] = "Bearer \(customer.text.secret.reveal())"
        return try await caller.send(method, path, headers, body: Array(json.utf8))
    }

    /// Deliveries as settlements leave them, `count` messages to two places each.
    private func told(
        _ count: Int, _ customer: Customer, state: String = "pending", by caller: Caller
    ) async throws {
        let now = caller.gateway.time.clock.now
        let ended: Timestamp? = state == "pending" ? nil : now
        for _ in 0..<count {
            let message = ID<Batch>(at: now)
            try await caller.gateway.sql(
                """
                insert into webhook_delivery (account_id, id, endpoint_id, url, event,
                    generation_id, state, next_at, created_at, ended_at)
                select \(customer.account), \(message), endpoint, 'https://acme.example/hook',
                    'generation.completed', \(message), \(state), \(now), \(now), \(ended)
                from unnest(array['00000000-0000-0000-0000-000000000000', \(message)]::uuid[])
                    as endpoint
                """)
        }
    }

    /// Webhooks tell of live work, and a test key lies about in more places.
    @Test func aTestKeyLooksAtWebhooksAndChangesNothing() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(
                mode: .test, scopes: [.read, .adminKeys])
            #expect(try await caller.get("/v1/webhooks", as: acme).status == 200)
            #expect(try await caller.get("/v1/webhooks/secret", as: acme).status == 403)
            #expect(try await caller.post("/v1/webhooks", hook, as: acme).status == 403)
            let rotated = try await caller.post("/v1/webhooks/secret/rotate", "{}", as: acme)
            #expect(rotated.status == 403)
        }
    }

    @Test func anEndpointIsMadeSeenChangedAndDeleted() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let made = try await caller.post("/v1/webhooks", hook, as: acme)
            #expect(made.status == 201)
            let endpoint = try made.json(Endpoint.self)
            let path = "/v1/webhooks/\(endpoint.id)"
            #expect(made.headers["Location"] == path)
            #expect(endpoint.enabled && endpoint.events == ["generation.completed"])
            #expect(try await caller.get(path, as: acme).json(Endpoint.self).url == endpoint.url)
            let changed = try await send(
                "PATCH", path, #"{"description":"orders","enabled":false}"#, by: caller, as: acme)
            #expect(changed.status == 200)
            let off = try changed.json(Endpoint.self)
            #expect(off.description == "orders" && off.url == endpoint.url)
            #expect(off.disabled_reason == "disabled by its owner")
            struct All: Decodable { let webhooks: [Endpoint] }
            let all = try await caller.get("/v1/webhooks", as: acme).json(All.self)
            #expect(all.webhooks.map(\.id) == [endpoint.id])
            #expect(try await send("DELETE", path, by: caller, as: acme).status == 204)
            #expect(try await caller.get(path, as: acme).status == 404)
        }
    }

    @Test func aKeyThatOnlyReadsChangesNothingAndSeesNoSecret() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: [.read])
            #expect(try await caller.get("/v1/webhooks", as: acme).status == 200)
            #expect(try await caller.get("/v1/webhooks/deliveries", as: acme).status == 200)
            #expect(try await caller.get("/v1/webhooks/secret", as: acme).status == 403)
            let nothing = "019365a0-0000-7000-8000-000000000000"
            for (method, path) in [
                ("POST", "/v1/webhooks"), ("PATCH", "/v1/webhooks/\(nothing)"),
                ("DELETE", "/v1/webhooks/\(nothing)"), ("POST", "/v1/webhooks/secret/rotate"),
                ("POST", "/v1/webhooks/deliveries/\(nothing)/replay"),
            ] {
                let reply = try await send(method, path, hook, by: caller, as: acme)
                #expect(reply.status == 403, "\(method) \(path)")
            }
        }
    }

    @Test func whatIsAnotherAccountsDoesNotExist() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let other = try await admin(caller)
            let made = try await caller.post("/v1/webhooks", hook, as: acme)
            let endpoint = try made.json(Endpoint.self).id
            try await told(1, acme, by: caller)
            let page = try await caller.get("/v1/webhooks/deliveries", as: acme).json(Page.self)
            let delivery = try #require(page.deliveries.first?.id)
            for (method, path) in [
                ("GET", "/v1/webhooks/\(endpoint)"), ("PATCH", "/v1/webhooks/\(endpoint)"),
                ("DELETE", "/v1/webhooks/\(endpoint)"),
                ("GET", "/v1/webhooks/deliveries/\(delivery)"),
                ("POST", "/v1/webhooks/deliveries/\(delivery)/replay"),
                ("GET", "/v1/webhooks/fox"), ("GET", "/v1/webhooks/deliveries/fox"),
            ] {
                let reply = try await send(method, path, "{}", by: caller, as: other)
                #expect(reply.status == 404, "\(method) \(path)")
            }
            let theirs = try await caller.get("/v1/webhooks/deliveries", as: other)
            #expect(try theirs.json(Page.self).deliveries.isEmpty)
            #expect(try await caller.get("/v1/webhooks/\(endpoint)", as: acme).status == 200)
        }
    }

    @Test(arguments: [
        (#"{"events":["generation.completed"]}"#, "url"),
        (#"{"url":"https://acme.example"}"#, "events"),
        (#"{"url":"https://acme.example","events":[]}"#, "events"),
        (#"{"url":"https://acme.example","events":["fox.painted"]}"#, "events"),
        (#"{"url":"https://127.0.0.1","events":["batch.completed"]}"#, "url"),
        (#"{"url":7,"events":["batch.completed"]}"#, "url"),
        (#"{"url":"https://acme.example","events":["batch.completed"],"secret":"x"}"#, "secret"),
    ])
    func anEndpointThatMakesNoSenseIsRefusedByField(json: String, field: String) async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let reply = try await caller.post("/v1/webhooks", json, as: acme)
            #expect(reply.status == 400)
            #expect(reply.text.contains(#""field":"\#(field)""#))
        }
    }

    @Test func theSecretIsShownAndRotated() async throws {
        struct Secrets: Decodable {
            let secret: String
            let previous_secret: String?
        }
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let reply = try await caller.get("/v1/webhooks/secret", as: acme)
            #expect(reply.headers["Cache-Control"] == "no-store")
            let first = try reply.json(Secrets.self)
            #expect(first.secret.hasPrefix("whsec_") && first.previous_secret == nil)
            let second = try await caller.post("/v1/webhooks/secret/rotate", "", as: acme)
                .json(Secrets.self)
            #expect(second.secret != first.secret && second.previous_secret == first.secret)
            caller.gateway.time.pass(.seconds(86_400))
            let later = try await caller.get("/v1/webhooks/secret", as: acme).json(Secrets.self)
            #expect(later.secret == second.secret && later.previous_secret == nil)
            let third = try await caller.post(
                "/v1/webhooks/secret/rotate", #"{"overlap_seconds":0}"#, as: acme
            ).json(Secrets.self)
            #expect(third.secret != second.secret && third.previous_secret == nil)
            let tooLong = try await caller.post(
                "/v1/webhooks/secret/rotate", #"{"overlap_seconds":604801}"#, as: acme)
            #expect(tooLong.status == 400)
        }
    }

    @Test func anEndpointsSecretIsItsOwnAndOnlyItsAccountReadsIt() async throws {
        struct Made: Decodable {
            let id: String
            let signed_with: String
            let secret_path: String
        }
        struct Secrets: Decodable {
            let secret: String
            let previous_secret: String?
        }
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let made = try await caller.post("/v1/webhooks", hook, as: acme).json(Made.self)
            let path = "/v1/webhooks/\(made.id)/secret"
            #expect(made.signed_with == "endpoint_secret" && made.secret_path == path)
            let reply = try await caller.get(path, as: acme)
            #expect(reply.headers["Cache-Control"] == "no-store")
            let first = try reply.json(Secrets.self)
            let ofAccount = try await caller.get("/v1/webhooks/secret", as: acme)
                .json(Secrets.self)
            #expect(first.secret.hasPrefix("whsec_") && first.secret != ofAccount.secret)
            let second = try await caller.post("\(path)/rotate", "", as: acme).json(Secrets.self)
            #expect(second.secret != first.secret && second.previous_secret == first.secret)
            #expect(try await caller.post("\(path)/rotate", "", as: acme).status == 409)
            #expect(
                try await caller.get("/v1/webhooks/secret", as: acme).json(Secrets.self).secret
                    == ofAccount.secret)
            let other = try await admin(caller)
            let reader = try await caller.gateway.customer(scopes: [.read])
            let test = try await caller.gateway.customer(
                mode: .test, scopes: [.read, .adminKeys])
            for (customer, status) in [(other, 404), (reader, 403), (test, 403)] {
                #expect(try await caller.get(path, as: customer).status == status)
                #expect(try await caller.post("\(path)/rotate", "", as: customer).status == status)
            }
            let gone = "/v1/webhooks/019365a0-0000-7000-8000-000000000000/secret"
            #expect(try await caller.get(gone, as: acme).status == 404)
            #expect(try await caller.post("\(gone)/rotate", "", as: acme).status == 404)
        }
    }

    @Test func deliveriesArePagedNewestFirstAndAPageMayEndWithinAMessage() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            for _ in 0..<4 {
                try await told(1, acme, by: caller)
                caller.gateway.time.pass(.seconds(1))
            }
            var seen: [String] = []
            var cursor: String?
            repeat {
                let next = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await caller.get("/v1/webhooks/deliveries?limit=3\(next)", as: acme)
                    .json(Page.self)
                seen += page.deliveries.map { "\($0.id) \($0.endpoint_id ?? "")" }
                cursor = page.next_cursor
                #expect(page.has_more == (cursor != nil))
            } while cursor != nil
            #expect(seen.count == 8 && Set(seen).count == 8)
            #expect(seen == seen.sorted().reversed())
        }
    }

    @Test func deliveriesAreFoundByGenerationAndState() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            try await told(2, acme, by: caller)
            try await told(1, acme, state: "failed", by: caller)
            let failed = try await caller.get("/v1/webhooks/deliveries?state=failed", as: acme)
                .json(Page.self).deliveries
            #expect(failed.count == 2 && failed.allSatisfy { $0.next_attempt_at == nil })
            let generation = try #require(failed.first?.generation_id)
            let found = try await caller.get(
                "/v1/webhooks/deliveries?generation_id=\(generation)", as: acme
            ).json(Page.self).deliveries
            #expect(found.map(\.id) == failed.map(\.id))
            for query in ["state=lost", "generation_id=7", "cursor=7", "limit=101", "page=1"] {
                let reply = try await caller.get("/v1/webhooks/deliveries?\(query)", as: acme)
                #expect(reply.status == 400, "\(query)")
            }
        }
    }

    @Test func aDeliveryShowsItsAttemptsAndIsReplayed() async throws {
        struct Message: Decodable {
            struct Delivery: Decodable {
                struct Attempt: Decodable {
                    let number: Int
                    let status: Int?
                    let error: String?
                }
                let state: String
                let attempt_log: [Attempt]
            }
            let id: String
            let deliveries: [Delivery]
        }
        try await Caller.with { caller in
            let acme = try await admin(caller)
            try await told(1, acme, state: "failed", by: caller)
            try await caller.gateway.sql(
                """
                insert into webhook_attempt (account_id, delivery_id, endpoint_id, number, at,
                    status, error, duration_us)
                select account_id, id, endpoint_id, number, created_at, 500, '500 is not 2xx', 7
                from webhook_delivery, generate_series(1, 2) number
                """)
            let page = try await caller.get("/v1/webhooks/deliveries", as: acme).json(Page.self)
            let id = try #require(page.deliveries.first?.id)
            let path = "/v1/webhooks/deliveries/\(id)"
            let message = try await caller.get(path, as: acme).json(Message.self)
            #expect(message.id == id && message.deliveries.count == 2)
            #expect(message.deliveries.allSatisfy { $0.attempt_log.map(\.number) == [1, 2] })
            #expect(message.deliveries[0].attempt_log[0].status == 500)
            // One of its two places, an endpoint, does not exist any more.
            let replayed = try await caller.post("\(path)/replay", "", as: acme)
            #expect(replayed.status == 202 && replayed.text.contains(#""replayed":1"#))
            let after = try await caller.get(path, as: acme).json(Message.self)
            #expect(after.deliveries.map(\.state).sorted() == ["failed", "pending"])
            let gone = try await caller.post(
                "\(path)/replay", #"{"endpoint_id":"\#(id)"}"#, as: acme)
            #expect(gone.status == 409)
        }
    }
}
