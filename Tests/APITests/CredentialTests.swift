import Postgres
import Signing
import Gateway
import GatewaySupport
import HTTP
import Testing
import Units

@Suite struct CredentialTests {
    private let body = Array(#"{"model":"test/test","prompt":"a","size":"16x16"}"#.utf8)

    private func status(_ caller: Caller, _ headers: Headers) async throws -> Int {
        try await caller.send("POST", "/v1/images/generations", headers, body: body).status
    }

    @Test func oneKeyWorksUnderBothHeadersInAnyCase() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let key = acme.text.secret.reveal()
            #expect(try await status(caller, ["Authorization": "Bearer \(key)"]) == 200)
            #expect(try await status(caller, ["authorization": "bEARER   \(key) "]) == 200)
            #expect(try await status(caller, ["X-API-Key": key]) == 200)
            #expect(
                try await status(caller, ["x-api-key": key, "Authorization": "Bearer \(key)"])
                    == 200)
        }
    }

    @Test func whatIsNoKeyIsRefused() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let other = try await caller.gateway.customer()
            let key = acme.text.secret.reveal()
            #expect(try await status(caller, [:]) == 401)
            #expect(try await status(caller, ["Authorization": "Basic \(key)"]) == 401)
            #expect(try await status(caller, ["Authorization": "Bearer"]) == 401)
            #expect(try await status(caller, ["Authorization": "Bearer sk-123"]) == 401)
            #expect(try await status(caller, ["X-API-Key": key + "x"]) == 401)
            #expect(
                try await status(
                    caller,
                    [
                        "X-API-Key": key,
                        "Authorization": "Bearer \(other.text.secret.reveal())",
                    ]) == 401)
        }
    }

    @Test func aStrangerLearnsOnlyThatTheKeyIsWrong() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let actor = caller.gateway.actor
            _ = try await caller.gateway.database.transaction {
                try Key.revoke(acme.key, of: acme.account, by: actor, in: $0)
            }
            for bad in [#"{"model":"none","prompt":"a"}"#, "no json", #"{"n":77}"#] {
                let reply = try await caller.post("/v1/images/generations", bad, as: acme)
                #expect(reply.status == 401)
                #expect(reply.text.contains("revoked"))
            }
        }
    }

    @Test func aScopeThatIsMissingIsForbidden() async throws {
        try await Caller.with { caller in
            let reader = try await caller.gateway.customer(scopes: [.read])
            let maker = try await caller.gateway.customer(scopes: [.generate])
            let json = #"{"model":"test/test","prompt":"a","size":"16x16"}"#
            #expect(
                try await caller.post("/v1/images/generations", json, as: reader).status == 403)
            #expect(try await caller.get("/v1/balance", as: maker).status == 403)
            #expect(try await caller.get("/v1/balance", as: reader).status == 200)
        }
    }

    @Test func aSuspendedAccountIsForbidden() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let actor = caller.gateway.actor
            _ = try await caller.gateway.database.transaction {
                try Account.setSuspended(true, acme.account, by: actor, in: $0)
            }
            #expect(try await caller.get("/v1/balance", as: acme).status == 403)
            let json = #"{"model":"test/test","prompt":"a","size":"16x16"}"#
            #expect(try await caller.post("/v1/images/generations", json, as: acme).status == 403)
        }
    }

    @Test func anExpiredKeyIsRefusedFromItsMomentOn() async throws {
        try await Caller.with { caller in
            let soon = caller.gateway.time.clock.now + .seconds(10)
            let acme = try await caller.gateway.customer(expiresAt: soon)
            #expect(try await caller.get("/v1/balance", as: acme).status == 200)
            caller.gateway.time.pass(.seconds(10))
            #expect(try await caller.get("/v1/balance", as: acme).status == 401)
        }
    }
}
