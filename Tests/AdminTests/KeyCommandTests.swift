import FoundationEssentials
import Gateway
import GatewaySupport
import Postgres
import Signing
import Testing
import Units

@testable import atelier_admin

@Suite struct KeyCommandTests {
    private struct Shown: Decodable {
        struct Limits: Decodable {
            let requests_per_minute: Int?
            let month_cap: Decimal?
            let models: [String]?
        }
        let id: String
        let name: String
        let state: String
        let scopes: [String]
        let limits: Limits
        let expires_at: String?
        let secret: String?
        let replayed: Bool?
    }

    private func read<Value: Decodable>(
        _ result: atelier_admin.Result, _: Value.Type = Value.self
    ) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(result.json.utf8))
    }

    private func withDesk(
        _ body: @escaping @Sendable (AdminDesk, Customer) async throws -> Void
    ) async throws {
        try await withGateway { gateway in
            let desk = AdminDesk(
                gateway: gateway,
                environment: ["ATELIER_KEY_PEPPER": "a pepper for tests only"])
            try await body(desk, try await gateway.customer())
        }
    }

    @Test func aKeyIsIssuedListedChangedRotatedAndRevoked() async throws {
        try await withDesk { desk, acme in
            let account = "\(acme.account)"
            let made: Shown = try read(
                await desk.run(
                    "keys", "issue", "--account", account, "--name", "renders", "--scope",
                    "generate", "--expires", "2099-01-31", "--rpm", "60", "--burst", "5",
                    "--month-cap", "25.00", "--models", "test/test,test/paid"))
            #expect(made.limits.requests_per_minute == 60 && made.limits.month_cap == 25)
            #expect(made.limits.models == ["test/paid", "test/test"])
            #expect(made.secret?.hasPrefix("atl_live_") == true)
            let key = ["--account", account, "--key", made.id]
            let set: Shown = try read(
                await desk.run(
                    ["keys", "set"] + key + [
                        "--name", "nightly", "--expires", "none", "--month-cap", "none", "--ipm",
                        "9", "--scope", "generate,read",
                    ]))
            #expect(set.name == "nightly" && set.expires_at == nil && set.limits.month_cap == nil)
            #expect(set.scopes == ["generate", "read"] && set.limits.requests_per_minute == 60)
            let rotated: Shown = try read(
                await desk.run(["keys", "rotate"] + key + ["--overlap", "30m"]))
            #expect(rotated.id == made.id && rotated.secret != made.secret)
            let list = try await desk.run("keys", "list", "--account", account)
            for column in ["hint", "name", "scopes", "limits", "last_used_at", "state"] {
                #expect(list.text.split(separator: "\n")[0].contains(column))
            }
            #expect(list.text.contains("nightly") && !list.text.contains(made.secret ?? "-"))
            let revoked: Shown = try read(await desk.run(["keys", "revoke"] + key))
            #expect(revoked.state == "revoked")
            #expect(
                try await desk.audited(made.id) == [
                    "key.issued: - by cli:ann", "key.changed: - by cli:ann",
                    "key.rotated: - by cli:ann", "key.revoked: - by cli:ann",
                ])
        }
    }

    @Test func oneIdempotencyKeyGivesOneSecret() async throws {
        try await withDesk { desk, acme in
            let issue = [
                "keys", "issue", "--account", "\(acme.account)", "--name", "x",
                "--idempotency-key", "k1",
            ]
            let first: Shown = try read(await desk.run(issue))
            let again: Shown = try read(await desk.run(issue))
            #expect(first.replayed == false && again.replayed == true)
            #expect(again.secret == first.secret && again.id == first.id)
            let refusal = await #expect(throws: Refusal.self) {
                try await desk.run(issue + ["--test"])
            }
            #expect(refusal?.kind == .idempotencyKeyReused)
        }
    }

    @Test(arguments: [
        ["--rpm", "0"], ["--burst", "many"], ["--day-cap", "ten"], ["--scope", "paint"],
        ["--expires", "soon"],
    ])
    func whatIsNoTermIsWrongUsage(words: [String]) async throws {
        try await withDesk { desk, acme in
            await #expect(throws: UsageFault.self) {
                try await desk.run(
                    ["keys", "issue", "--account", "\(acme.account)", "--name", "x"] + words)
            }
            await #expect(throws: UsageFault.self) {
                try await desk.run(
                    "keys", "set", "--account", "\(acme.account)", "--key", "\(acme.key)")
            }
        }
    }

    @Test func everyFieldOfALimitHasItsOption() {
        let options = Options.ofLimits.map(\.name)
        #expect(Set(Limits.Field.allCases.map { Options.name(of: $0.rawValue) }) == Set(options))
        #expect(options.count == Limits.Field.allCases.count)
    }

    private struct Found: Decodable {
        let hint: String
        let id: String?
        let account_id: String?
        let account_name: String?
        let lets_in: Bool
        let because: String?
    }

    @Test func aLeakedKeyIsFoundByItsTextOrItsHash() async throws {
        try await withDesk { desk, acme in
            let desk = desk.typing("  \(acme.text.secret.reveal())")
            func find(_ words: String...) async throws -> Found {
                let all: [Found] = try read(await desk.run(["keys", "find"] + words))
                return try #require(all.first)
            }
            let found = try await find()
            #expect(found.id == "\(acme.key)" && found.account_id == "\(acme.account)")
            #expect(found.account_name == "Acme" && found.lets_in && found.because == nil)
            let key = ["--account", "\(acme.account)", "--key", "\(acme.key)"]
            _ = try await desk.run(["keys", "rotate"] + key + ["--overlap", "1m"])
            #expect(try await find().lets_in)
            desk.gateway.time.pass(.seconds(60))
            let rotated = try await find()
            #expect(!rotated.lets_in && rotated.because == "rotated")
            _ = try await desk.run(["keys", "revoke"] + key)
            let hash = Hex.text(of: acme.hash.bytes)
            let revoked = try await find("--hash", "\\x\(hash)")
            #expect(revoked.id == "\(acme.key)" && revoked.because == "revoked")
        }
    }

    @Test func everyKeyInAnyTextIsFoundAndNeverRepeated() async throws {
        try await withDesk { desk, acme in
            let two = try await desk.gateway.customer()
            var random = SecureRandom()
            let nobodys = KeyText(mode: .test, using: &random).secret.reveal()
            let (one, other) = (acme.text.secret.reveal(), two.text.secret.reveal())
            let broken = other.prefix(30) + "\r\n    " + other.dropFirst(30)
            let text =
                "noise\n" + String(repeating: "atl_live_ and no key\n", count: 200)
                + "export ATELIER_KEY=\(one);{\"key\":\"\(nobodys)\"}x\(one)y\n> \(broken)\nend"
            let desk = desk.typing(text)
            let result = try await desk.run("keys", "find")
            let all: [Found] = try read(result)
            #expect(Set(all.compactMap(\.id)) == ["\(acme.key)", "\(two.key)"])
            #expect(all.count == 3 && all.count { $0.because == "unknown" } == 1)
            for secret in [one, other, nobodys] {
                #expect(!result.json.contains(secret) && !result.text.contains(secret))
            }
            _ = try await desk.run("keys", "find", "--revoke", "--reason", "leaked")
            let after: [Found] = try read(await desk.run("keys", "find"))
            #expect(after.allSatisfy { !$0.lets_in })
            #expect(try await desk.audited("\(acme.key)").contains { $0.contains("leaked") })
        }
    }

    @Test func whatIsNobodysKeyIsSaidToBeSo() async throws {
        try await withDesk { desk, acme in
            var random = SecureRandom()
            let nobodys = KeyText(mode: .live, using: &random).secret.reveal()
            for (text, kind) in [
                (nobodys, Refusal.Kind.notFound),
                (String(acme.text.secret.reveal().dropLast()) + "-", .keyInvalid),
            ] {
                let refusal = await #expect(throws: Refusal.self) {
                    try await desk.typing(text).run("keys", "find")
                }
                #expect(refusal?.kind == kind)
            }
            // Arguments can be seen by everybody on the machine, so a key is none.
            for words in [[], [acme.text.secret.reveal()], ["--hash", "12"]] {
                await #expect(throws: UsageFault.self) {
                    try await desk.run(["keys", "find"] + words)
                }
            }
        }
    }
}
