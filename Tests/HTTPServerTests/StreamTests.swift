import Glibc
import HTTP
import HTTPServer
import Testing
import Threads

/// Answers that come from files or piece by piece.
@Suite struct StreamTests {
    @Test func aStreamArrivesPieceByPiece() async throws {
        let go = Signal()
        try await withServer(handler: { _ in
            Response(
                .ok,
                body: .stream { writer in
                    try await writer.write(Array("first".utf8))
                    await go.wait()
                    try await writer.write([])
                    try await writer.write(Array("second".utf8))
                })
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            let head =
                "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
            let first = head + "5\r\nfirst\r\n"
            #expect(try peer.take(first.utf8.count) == Array(first.utf8))
            go.raise()
            let second = "6\r\nsecond\r\n0\r\n\r\n"
            #expect(try peer.take(second.utf8.count) == Array(second.utf8))
            #expect(try peer.get().text == "firstsecond")
        }
    }

    @Test func aStreamToHTTP10EndsWithTheConnection() async throws {
        try await withServer(handler: { _ in
            Response(
                .ok,
                body: .stream { writer in
                    try await writer.write(Array("one ".utf8))
                    try await writer.write(Array("two".utf8))
                })
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let reply = try peer.reply()
            #expect(reply.headers["Transfer-Encoding"] == nil)
            #expect(reply.headers["Connection"] == "close")
            #expect(reply.text == "one two")
        }
    }

    @Test(arguments: ["1.0", "1.1"]) func aStreamThatFailsIsCutOff(version: String) async throws {
        struct Broken: Error {}
        try await withServer(handler: { _ in
            Response(
                .ok,
                body: .stream { writer in
                    try await writer.write(Array("part".utf8))
                    throw Broken()
                })
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("GET / HTTP/\(version)\r\nHost: a\r\n\r\n")
            #expect(throws: Peer.Failure.self) { try peer.reply() }
        }
    }

    @Test func aWriterWaitsForASlowReader() async throws {
        let written = Signal()
        let piece = [UInt8](repeating: 67, count: 100_000)
        try await withServer(handler: { _ in
            Response(
                .ok,
                body: .stream { writer in
                    for _ in 0..<200 {
                        try await writer.write(piece)
                        written.raise()
                    }
                })
        }) { server in
            let peer = try Peer(port: server.port, receiveBytes: 4096)
            try peer.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(written.wait())
            #expect(settled { written.count } < 150)
            #expect(try peer.reply().body.count == 20_000_000)
        }
    }

    @Test func aFileIsSentAndClosed() async throws {
        let bytes = (0..<2_500_000).map { UInt8(truncatingIfNeeded: $0 / 11) }
        let path = "/tmp/atelier-file-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
        let file = unsafe open(path, O_CREAT | O_RDWR, 0o600)
        defer { unsafe _ = unlink(path) }
        unsafe _ = write(file, bytes, bytes.count)
        let opened = Lock<[Int32]>([])
        try await withServer(handler: { request in
            let descriptor = dup(file)
            opened.withLock { $0.append(descriptor) }
            let count: Int64 = request.path == "/long" ? 3_000_000 : 2_000_000
            return Response(.ok, body: .file(descriptor: descriptor, offset: 100, count: count))
        }) { server in
            let peer = try Peer(port: server.port, receiveBytes: 8192)
            #expect(try peer.get().body == Array(bytes[100..<2_000_100]))
            try peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try peer.reply(toHead: true).headers["Content-Length"] == "2000000")

            let cut = try Peer(port: server.port)
            #expect(throws: Peer.Failure.self) { try cut.get("/long") }
            let gone = try Peer(port: server.port, receiveBytes: 4096)
            try gone.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try gone.take(1000)
            gone.reset()
            #expect(eventually { server.statistics.connectionsOpen == 1 })
        }
        let all = opened.withLock { $0 }
        #expect(all.count == 4)
        // A closed number may be in use again by another test, for something else than this file.
        var original = stat()
        unsafe _ = fstat(file, &original)
        for descriptor in all {
            var now = stat()
            let isOpen = unsafe fstat(descriptor, &now) == 0 && now.st_ino == original.st_ino
            #expect(!isOpen)
        }
        close(file)
    }
}
