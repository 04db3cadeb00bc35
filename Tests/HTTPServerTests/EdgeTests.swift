import HTTP
import HTTPServer
import Testing
import Units

/// Who calls, how many may, and what every answer carries.
@Suite struct EdgeTests {
    /// Answers with whom it takes the caller for.
    private static let whoCalls: Handler = { request in
        .text("\(request.peer.map { "\($0)" } ?? "nobody")")
    }

    private static func edge(trusting list: String) throws -> Edge {
        var edge = Edge()
        edge.trustedProxies = try AddressRanges(list)
        return edge
    }

    @Test func theCallerIsThePeer() async throws {
        try await withServer(handler: Self.whoCalls) { server in
            let reply = try Peer(port: server.port).get("/", "X-Forwarded-For: 192.0.2.1\r\n")
            #expect(reply.text == "127.0.0.1", "nobody here is trusted to say otherwise")
        }
    }

    @Test func theCallerIsWhomATrustedProxyNames() async throws {
        let edge = try Self.edge(trusting: "127.0.0.1,10.0.0.0/8")
        try await withServer(edge: edge, handler: Self.whoCalls) { server in
            let peer = try Peer(port: server.port)
            let named = "X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.1.1.1\r\n"
            #expect(try peer.get("/", named).text == "192.0.2.1")
            // Each request for itself: a proxy's connection carries many callers.
            #expect(try peer.get("/", "X-Forwarded-For: 2001:db8::7\r\n").text == "2001:db8::7")
            #expect(try peer.get().text == "127.0.0.1")
        }
    }

    @Test func oneAddressHasSoManyConnectionsAndNoMore() async throws {
        var limits = Limits.patient
        limits.connectionsPerAddressMax = 3
        try await withServer(limits, handler: echo) { server in
            var peers = try (0..<3).map { _ in try Peer(port: server.port) }
            for peer in peers { #expect(try peer.get().status == 200) }

            let refused = try Peer(port: server.port).reply()
            #expect(refused.status == 503)
            #expect(refused.text.contains("from one address"))
            #expect(server.statistics.connectionsRefused == 1)
            #expect(server.statistics.connectionsRefusedByAddress == 1)

            peers.removeLast().close()
            #expect(eventually { server.statistics.connectionsOpen == 2 })
            #expect(try Peer(port: server.port).get().status == 200)
        }
    }

    @Test func aTrustedProxyHasAsManyAsItNeeds() async throws {
        var limits = Limits.patient
        limits.connectionsPerAddressMax = 1
        let edge = try Self.edge(trusting: "127.0.0.0/8")
        try await withServer(limits, edge: edge, handler: echo) { server in
            let peers = try (0..<5).map { _ in try Peer(port: server.port) }
            for peer in peers { #expect(try peer.get().status == 200) }
            #expect(server.statistics.connectionsRefused == 0)
        }
    }

    @Test func whatStandsIsOnEveryAnswerUnlessItSaysOtherwise() async throws {
        var edge = Edge()
        edge.standingHeaders = ["X-One": "1", "X-Two": "2"]
        let handler: Handler = { request in
            var response = Response.text("hello")
            if request.path == "/own" { response.headers["x-two"] = "own" }
            return response
        }
        try await withServer(edge: edge, handler: handler) { server in
            let peer = try Peer(port: server.port)
            let plain = try peer.get("/")
            #expect(plain.headers.all("X-One") == ["1"])
            #expect(plain.headers.all("X-Two") == ["2"])
            let own = try peer.get("/own")
            #expect(own.headers.all("X-One") == ["1"])
            #expect(own.headers.all("X-Two") == ["own"])
            // What the server says by itself, too.
            try peer.send("nonsense\r\n\r\n")
            #expect(try peer.reply().headers["X-One"] == "1")
        }
    }
}
