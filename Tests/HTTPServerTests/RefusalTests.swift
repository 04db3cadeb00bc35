import Glibc
import HTTP
import HTTPServer
import Testing

/// What the server answers by itself, and that the answer arrives.
@Suite struct RefusalTests {
    @Test func everyHeadProbeIsRefusedOverASocket() async throws {
        let handled = Signal()
        try await withServer(handler: { _ in
            handled.raise()
            return .text("")
        }) { server in
            for probe in Probe.heads {
                let peer = try Peer(port: server.port)
                try peer.send(probe.bytes)
                let reply = try peer.reply()
                #expect(reply.status == probe.status.rawValue, "\(probe)")
                #expect(reply.headers["Connection"] == "close", "\(probe)")
                #expect(try peer.atEnd(), "\(probe)")
            }
            #expect(handled.count == 0)
            #expect(server.statistics.requestsRefused == Probe.heads.count)
        }
    }

    @Test func everyBodyProbeIsRefusedOverASocket() async throws {
        try await withServer(handler: echo) { server in
            for probe in Probe.bodies {
                let peer = try Peer(port: server.port)
                try peer.send(probe.bytes)
                let reply = try peer.reply()
                #expect(reply.status == 400, "\(probe)")
                #expect(reply.headers["Connection"] == "close", "\(probe)")
                #expect(try peer.atEnd(), "\(probe)")
            }
        }
    }

    @Test func aRefusalKnowsItsPath() async throws {
        try await withServer(handler: echo) { server in
            let peer = try Peer(port: server.port)
            try peer.send("POST /v1/images?x HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n")
            #expect(try peer.reply().text == "a Content-Length that is no length at /v1/images")
        }
    }

    @Test func aDeclaredBodyPastTheCapIsRefusedBeforeItsHandler() async throws {
        var limits = Limits.patient
        limits.bodyBytes = 1000
        try await withServer(
            limits,
            handler: { _ in
                Issue.record("handled")
                return .text("")
            }
        ) { server in
            let peer = try Peer(port: server.port)
            try peer.send(
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
                    + "Content-Length: 1001\r\n\r\n")
            #expect(try peer.reply().status == 413)
            #expect(try peer.atEnd())
        }
    }

    @Test func aHandlersTighterLimitComesBeforeContinue() async throws {
        try await withServer(handler: { request in
            do throws(BodyFailure) {
                return .text("\(try await request.body.collect(limitBytes: 10).count)")
            } catch {
                return Response(status(of: error))
            }
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send(
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 11\r\n\r\n")
            let reply = try peer.reply()
            #expect(reply.status == 413)
            #expect(reply.headers["Connection"] == "close")
            #expect(try peer.atEnd())
        }
    }

    @Test func aPeerStillSendingSeesIts413() async throws {
        var limits = Limits.patient
        limits.bodyBytes = 100_000
        try await withServer(limits, handler: echo) { server in
            let piece = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
            for _ in 0..<10 {
                let peer = try Peer(port: server.port)
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                // Past the limit by half of what is read to be thrown away.
                for _ in 0..<7 { try peer.send(piece) }
                #expect(try peer.reply().status == 413)
                #expect(try peer.atEnd())
            }
        }
    }

    @Test func aSmallUnreadBodyDoesNotCostTheConnection() async throws {
        try await withServer(handler: { _ in Response(.forbidden) }) { server in
            let peer = try Peer(port: server.port)
            for _ in 0..<3 {
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
                #expect(try peer.reply().status == 403)
                try peer.send([UInt8](repeating: 69, count: 100_000))
            }
            #expect(try peer.get().status == 403)
            #expect(server.statistics.connectionsAccepted == 1)
        }
    }

    @Test func continueIsSaidWhenTheBodyIsWanted() async throws {
        let go = Signal()
        try await withServer(handler: { request in
            await go.wait()
            return await echo(request)
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send(
                "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
            #expect(eventually { server.statistics.requests == 1 })
            #expect(settled { server.statistics.bytesSent } == 0)
            go.raise()
            #expect(try peer.reply().status == 100)
            try peer.send("ok")
            #expect(try peer.reply().text == "POST / ok")
            #expect(try peer.get().status == 200)
        }
    }

    @Test func tooManyConnectionsAreToldSo() async throws {
        var limits = Limits.patient
        limits.connectionsMax = 2
        try await withServer(limits, handler: echo) { server in
            let first = try Peer(port: server.port)
            _ = try first.get()
            let second = try Peer(port: server.port)
            _ = try second.get()
            let third = try Peer(port: server.port)
            #expect(try third.reply().status == 503)
            #expect(try third.atEnd())
            first.close()
            #expect(eventually { server.statistics.connectionsOpen == 1 })
            #expect(try Peer(port: server.port).get().status == 200)
            #expect(server.statistics.connectionsRefused == 1)
        }
    }
}
