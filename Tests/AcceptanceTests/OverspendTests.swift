import FoundationEssentials
import Testing

/// However many ask at once, on however many servers, a balance pays for what it holds.
@Suite struct OverspendTests {
    @Test(arguments: [1, 2])
    func aThousandCallsOnABalanceForAHundred(servers count: Int) async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "0.40")
            var servers: [RunningServer] = []
            for _ in 0..<count { servers.append(try await deployment.serve()) }
            // All are asked before the first is read.
            let clients = try (0..<1000).map { try Client(port: servers[$0 % count].port) }
            for client in clients {
                client.ask(
                    "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
            }
            let replies = try await Client.answers(of: clients)
            #expect(replies.count { $0?.status == 200 } == 100)
            let refused = replies.compactMap { $0 }.filter { $0.status == 402 }
            #expect(refused.count == 900)
            for reply in refused {
                #expect(reply.text.contains(#""needed":0.004,"#))
                #expect(reply.text.contains(#""available":"#))
                #expect(reply.text.contains(#""missing":"#))
            }
            let balance = try await deployment.balance(of: acme)
            #expect(balance.available == 0 && balance.held == 0)
        }
    }

    @Test func aRevokedKeyIsRefusedByTheNextRequestOnEveryServer() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let servers = [try await deployment.serve(), try await deployment.serve()]
            for server in servers {
                let reply = try await server.ask(
                    "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
                #expect(reply?.status == 200)
            }
            let revoked = try await deployment.admin(
                "keys", "revoke", "--account", acme.account, "--key", acme.keyID)
            #expect(revoked.code == 0)
            for server in servers {
                let generate = try await server.ask(
                    "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
                #expect(generate?.status == 401)
                #expect(try await server.ask("GET", "/v1/balance", key: acme.key)?.status == 401)
            }
        }
    }
}
