import FoundationEssentials
import Glibc
import Testing

/// A client that leaves in the middle of a stream: its pictures are made, and charged once.
@Suite struct LeavingTests {
    private struct Log: Decodable {
        struct Line: Decodable {
            let status: String
            let cost: Decimal
            let held: Decimal
            let delivered: Int
            let images: [Image]
        }
        struct Image: Decodable { let width: Int }
        let generations: [Line]
    }

    private static let price = Decimal(4) / 1000

    /// Far more than any of it takes.
    private static let patience: Duration = .seconds(90)

    /// Asks for a stream, and leaves when `word` has come.
    private func leave(
        _ server: RunningServer, _ acme: Buyer, prompt: String = "a fox", size: String,
        after word: String
    ) async throws {
        let client = try Client(port: server.port)
        client.ask(
            "POST", "/v1/images/generations", key: acme.key,
            body: #"{"model":"test/paid","prompt":"\#(prompt)","size":"\#(size)","stream":true,"#
                + #""partial_images":3}"#)
        #expect(try await client.hears(word))
        client.hangUp()
    }

    /// The log, as soon as nothing in it is under way.
    private func ended(_ server: RunningServer, _ acme: Buyer) async throws -> [Log.Line] {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            let reply = try #require(
                try await server.ask("GET", "/v1/generations", key: acme.key))
            let lines = try reply.json(Log.self).generations
            if lines.allSatisfy({ $0.status != "running" && $0.status != "queued" })
                || ContinuousClock.now > deadline
            {
                return lines
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    private func expectCharged(_ lines: [Log.Line], width: Int) {
        #expect(lines.count == 1)
        #expect(lines.first?.status == "completed" && lines.first?.delivered == 1)
        #expect(lines.first?.cost == Self.price && lines.first?.held == Self.price)
        #expect(lines.first?.images.map(\.width) == [width])
    }

    @Test func whoLeavesAfterTheFirstViewIsChargedOnce() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            try await leave(
                server, acme, size: "768x768", after: "event: image_generation.partial_image")
            expectCharged(try await ended(server, acme), width: 768)
            let balance = try await deployment.balance(of: acme)
            #expect(balance.posted == 1 - Self.price && balance.held == 0)
        }
    }

    @Test func soIsWhoLeavesAServerThatIsToldToStop() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            try await leave(
                server, acme, size: "768x768", after: "event: image_generation.partial_image")
            server.program.signal(SIGTERM)
            #expect(await server.program.wait() == 0)
            let next = try await deployment.serve()
            expectCharged(try await ended(next, acme), width: 768)
            let balance = try await deployment.balance(of: acme)
            #expect(balance.posted == 1 - Self.price && balance.held == 0)
        }
    }

    /// Nothing has been shown yet when it leaves.
    @Test func soIsWhoLeavesASlowProviderAndAServerThatIsToldToStop() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            try await leave(
                server, acme, prompt: "sandbox:slow=2 a fox", size: "64x64",
                after: "text/event-stream")
            server.program.signal(SIGTERM)
            #expect(await server.program.wait() == 0)
            let next = try await deployment.serve()
            expectCharged(try await ended(next, acme), width: 64)
            let balance = try await deployment.balance(of: acme)
            #expect(balance.posted == 1 - Self.price && balance.held == 0)
        }
    }
}
