import Gateway
import GatewaySupport
import Pictures
import Postgres
import Signing
import Testing
import Threads
import Units

@Suite struct RevocationTests {
    /// How many requests a revoked key is still let in with, on any server, after its revocation was
    /// committed.
    private static let bound = 0

    /// Two servers on one database use a key as fast as they can while it is revoked; from the moment
    /// that the revocation is committed the next read and the next generation on each are refused.
    @Test func theNextRequestOnEveryServerIsRefused() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            let servers = [gateway, other]
            let late = Lock(0)
            let (races, lanes) = (1000, 8)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<lanes {
                    group.addTask {
                        do {
                            for _ in 0..<(races / lanes) {
                                let count = try await race(acme, servers)
                                late.withLock { $0 += count }
                            }
                        } catch { Issue.record(error) }
                    }
                }
            }
            #expect(late.withLock { $0 } == Self.bound)
        }
    }

    /// One key's life; answers how many requests were let in after its end.
    private func race(_ acme: Customer, _ servers: [TestGateway]) async throws -> Int {
        var random = SecureRandom()
        let text = KeyText(mode: .live, using: &random)
        let pepper = try #require(TestGateway.pepper)
        let hash = text.hash(pepper: pepper)
        let actor = servers[0].actor
        let terms = Key.Terms(
            account: acme.account, name: "short-lived", mode: .live, scopes: [.generate, .read],
            expiresAt: nil)
        let key = try await servers[0].database.transaction {
            try Key.issue(text, under: terms, pepper: pepper, by: actor, in: $0)
        }
        for server in servers { _ = try await server.keys.authenticate(hash, for: .read) }
        return try await withThrowingTaskGroup(of: Int.self) { group in
            // What comes at the same moment may be let in or not.
            for server in servers {
                group.addTask {
                    _ = try? await server.keys.authenticate(hash, for: .read)
                    return 0
                }
            }
            _ = try await servers[Int.random(in: 0..<servers.count)].database.transaction {
                try Key.revoke(key.id, of: acme.account, by: actor, in: $0)
            }
            for server in servers {
                group.addTask {
                    do {
                        _ = try await server.keys.authenticate(hash, for: .read)
                        return 1
                    } catch let refusal as Refusal where refusal.kind == .keyRevoked { return 0 }
                }
                group.addTask {
                    do {
                        _ = try await server.engine.finish(Self.ask, for: hash)
                        return 1
                    } catch let refusal as Refusal where refusal.kind == .keyRevoked { return 0 }
                }
            }
            return try await group.reduce(0, +)
        }
    }

    private static let ask = GenerationRequest(
        dialect: .openAI, model: "test/paid", prompt: "a fox",
        size: .pixels(PixelSize(width: 16, height: 16)), format: .png)
}
