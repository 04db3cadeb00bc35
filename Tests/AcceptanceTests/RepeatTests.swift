import FoundationEssentials
import Testing

/// What repeating a call does, and what hanging up does not.
@Suite struct RepeatTests {
    private struct Answer: Decodable {
        let id: String
        let cost: Decimal
    }

    private struct Log: Decodable {
        struct Line: Decodable {
            let id: String
            let status: String
            let cost: Decimal
        }
        let generations: [Line]
    }

    private let price = Decimal(4) / 1000

    /// Asks until it is no longer said that the first is still running.
    private func patiently(
        _ server: RunningServer, _ buyer: Buyer, _ body: String, key: String
    ) async throws -> Reply? {
        while true {
            let reply = try await server.ask(
                "POST", "/v1/images/generations", key: buyer.key, body: body,
                headers: ["Idempotency-Key": key])
            guard reply?.status == 409 else { return reply }
            #expect(reply?.header("retry-after") == "1")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test func fiftyClientsWithOneKeyOnTwoServersGetOnePicture() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let servers = [try await deployment.serve(), try await deployment.serve()]
            let body = #"{"model":"test/paid","prompt":"a fox","size":"64x64"}"#
            let replies = try await withThrowingTaskGroup(of: Reply?.self) { group in
                for index in 0..<50 {
                    group.addTask {
                        try await patiently(servers[index % 2], acme, body, key: "order-17")
                    }
                }
                var replies: [Reply?] = []
                for try await reply in group { replies.append(reply) }
                return replies
            }
            #expect(replies.allSatisfy { $0?.status == 200 })
            #expect(Set(replies.map { $0?.text }).count == 1)
            #expect(replies.count { $0?.header("idempotency-replayed") == "true" } == 49)
            let balance = try await deployment.balance(of: acme)
            #expect(balance.posted == 1 - price && balance.held == 0)
            let log = try await servers[0].ask("GET", "/v1/generations", key: acme.key)
            #expect(try log?.json(Log.self).generations.count == 1)
        }
    }

    @Test func whoHangsUpLosesNothing() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            let body = #"{"model":"test/paid","prompt":"sandbox:slow=2 a fox","size":"64x64"}"#
            let client = try Client(port: server.port)
            client.ask(
                "POST", "/v1/images/generations", key: acme.key, body: body,
                headers: ["Idempotency-Key": "order-18"])
            // It has begun when its credits are held.
            while try await deployment.balance(of: acme).held == 0 {
                try await Task.sleep(for: .milliseconds(20))
            }
            client.hangUp()
            let reply = try await patiently(server, acme, body, key: "order-18")
            let log = try await server.ask("GET", "/v1/generations", key: acme.key)
            let line = try #require(try log?.json(Log.self).generations.first)
            #expect(line.status == "completed" && line.cost == price)
            #expect(reply?.status == 200)
            #expect(try reply?.json(Answer.self).id == line.id)
            #expect(try await deployment.balance(of: acme).posted == 1 - price)
        }
    }
}
