import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Log
import Signing
import Testing
import Units

@testable import API

@Suite struct KeyAPITests {
    struct Seen: Decodable {
        struct Limits: Decodable {
            let requests_per_minute: Int?
            let request_burst: Int?
            let month_cap: Decimal?
            let models: [String]?
        }
        let id: String
        let name: String
        let mode: String
        let state: String
        let hint: String
        let scopes: [String]
        let limits: Limits
        let expires_at: String?
        let last_used_at: String?
        let previous_until: String?
        let revoked_at: String?
        let secret: String?
    }

    private struct Page: Decodable {
        let keys: [Seen]
        let next_cursor: String?
        let has_more: Bool
    }

    private func admin(_ caller: Caller, mode: Mode = .live) async throws -> Customer {
        try await caller.gateway.customer(mode: mode, scopes: [.generate, .read, .adminKeys])
    }

    private func issue(
        _ json: String, by caller: Caller, as customer: Customer, headers: Headers = [:]
    ) async throws -> Seen {
        let reply = try await caller.post("/v1/keys", json, as: customer, headers: headers)
        #expect(reply.status == 201, "\(reply.text)")
        #expect(reply.headers["Cache-Control"] == "no-store")
        return try reply.json(Seen.self)
    }

    private func rotate(
        _ id: String, _ json: String = "", by caller: Caller, as customer: Customer,
        headers: Headers = [:]
    ) async throws -> Answer {
        try await caller.post("/v1/keys/\(id)/rotate", json, as: customer, headers: headers)
    }

    private func status(_ secret: String?, _ caller: Caller) async throws -> Int {
        try await caller.send("GET", "/v1/balance", ["X-API-Key": secret ?? ""]).status
    }

    @Test func aKeyIsIssuedSeenUsedChangedAndRevoked() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let reply = try await caller.post("/v1/keys", Self.terms, as: acme)
            let made = try reply.json(Seen.self)
            let path = "/v1/keys/\(made.id)"
            #expect(reply.status == 201 && reply.headers["Location"] == path)
            #expect(made.scopes == ["generate", "read"] && made.state == "active")
            #expect(made.limits.requests_per_minute == 60 && made.limits.request_burst == nil)
            #expect(made.limits.month_cap == Decimal(string: "0.1"))
            #expect(made.limits.models == ["test/test"])
            #expect(try await status(made.secret, caller) == 200)
            let shown = try await caller.get(path, as: acme)
            #expect(shown.status == 200)
            for text in [shown.text, try await caller.get("/v1/keys", as: acme).text] {
                #expect(!text.contains("secret") && !text.contains("hash"))
            }
            let changed = try await caller.patch(
                path,
                #"{"name":"renders","scopes":["generate"],"expires_at":null,"#
                    + #""limits":{"month_cap":null,"requests_per_minute":5,"request_burst":2}}"#,
                as: acme)
            #expect(changed.status == 200, "\(changed.text)")
            let now = try changed.json(Seen.self)
            #expect(now.name == "renders" && now.scopes == ["generate"] && now.expires_at == nil)
            #expect(now.limits.requests_per_minute == 5 && now.limits.month_cap == nil)
            #expect(now.limits.models == ["test/test"])
            #expect(try await status(made.secret, caller) == 403)
            let free = try await caller.patch(path, #"{"limits":null}"#, as: acme).json(Seen.self)
            #expect(free.limits.requests_per_minute == nil && free.limits.models == nil)
            for _ in 0..<2 {
                let gone = try await caller.delete(path, as: acme)
                #expect(gone.status == 200)
                #expect(try gone.json(Seen.self).state == "revoked")
            }
            #expect(try await status(made.secret, caller) == 401)
            #expect(try await caller.patch(path, #"{"name":"x"}"#, as: acme).status == 409)
            #expect(try await rotate(made.id, by: caller, as: acme).status == 409)
        }
    }

    private static let terms =
        #"{"name":"nightly","expires_at":"2027-01-31T12:00:00Z","#
        + #""limits":{"requests_per_minute":60,"month_cap":0.10,"models":["TEST/test"]}}"#

    @Test func aKeyMayRevokeItself() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            #expect(try await caller.delete("/v1/keys/\(acme.key)", as: acme).status == 200)
            #expect(try await caller.get("/v1/keys", as: acme).status == 401)
        }
    }

    @Test func whatIsAnotherAccountsDoesNotExist() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let other = try await admin(caller)
            for id in ["\(other.key)", "fox", "019365a0-0000-7000-8000-000000000000"] {
                let path = "/v1/keys/\(id)"
                #expect(try await caller.get(path, as: acme).status == 404)
                #expect(try await caller.patch(path, #"{"name":"x"}"#, as: acme).status == 404)
                #expect(try await caller.delete(path, as: acme).status == 404)
                #expect(try await rotate(id, by: caller, as: acme).status == 404)
            }
            let page = try await caller.get("/v1/keys", as: acme).json(Page.self)
            #expect(page.keys.map(\.id) == ["\(acme.key)"])
            #expect(try await status(other.text.secret.reveal(), caller) == 200)
        }
    }

    @Test func anOrdinaryKeyManagesNone() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: [.generate, .read])
            let path = "/v1/keys/\(acme.key)"
            #expect(try await caller.get("/v1/keys", as: acme).status == 403)
            #expect(try await caller.get(path, as: acme).status == 403)
            #expect(try await caller.post("/v1/keys", Self.terms, as: acme).status == 403)
            #expect(try await caller.patch(path, #"{"name":"x"}"#, as: acme).status == 403)
            #expect(try await caller.delete(path, as: acme).status == 403)
            #expect(try await rotate("\(acme.key)", by: caller, as: acme).status == 403)
        }
    }

    @Test func aTestKeyManagesTestKeysAlone() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let play = try await issue(
                #"{"name":"play","mode":"test","scopes":["read","admin:keys"]}"#, by: caller,
                as: acme)
            let secret = try #require(play.secret)
            #expect(secret.hasPrefix("atl_test_"))
            let headers: Headers = ["X-API-Key": secret]
            func ask(_ method: String, _ path: String, _ json: String = "") async throws -> Answer {
                try await caller.send(method, path, headers, body: Array(json.utf8))
            }
            let page = try await ask("GET", "/v1/keys").json(Page.self)
            #expect(page.keys.map(\.id) == [play.id])
            #expect(try await ask("GET", "/v1/keys/\(acme.key)").status == 404)
            #expect(try await ask("DELETE", "/v1/keys/\(acme.key)").status == 404)
            #expect(try await ask("POST", "/v1/keys/\(acme.key)/rotate").status == 404)
            let live = try await ask("POST", "/v1/keys", #"{"name":"x","mode":"live"}"#)
            #expect(live.status == 403)
            // Its own mode unless told.
            let more = try await ask("POST", "/v1/keys", #"{"name":"x"}"#)
            #expect(try more.json(Seen.self).mode == "test")
            let all = try await caller.get("/v1/keys", as: acme).json(Page.self)
            #expect(all.keys.count == 3)
        }
    }

    @Test(arguments: [
        (#"{"scopes":["read"]}"#, "name"), (#"{"name":" "}"#, "name"), (#"{"name":7}"#, "name"),
        (#"{"name":"x","scopes":[]}"#, "scopes"), (#"{"name":"x","scopes":["paint"]}"#, "scopes"),
        (#"{"name":"x","mode":"play"}"#, "mode"), (#"{"name":"x","hash":"x"}"#, "hash"),
        (#"{"name":"x","expires_at":"soon"}"#, "expires_at"),
        (#"{"name":"x","expires_at":"2020-01-01T00:00:00Z"}"#, "expires_at"),
        (#"{"name":"x","limits":{"rpm":1}}"#, "rpm"), (#"{"name":"x","limits":7}"#, "limits"),
        (#"{"name":"x","limits":{"requests_per_minute":0}}"#, "requests_per_minute"),
        (#"{"name":"x","limits":{"concurrent":1000001}}"#, "concurrent"),
        (#"{"name":"x","limits":{"request_burst":5}}"#, "request_burst"),
        (#"{"name":"x","limits":{"image_burst":5}}"#, "image_burst"),
        (#"{"name":"x","limits":{"day_cap":-1}}"#, "day_cap"),
        (#"{"name":"x","limits":{"day_cap":0.0000000001}}"#, "day_cap"),
        (#"{"name":"x","limits":{"month_cap":1e30}}"#, "month_cap"),
        (#"{"name":"x","limits":{"models":[]}}"#, "models"),
        (#"{"name":"x","limits":{"models":["no/such"]}}"#, "models"),
    ])
    func aKeyThatMakesNoSenseIsRefusedByField(json: String, field: String) async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let reply = try await caller.post("/v1/keys", json, as: acme)
            #expect(reply.status == 400, "\(reply.text)")
            #expect(reply.text.contains(#""field":"\#(field)""#), "\(reply.text)")
            #expect(try await caller.get("/v1/keys", as: acme).json(Page.self).keys.count == 1)
        }
    }

    @Test func bothSecretsLetInUntilTheOverlapEnds() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let first = try await issue(#"{"name":"x"}"#, by: caller, as: acme)
            let reply = try await rotate(
                first.id, #"{"overlap_seconds":3600}"#, by: caller, as: acme)
            #expect(reply.status == 200 && reply.headers["Cache-Control"] == "no-store")
            let second = try reply.json(Seen.self)
            #expect(second.id == first.id && second.secret != first.secret)
            #expect(second.hint != first.hint && second.previous_until != nil)
            caller.gateway.time.pass(.seconds(3599))
            #expect(try await status(first.secret, caller) == 200)
            #expect(try await status(second.secret, caller) == 200)
            caller.gateway.time.pass(.seconds(1))
            #expect(try await status(first.secret, caller) == 401)
            #expect(try await status(second.secret, caller) == 200)
            let shown = try await caller.get("/v1/keys/\(first.id)", as: acme).json(Seen.self)
            #expect(shown.previous_until == nil)
            // A day unless told; a further rotation ends the oldest secret at once.
            let third = try await rotate(first.id, by: caller, as: acme).json(Seen.self)
            let fourth = try await rotate(first.id, by: caller, as: acme).json(Seen.self)
            #expect(try await status(second.secret, caller) == 401)
            #expect(try await status(third.secret, caller) == 200)
            let fifth = try await rotate(
                first.id, #"{"overlap_seconds":0}"#, by: caller, as: acme
            ).json(Seen.self)
            #expect(try await status(fourth.secret, caller) == 401)
            #expect(try await status(fifth.secret, caller) == 200)
            let tooLong = try await rotate(
                first.id, #"{"overlap_seconds":2592001}"#, by: caller, as: acme)
            #expect(tooLong.status == 400)
        }
    }

    @Test func revokedNeitherSecretLetsIn() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let first = try await issue(#"{"name":"x"}"#, by: caller, as: acme)
            let second = try await rotate(first.id, by: caller, as: acme).json(Seen.self)
            #expect(try await caller.delete("/v1/keys/\(first.id)", as: acme).status == 200)
            #expect(try await status(first.secret, caller) == 401)
            #expect(try await status(second.secret, caller) == 401)
        }
    }

    @Test func issuedAgainUnderOneIdempotencyKeyItIsTheSameKeyAndSecret() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let once: Headers = ["Idempotency-Key": "order-17"]
            let first = try await issue(Self.terms, by: caller, as: acme, headers: once)
            let again = try await caller.post("/v1/keys", Self.terms, as: acme, headers: once)
            #expect(again.headers["Idempotency-Replayed"] == "true" && again.status == 201)
            let seen = try again.json(Seen.self)
            #expect(seen.id == first.id && seen.secret == first.secret)
            #expect(try await status(seen.secret, caller) == 200)
            let other = try await caller.post(
                "/v1/keys", #"{"name":"x"}"#, as: acme, headers: once)
            #expect(other.status == 422 && other.text.contains("idempotency_key_reused"))
            // Another account's is another.
            let neighbour = try await issue(
                Self.terms, by: caller, as: try await admin(caller), headers: once)
            #expect(neighbour.id != first.id && neighbour.secret != first.secret)
            // After a day it is forgotten, and makes another secret.
            caller.gateway.time.pass(.seconds(86_400))
            let later = try await issue(Self.terms, by: caller, as: acme, headers: once)
            #expect(later.id != first.id && later.secret != first.secret)
        }
    }

    @Test func rotatedAgainUnderOneIdempotencyKeyNothingChanges() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let first = try await issue(#"{"name":"x"}"#, by: caller, as: acme)
            let once: Headers = ["Idempotency-Key": "r1"]
            let second = try await rotate(first.id, by: caller, as: acme, headers: once)
                .json(Seen.self)
            let again = try await rotate(first.id, by: caller, as: acme, headers: once)
            #expect(again.headers["Idempotency-Replayed"] == "true")
            #expect(try again.json(Seen.self).secret == second.secret)
            #expect(try await status(first.secret, caller) == 200)
            let longer = try await rotate(
                first.id, #"{"overlap_seconds":60}"#, by: caller, as: acme, headers: once)
            #expect(longer.status == 422)
            // Rotated away, its secret does not come back.
            for _ in 0..<2 { _ = try await rotate(first.id, by: caller, as: acme) }
            let ended = try await rotate(first.id, by: caller, as: acme, headers: once)
            #expect(ended.status == 409 && !ended.text.contains("atl_"))
            #expect(try await status(second.secret, caller) == 401)
        }
    }

    @Test func keysArePagedInOrderOfBirth() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            for turn in 0..<4 {
                caller.gateway.time.pass(.seconds(1))
                _ = try await issue(#"{"name":"key \#(turn)"}"#, by: caller, as: acme)
            }
            var seen: [String] = []
            var cursor = ""
            repeat {
                let page = try await caller.get("/v1/keys?limit=2\(cursor)", as: acme)
                    .json(Page.self)
                seen += page.keys.map(\.name)
                cursor = page.next_cursor.map { "&cursor=\($0)" } ?? ""
                #expect(page.has_more == !cursor.isEmpty)
            } while !cursor.isEmpty
            #expect(seen == ["test", "key 0", "key 1", "key 2", "key 3"])
            for query in ["limit=0", "limit=101", "cursor=7", "page=1"] {
                #expect(try await caller.get("/v1/keys?\(query)", as: acme).status == 400)
            }
        }
    }

    @Test func aKeySaysInWhichMinuteItWasUsedLast() async throws {
        try await Caller.with { caller in
            let acme = try await admin(caller)
            let made = try await issue(#"{"name":"x"}"#, by: caller, as: acme)
            let used = caller.gateway.time.clock.now
            #expect(try await status(made.secret, caller) == 200)
            await caller.gateway.engine.uses.write(on: caller.gateway.database, log: .silent)
            let key = try await caller.get("/v1/keys/\(made.id)", as: acme).json(Seen.self)
            let text = try #require(key.last_used_at)
            let seen = try #require(Timestamp(iso8601: text))
            #expect(seen.microseconds == used.microseconds / 60_000_000 * 60_000_000)
        }
    }
}

extension Caller {
    func patch(
        _ path: String, _ json: String, as customer: Customer
    ) async throws -> Answer {
        try await send(
            "PATCH", path, ["Authorization": "Bearer \(customer.text.secret.reveal())"],
            body: Array(json.utf8))
    }
}
