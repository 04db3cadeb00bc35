import Gateway
import GatewaySupport
import HTTP
import Postgres
import Signing
import Testing
import Units

/// Guesses of keys, and reads, are stopped before the database.
@Suite struct ThrottleTests {
    private static let home = IPAddress("198.51.100.7")
    private static let picture = Array(#"{"model":"test/test","prompt":"a","size":"16x16"}"#.utf8)

    /// A key as it would be if somebody had been given it.
    private static func guess() -> Headers {
        var random = SecureRandom()
        return bearer(KeyText(mode: .live, using: &random))
    }

    private static func bearer(_ key: KeyText) -> Headers {
        ["Authorization": "Bearer \(key.secret.reveal())"]
    }

    private func guess(
        _ caller: Caller, _ count: Int, _ headers: () -> Headers = Self.guess
    ) async throws -> [Int] {
        var statuses: [Int] = []
        for index in 0..<count {
            // Alternately where the key is looked up first, and where it is looked up last.
            let answer =
                index.isMultiple(of: 2)
                ? try await caller.send("GET", "/v1/balance", headers(), from: Self.home)
                : try await caller.send(
                    "POST", "/v1/images/generations", headers(), body: Self.picture,
                    from: Self.home)
            statuses.append(answer.status)
        }
        return statuses
    }

    @Test func whoeverGuessesIsToldToWaitAndReachesNoDatabase() async throws {
        try await Caller.with { caller in
            let statuses = try await guess(caller, 22)
            #expect(statuses == Array(repeating: 401, count: 20) + [429, 429])
            // A look-up would wait here until the test has failed.
            try await LockedTable.with(
                "lock table api_key in access exclusive mode", of: caller.gateway
            ) { _ in
                for (method, path) in [
                    ("GET", "/v1/balance"), ("POST", "/v1/images/generations"),
                    ("POST", "/v1/openai/images/generations"), ("POST", "/v1/image/generate"),
                    ("POST", "/v2/images/generate"), ("POST", "/api/v1/images"),
                    ("GET", "/v1/models"), ("POST", "/v2/uploads"),
                ] {
                    let answer = try await caller.send(
                        method, path, Self.guess(), body: Self.picture, from: Self.home)
                    #expect(answer.status == 429, "\(path)")
                    #expect(answer.headers["Retry-After"] == "1")
                    #expect(answer.text.contains(#""limit":"failed_keys","scope":"address""#))
                }
            }
            caller.gateway.time.pass(.seconds(2))
            #expect(try await guess(caller, 3) == [401, 401, 429])
            let metrics = try await caller.get("/metrics").text
            #expect(metrics.contains("\natelier_limited_total{limit=\"failed_keys\"} 11\n"))
        }
    }

    @Test func whatCannotBeAKeyIsAGuessAndNoKeyIsNone() async throws {
        try await Caller.with { caller in
            let keyless = try await guess(caller, 30) { [:] }
            #expect(keyless == Array(repeating: 401, count: 30))
            let garbage = try await guess(caller, 21) { ["X-API-Key": "sk-123"] }
            #expect(garbage == Array(repeating: 401, count: 20) + [429])
        }
    }

    @Test func aVerifiedKeyIsNeverSlowedByOthersAtItsAddress() async throws {
        try await Caller.with { caller in
            let good = try await caller.gateway.customer()
            let reader = try await caller.gateway.customer(scopes: [.read])
            let new = try await caller.gateway.customer()
            // One is verified by what it makes, one by what it may not make.
            for customer in [good, reader] {
                _ = try await caller.send(
                    "POST", "/v1/images/generations", Self.bearer(customer.text),
                    body: Self.picture, from: Self.home)
            }
            _ = try await guess(caller, 40)
            for customer in [good, reader] {
                let balance = try await caller.send(
                    "GET", "/v1/balance", Self.bearer(customer.text), from: Self.home)
                #expect(balance.status == 200)
            }
            let made = try await caller.send(
                "POST", "/v1/images/generations", Self.bearer(good.text), body: Self.picture,
                from: Self.home)
            #expect(made.status == 200)
            // A key that nobody has seen yet waits like a guess, but only here.
            let elsewhere = IPAddress("198.51.100.8")
            let headers = Self.bearer(new.text)
            #expect(
                try await caller.send("GET", "/v1/balance", headers, from: Self.home).status == 429)
            #expect(
                try await caller.send("GET", "/v1/balance", headers, from: elsewhere).status == 200)
            #expect(
                try await caller.send("GET", "/v1/balance", headers, from: Self.home).status == 200)
        }
    }

    @Test func beingKnownIsNoPermission() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let actor = caller.gateway.actor
            #expect(try await caller.get("/v1/balance", as: acme).status == 200)
            _ = try await caller.gateway.database.transaction {
                try Key.revoke(acme.key, of: acme.account, by: actor, in: $0)
            }
            _ = try await guess(caller, 20)
            let headers = Self.bearer(acme.text)
            #expect(
                try await caller.send("GET", "/v1/balance", headers, from: Self.home).status == 401)
            #expect(
                try await caller.send("GET", "/v1/balance", headers, from: Self.home).status == 429)
        }
    }

    @Test func readsHaveALimitThatCostsNoDatabase() async throws {
        try await Caller.with(readsPerMinute: 60) { caller in
            let acme = try await caller.gateway.customer()
            // The first makes it known, and six are the burst.
            for left in [6] + (0...5).reversed() {
                let answer = try await caller.get("/v1/balance", as: acme)
                #expect(answer.status == 200)
                #expect(
                    answer.headers["RateLimit"]?.hasPrefix(
                        "\"key/reads_per_minute\";r=\(left);t=") == true)
            }
            try await LockedTable.with(
                "lock table api_key in access exclusive mode", of: caller.gateway
            ) { _ in
                for path in [
                    "/v1/balance", "/v2/jobs", "/api/v1/credits", "/v1/credits",
                    "/v1/jobs/019b0000-0000-7000-8000-000000000000",
                ] {
                    let answer = try await caller.get(path, as: acme)
                    #expect(answer.status == 429, "\(path)")
                    #expect(answer.headers["Retry-After"] == "1")
                    #expect(answer.text.contains(#""limit":"reads_per_minute","scope":"key""#))
                }
            }
            // Pictures are no reads, and other keys have their own.
            let made = try await caller.post(
                "/v1/images/generations", String(decoding: Self.picture, as: UTF8.self), as: acme)
            #expect(made.status == 200)
            let other = try await caller.gateway.customer()
            #expect(try await caller.get("/v1/balance", as: other).status == 200)
            caller.gateway.time.pass(.seconds(1))
            #expect(try await caller.get("/v1/balance", as: acme).status == 200)
            #expect(try await caller.get("/v1/balance", as: acme).status == 429)
        }
    }
}
