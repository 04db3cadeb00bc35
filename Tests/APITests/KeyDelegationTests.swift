import Gateway
import GatewaySupport
import HTTP
import Postgres
import Signing
import Testing
import Units

/// A key cannot give what it does not have, nor take it.
@Suite struct KeyDelegationTests {
    /// An account with a key of these scopes and limits.
    private func issuer(
        _ caller: Caller, _ scopes: Set<Key.Scope>, _ limits: Limits.Changes,
        expiresAt: Timestamp? = nil
    ) async throws -> Customer {
        let acme = try await caller.gateway.customer(scopes: scopes, expiresAt: expiresAt)
        let actor = caller.gateway.actor
        _ = try await caller.gateway.database.transaction {
            try Key.change(acme.key, of: acme.account, to: .init(limits: limits), by: actor, in: $0)
        }
        return acme
    }

    private static let all: Set<Key.Scope> = [.generate, .read, .adminKeys]
    private static let capped: Limits.Changes = [
        .requestsPerMinute: .some(.count(60)), .concurrent: .some(.count(4)),
        .monthCap: .some(.credits(Credits(nanodollars: 1_000_000_000))),
        .models: .some(.models(["test/test", "test/paid"])),
    ]

    @Test(arguments: [
        (#"{"name":"a","scopes":["generate"]}"#, "scopes"),
        (#"{"name":"a","scopes":["read","generate"]}"#, "scopes"),
    ])
    func aScopeThatAKeyLacksIsNotGiven(body: String, field: String) async throws {
        try await Caller.with { caller in
            let acme = try await issuer(caller, [.adminKeys], [:])
            let reply = try await caller.post("/v1/keys", body, as: acme)
            #expect(reply.status == 403 && reply.text.contains(field), "\(reply.text)")
            let keys = try await caller.get("/v1/keys", as: acme)
            #expect(keys.text.split(separator: "\"hint\"").count == 2, "nothing was written")
        }
    }

    @Test(arguments: [
        #"{"limits":{"month_cap":1.01}}"#, #"{"limits":{"month_cap":null}}"#,
        #"{"limits":{"requests_per_minute":61}}"#, #"{"limits":{"concurrent":5}}"#,
        #"{"limits":{"concurrent":null}}"#, #"{"limits":null}"#,
        #"{"limits":{"models":null}}"#,
    ])
    func aLimitIsNeitherGivenAwayNorLifted(_ change: String) async throws {
        try await Caller.with { caller in
            let acme = try await issuer(caller, Self.all, Self.capped)
            let body = #"{"name":"a","# + change.dropFirst()
            let issued = try await caller.post("/v1/keys", body, as: acme)
            #expect(issued.status == 403, "\(issued.text)")
            // Of itself neither.
            let own = try await caller.patch("/v1/keys/\(acme.key)", change, as: acme)
            #expect(own.status == 403, "\(own.text)")
        }
    }

    @Test func whatIsNotSaidIsInheritedAndLessMayBeGiven() async throws {
        try await Caller.with { caller in
            let end = caller.gateway.time.clock.now + .seconds(3600)
            let acme = try await issuer(caller, Self.all, Self.capped, expiresAt: end)
            let reply = try await caller.post(
                "/v1/keys",
                #"{"name":"a","limits":{"month_cap":0.5,"models":["test/test"],"day_cap":0.1}}"#,
                as: acme)
            let made = try reply.json(KeyAPITests.Seen.self)
            #expect(reply.status == 201 && made.limits.requests_per_minute == 60)
            #expect(made.limits.models == ["test/test"] && made.expires_at == "\(end)")
            let late = try await caller.post(
                "/v1/keys", #"{"name":"a","expires_at":"\#(end + .seconds(1))"}"#, as: acme)
            #expect(late.status == 403 && late.text.contains("expires_at"))
            let never = try await caller.patch(
                "/v1/keys/\(made.id)", #"{"expires_at":null}"#, as: acme)
            #expect(never.status == 403)
            let narrower = try await caller.patch(
                "/v1/keys/\(acme.key)", #"{"limits":{"month_cap":0.9}}"#, as: acme)
            #expect(narrower.status == 200, "\(narrower.text)")
        }
    }

    @Test func theSecretOfAWiderKeyIsNotShown() async throws {
        try await Caller.with { caller in
            let wide = try await caller.gateway.customer(scopes: Self.all)
            let headers: Headers = ["Idempotency-Key": "k"]
            let body = #"{"name":"n","scopes":["admin:keys"],"limits":{"month_cap":1}}"#
            let narrow = try await caller.post("/v1/keys", body, as: wide)
            let secret = try #require(try narrow.json(KeyAPITests.Seen.self).secret)
            func send(_ path: String, _ json: String) async throws -> Answer {
                try await caller.send(
                    "POST", path,
                    [
                        "X-API-Key": secret, "Idempotency-Key": "k",
                        "Content-Type": "application/json",
                    ], body: Array(json.utf8))
            }
            #expect(try await send("/v1/keys/\(wide.key)/rotate", "{}").status == 403)
            // Nor under the key of a call that a wider key made.
            let wanted = #"{"name":"w","scopes":["generate"]}"#
            let first = try await caller.post("/v1/keys", wanted, as: wide, headers: headers)
            #expect(first.status == 201)
            let again = try await send("/v1/keys", wanted)
            #expect(again.status == 403 && !again.text.contains("atl_live_"), "\(again.text)")
        }
    }

    @Test func aKeyWithoutLimitsGivesAny() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: Self.all)
            for body in [#"{"name":"a"}"#, #"{"name":"b","limits":{"month_cap":5000}}"#] {
                #expect(try await caller.post("/v1/keys", body, as: acme).status == 201)
            }
        }
    }
}
