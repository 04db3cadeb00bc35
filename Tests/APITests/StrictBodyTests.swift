import Gateway
import GatewaySupport
import HTTP
import Postgres
import Signing
import Testing
import Units

@testable import API

/// What is said of a body that is no JSON, or says a thing twice, on every route that takes one.
@Suite struct StrictBodyTests {
    /// Every route with a body, its parameters filled in.
    private static let routes = Route.all.filter {
        ["POST", "PATCH"].contains($0.method) && $0.scope != nil && $0.path != "/v1/auth/test"
            && !$0.path.hasSuffix("/replay") && $0.path != "/v2/uploads"
    }.map {
        (
            method: $0.method,
            path: $0.path.replacing("{id}", with: "\(ID<Key>(at: .init(microseconds: 0)))")
        )
    }

    private func send(
        _ body: String, to route: (method: String, path: String), by caller: Caller,
        as customer: Customer
    ) async throws -> Answer {
        try await caller.send(
            route.method, route.path,
            [
                "Authorization": "Bearer \(customer.text.secret.reveal())",
                "Content-Type": "application/json",
            ], body: Array(body.utf8))
    }

    private func withEveryRoute(
        _ check: (Caller, Customer, (method: String, path: String)) async throws -> Void
    ) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: [.generate, .read, .adminKeys])
            for route in Self.routes { try await check(caller, acme, route) }
        }
    }

    @Test func whatIsNoJSONIsCalledSoWithItsPlaceOnEveryRoute() async throws {
        try await withEveryRoute { caller, acme, route in
            for (body, place) in [
                ("{\"prompt\": \"a\nb\"}", "line 1, column 14"), ("{\"n\": 01}", "column 8"),
                ("{\"a\": [1,]}", "column 10"), ("{\n\"a\": 1,}", "line 2, column 8"),
            ] {
                let reply = try await send(body, to: route, by: caller, as: acme)
                #expect(reply.status == 400, "\(route) \(reply.text)")
                #expect(reply.text.contains("not valid JSON"), "\(route) \(reply.text)")
                #expect(reply.text.contains(place), "\(route) \(reply.text)")
            }
        }
    }

    @Test func aMemberThatIsThereTwiceIsNamedOnEveryRoute() async throws {
        try await withEveryRoute { caller, acme, route in
            let reply = try await send(
                #"{"model":"test/test","model":"test/paid"}"#, to: route, by: caller, as: acme)
            #expect(reply.status == 400 && reply.text.contains("'model' occurs twice"), "\(route)")
        }
    }

    @Test func whatIsNestedTooDeeplyIsNamedOnEveryRoute() async throws {
        try await withEveryRoute { caller, acme, route in
            let deep =
                #"{"provider":{"options":"# + String(repeating: #"{"a":"#, count: 100) + "1"
                + String(repeating: "}", count: 102)
            let reply = try await send(deep, to: route, by: caller, as: acme)
            #expect(reply.status == 400 && reply.text.contains("nested too deeply"), "\(route)")
            #expect(reply.text.contains("provider.options.a"), "\(route) \(reply.text)")
        }
    }

    @Test func halfAnEmojiIsTakenAsTheReplacementCharacter() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(
                "/v1/images/generations",
                #"{"model":"test/test","prompt":"a fox \ud83d","size":"16x16"}"#, as: acme)
            #expect(reply.status == 200, "\(reply.text)")
        }
    }

    @Test(arguments: [
        #"{"name":"a","limits":{"models":["te\u0000st"]}}"#, #"{"name":"a\u0000b"}"#,
        #"{"name":"a","scopes":["\u0000"]}"#, #"{"name":"a","expires_at":"\u0000"}"#,
    ])
    func aNULInAnyTextOfAKeyIsA400(_ body: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: [.adminKeys])
            let reply = try await caller.post("/v1/keys", body, as: acme)
            #expect(reply.status == 400 && reply.text.contains("U+0000"), "\(reply.text)")
        }
    }

    /// Every member of every body, wherever its text stands: nothing with U+0000 reaches the database.
    @Test func aNULAnywhereIsNeverAFault() async throws {
        let nul = #""x\u0000y""#
        let values = [
            nul, "[\(nul)]", "{\(nul):1}", "{\"a\":\(nul)}", "[{\"a\":\(nul)}]",
            "{\"a\":{\"b\":\(nul)}}",
        ]
        let names = [
            "prompt", "prompts", "model", "size", "user", "metadata", "webhook_url", "provider",
            "trace", "session_id", "images", "image_url", "options", "style", "name", "description",
            "url", "events", "limits", "scopes", "parameters", "input_references",
            "negative_prompt",
        ]
        try await withEveryRoute { caller, acme, route in
            for name in names {
                for value in values {
                    let reply = try await send(
                        "{\"\(name)\":\(value)}", to: route, by: caller, as: acme)
                    #expect(reply.status < 500, "\(route) \(name) \(value) \(reply.text)")
                }
            }
        }
    }

    @Test func numbersThatWouldLoseDigitsAreRefused() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: [.adminKeys])
            let reply = try await caller.post(
                "/v1/keys",
                "{\"name\":\"a\",\"limits\":{\"month_cap\":1.\(String(repeating: "0", count: 40))1}}",
                as: acme)
            #expect(reply.status == 400 && reply.text.contains("limits.month_cap"), "\(reply.text)")
        }
    }

    @Test func twoHeadersThatDifferAreRefusedAndTwoAlikeAreOne() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let other = try await caller.gateway.customer()
            let (key, foreign) = (acme.text.secret.reveal(), other.text.secret.reveal())
            let body = Array(#"{"model":"test/test","prompt":"a","size":"16x16"}"#.utf8)
            func status(_ fields: [(String, String)]) async throws -> Int {
                try await caller.send(
                    "POST", "/v1/images/generations",
                    Headers(fields.map { Headers.Field(name: $0.0, value: $0.1) }), body: body
                ).status
            }
            let bearer = ("Authorization", "Bearer \(key)")
            #expect(try await status([bearer, bearer]) == 200)
            #expect(try await status([bearer, ("authorization", "Bearer \(foreign)")]) == 401)
            #expect(try await status([("X-API-Key", key), ("x-api-key", foreign)]) == 401)
            #expect(try await status([("api-key", key)]) == 200)
            #expect(try await status([("api-key", key), ("X-API-Key", foreign)]) == 401)
            let json = ("Content-Type", "application/json")
            #expect(try await status([bearer, json, json]) == 200)
            #expect(try await status([bearer, json, ("content-type", "text/plain")]) == 400)
            let first = ("Idempotency-Key", "a")
            #expect(try await status([bearer, first, ("idempotency-key", "b")]) == 400)
        }
    }

    @Test func aQueryMemberThatDiffersFromItselfIsRefused() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            #expect(try await caller.get("/v1/generations?limit=1&limit=1", as: acme).status == 200)
            let reply = try await caller.get("/v1/generations?limit=1&limit=2", as: acme)
            #expect(reply.status == 400 && reply.text.contains("limit"))
        }
    }

    /// Whoever has no good key is told so before his body is parsed: otherwise this would be a 400.
    @Test func aLongBodyOfAStrangerIsNotParsed() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: [.generate, .read, .adminKeys])
            let actor = caller.gateway.actor
            _ = try await caller.gateway.database.transaction {
                try Key.revoke(acme.key, of: acme.account, by: actor, in: $0)
            }
            let broken = String(repeating: "[", count: 10_000)
            for route in Self.routes {
                let reply = try await send(broken, to: route, by: caller, as: acme)
                #expect(reply.status == 401 || reply.status == 429, "\(route) \(reply.text)")
            }
        }
    }
}
