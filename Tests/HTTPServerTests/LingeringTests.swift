import Glibc
import HTTP
import HTTPServer
import Testing

/// Answers that are given before a request has all come reach a peer that sends it all first.
@Suite struct LingeringTests {
    private static let bodyBytes = 20_000_000

    @Test(arguments: [Status.unauthorized, .contentTooLarge, .tooManyRequests])
    func aPeerThatSendsItsWholeBodyFirstSeesTheRefusal(_ status: Status) async throws {
        try await withServer(handler: { _ in Response(status) }) { server in
            let peer = try Peer(port: server.port)
            try peer.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(Self.bodyBytes)\r\n\r\n")
            // The refusal is on its way before the body is.
            #expect(eventually { server.statistics.bytesSent > 0 })
            try peer.send([UInt8](repeating: 68, count: Self.bodyBytes))
            let reply = try peer.reply()
            #expect(reply.status == status.rawValue)
            #expect(reply.headers["Connection"] == "close")
            #expect(try peer.atEnd())
        }
    }

    @Test func aChunkedBodyThatIsRefusedByTheServerItselfIsReadOn() async throws {
        var limits = Limits.patient
        limits.bodyBytes = 100_000
        try await withServer(limits, handler: echo) { server in
            let peer = try Peer(port: server.port)
            let piece = "8000\r\n" + String(repeating: "x", count: 0x8000) + "\r\n"
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in 0..<Self.bodyBytes / 0x8000 { try peer.send(piece) }
            #expect(try peer.reply().status == 413)
            #expect(try peer.atEnd())
        }
    }

    @Test func aPeerThatNeverStopsSendingIsCutOff() async throws {
        var limits = Limits.patient
        limits.lingerBytes = 1_000_000
        try await withServer(limits, handler: { _ in Response(.forbidden) }) { server in
            let peer = try Peer(port: server.port)
            try peer.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n")
            #expect(throws: Peer.Failure.self) {
                try peer.send([UInt8](repeating: 68, count: 60_000_000))
            }
            #expect(server.statistics.bytesReceived < 2_000_000)
        }
    }

    @Test func aPeerThatSendsOnByTheByteIsCutOff() async throws {
        var limits = Limits.patient
        limits.lingerSending = .seconds(5)
        try await withServer(limits, handler: { _ in Response(.forbidden) }) { server in
            let peer = try Peer(port: server.port)
            try peer.send(
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 60000000\r\n\r\n")
            #expect(try peer.reply().status == 403)
            // However often a byte comes, the time that is left does not grow.
            #expect(
                eventually {
                    do { try peer.send("x") } catch { return true }
                    return false
                })
            #expect(server.statistics.connectionsOpen == 0)
        }
    }
}
