import GatewaySupport
import Ledger
import Log
import Pictures
import Postgres
import Signing
import Testing
import Units

@testable import Gateway

@Suite struct KeyTests {
    private func ask() -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: "test/paid", prompt: "a fox",
            size: .pixels(PixelSize(width: 16, height: 16)), format: .png)
    }

    private func rotate(
        _ customer: Customer, overlap: Duration, in gateway: TestGateway
    ) async throws -> KeyHash {
        let actor = gateway.actor
        let pepper = try #require(TestGateway.pepper)
        return try await gateway.database.transaction {
            try Key.rotate(
                customer.key, of: customer.account, overlap: overlap, random: SecureRandom(),
                pepper: pepper, by: actor, in: $0
            ).text
        }.hash(pepper: pepper)
    }

    private func lastUse(
        of customer: Customer, in gateway: TestGateway
    ) async throws -> Timestamp? {
        try await gateway.database.read {
            try Key.find(customer.key, of: customer.account, in: $0).lastUsedAt
        }
    }

    @Test func bothSecretsPayFromOneWalletUntilTheMinuteOfTheEnd() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let new = try await rotate(acme, overlap: .seconds(60), in: gateway)
            gateway.time.pass(.seconds(59))
            let old = try await gateway.engine.finish(ask(), for: acme.hash)
            #expect(old.money.captured == Credits(dollars: "0.004"))
            _ = try await gateway.engine.finish(ask(), for: new)
            gateway.time.pass(.seconds(1))
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .keyExpired)
            _ = try await gateway.engine.finish(ask(), for: new)
            #expect(try await gateway.wallet(of: acme).available == Credits(dollars: "0.988"))
        }
    }

    /// An idempotency key is of the account: it is known under either secret.
    @Test func aCallIsRepeatedUnderTheNewSecret() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let claim = IdempotencyClaim(
                key: "k", fingerprint: [UInt8](repeating: 1, count: 32), path: "p")
            let first = try await gateway.engine.finish(ask(), for: acme.hash, claim: claim)
            let new = try await rotate(acme, overlap: .seconds(60), in: gateway)
            for hash in [new, acme.hash] {
                let again = try await gateway.engine.finish(ask(), for: hash, claim: claim)
                #expect(again.id == first.id)
            }
            #expect(try await gateway.wallet(of: acme).available == Credits(dollars: "0.996"))
        }
    }

    /// What every request pays for: each secret is looked up in an index, and no table is read.
    @Test func aKeyIsFoundByIndexAlone() async throws {
        try await withGateway { gateway in
            let statements = [
                Key.rows(of: []).text, Key.wallets(of: []).text,
                "select k.id from (\(Key.rows(of: []).text)) k join account a on a.id = k.account_id",
            ]
            for (number, statement) in statements.enumerated() {
                let plan = try await gateway.database.transaction { transaction in
                    try PlanPins.set(in: transaction)
                    try transaction.send(
                        SQL(stringLiteral: "prepare probe\(number) as \(statement)"))
                    return try transaction.rows(
                        SQL(
                            stringLiteral:
                                "explain (costs off) execute probe\(number) ('{}', '{}')")
                    ) { try $0.next(String.self) }
                }
                #expect(!plan.contains { $0.contains("Seq Scan") }, "\(plan)")
                for index in ["api_key_hash", "api_key_previous_hash"] {
                    // Straight, or by a bitmap of it.
                    let isUsed = plan.contains {
                        $0.contains("Scan using \(index) ") || $0.hasSuffix("Scan on \(index)")
                    }
                    #expect(isUsed, "\(plan)")
                }
            }
        }
    }

    @Test func aKeysRowIsWrittenOnceAMinuteHoweverOftenItIsUsed() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            #expect(try await lastUse(of: acme, in: gateway) == nil)
            _ = try await gateway.engine.finish(ask(), for: acme.hash)
            let first = try await version(of: acme, in: gateway)
            await gateway.engine.uses.write(on: gateway.database, log: .silent)
            let second = try await version(of: acme, in: gateway)
            #expect(second != first)
            #expect(try await lastUse(of: acme, in: gateway) == gateway.minute)
            // The other server has seen it in the same minute.
            _ = try await other.keys.authenticate(acme.hash, for: .read)
            await other.engine.uses.write(on: other.database, log: .silent)
            #expect(try await version(of: acme, in: gateway) == second)
            gateway.time.pass(.seconds(60))
            _ = try await other.keys.authenticate(acme.hash, for: .read)
            await other.engine.uses.write(on: other.database, log: .silent)
            #expect(try await lastUse(of: acme, in: gateway) == gateway.minute)
            // Nothing that was gathered before is written again.
            await gateway.engine.uses.write(on: gateway.database, log: .silent)
            #expect(try await lastUse(of: acme, in: gateway) == gateway.minute)
        }
    }

    @Test func whatIsRefusedIsNoUse() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(scopes: [.adminKeys])
            _ = try? await gateway.engine.finish(ask(), for: acme.hash)
            _ = try? await gateway.keys.authenticate(acme.hash, for: .read)
            await gateway.engine.uses.write(on: gateway.database, log: .silent)
            #expect(try await lastUse(of: acme, in: gateway) == nil)
        }
    }

    private func version(of customer: Customer, in gateway: TestGateway) async throws -> String? {
        try await gateway.database.read {
            try $0.first("select ctid::text from api_key where id = \(customer.key)") {
                try $0.next(String.self)
            }
        }
    }

    @Test func anAccountHasABoundedNumberOfKeys() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let now = gateway.time.clock.now
            try await gateway.sql(
                """
                insert into api_key (account_id, id, name, mode, hash, hint, scopes, created_at)
                select account_id, gen_random_uuid(), name, mode,
                    sha256(number::text::bytea), hint, scopes, \(now)
                from api_key, generate_series(2, \(Key.countMax)) number
                """)
            let terms = Key.Terms(
                account: acme.account, name: "more", mode: .live, scopes: [.read], expiresAt: nil)
            let pepper = try #require(TestGateway.pepper)
            let actor = gateway.actor
            func issue() async throws {
                _ = try await gateway.database.transaction {
                    try Key.issue(
                        under: terms, random: SecureRandom(), pepper: pepper, by: actor, in: $0)
                }
            }
            let refusal = await #expect(throws: Refusal.self) { try await issue() }
            #expect(refusal?.kind == .conflict)
            _ = try await gateway.database.transaction {
                try Key.revoke(acme.key, of: acme.account, by: actor, in: $0)
            }
            try await issue()
        }
    }

    /// Many at once, on two servers: one key.
    @Test func racingIssuesUnderOneIdempotencyKeyMakeOneKey() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            let terms = Key.Terms(
                account: acme.account, name: "one", mode: .live, scopes: [.read], expiresAt: nil)
            let pepper = try #require(TestGateway.pepper)
            let actor = gateway.actor
            let secrets = try await withThrowingTaskGroup(of: String.self) { group in
                for turn in 0..<40 {
                    let database = turn % 2 == 0 ? gateway.database : other.database
                    group.addTask {
                        try await database.transaction {
                            try Key.issue(
                                under: terms, as: "k", random: SecureRandom(), pepper: pepper,
                                by: actor, in: $0
                            ).text.secret.reveal()
                        }
                    }
                }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(secrets.count == 1)
            let keys = try await gateway.database.read {
                try Key.list(of: acme.account, after: nil, limit: 10, in: $0)
            }
            #expect(keys.count == 2)
        }
    }
}

extension TestGateway {
    fileprivate var minute: Timestamp {
        Timestamp(microseconds: time.clock.now.microseconds / 60_000_000 * 60_000_000)
    }
}
