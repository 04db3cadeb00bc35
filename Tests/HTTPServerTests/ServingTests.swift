import Glibc
import HTTP
import HTTPServer
import Testing
import Threads

@Suite struct ServingTests {
    @Test func anAnswerCarriesItsLengthAndDate() async throws {
        try await withServer(handler: { _ in .text("hello") }) { server in
            let reply = try Peer(port: server.port).get()

            #expect(reply.status == 200)
            #expect(reply.text == "hello")
            #expect(reply.headers["Content-Length"] == "5")
            #expect(reply.headers["Date"] == "Sun, 06 Nov 1994 08:49:37 GMT")
            #expect(reply.headers["Connection"] == nil)
        }
    }

    @Test func aConnectionServesRequestAfterRequest() async throws {
        try await withServer(handler: echo) { server in
            let peer = try Peer(port: server.port)
            for index in 0..<20 {
                #expect(try peer.get("/\(index)").text == "GET /\(index) ")
                try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc")
                #expect(try peer.reply().text == "POST / abc")
            }
            #expect(server.statistics.requests == 40)
            #expect(server.statistics.connectionsAccepted == 1)
        }
    }

    @Test func pipelinedRequestsAreAnsweredInOrder() async throws {
        // The first takes longest: only order, not speed, may decide.
        let handler: Handler = { request in
            if request.path == "/0" { try? await Task.sleep(for: .milliseconds(20)) }
            return await echo(request)
        }
        try await withServer(handler: handler) { server in
            let peer = try Peer(port: server.port)
            var bytes = ""
            for index in 0..<300 {
                bytes += "POST /\(index) HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab"
                bytes += "GET /\(index)g HTTP/1.1\r\nHost: a\r\n\r\n"
            }
            try peer.send(bytes)
            for index in 0..<300 {
                #expect(try peer.reply().text == "POST /\(index) ab")
                #expect(try peer.reply().text == "GET /\(index)g ")
            }
        }
    }

    @Test func aPeerThatPipelinesWithoutReadingIsHeldBack() async throws {
        let handled = Signal()
        let big = [UInt8](repeating: 65, count: 256 * 1024)
        try await withServer(handler: { _ in
            handled.raise()
            return Response(.ok, body: .bytes(big))
        }) { server in
            let peer = try Peer(port: server.port, receiveBytes: 4096)
            let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            try peer.send(String(repeating: request, count: 1000))
            #expect(handled.wait())
            // Answers fill the peer's buffer and the kernel's; further requests wait behind them.
            #expect(settled { handled.count } < 100)
            for _ in 0..<1000 { #expect(try peer.reply().body.count == big.count) }
            #expect(handled.count == 1000)
        }
    }

    @Test func aBodyIsReadHoweverItIsCut() async throws {
        try await withServer(handler: echo) { server in
            let peer = try Peer(port: server.port)
            let request =
                "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "5\r\nhello\r\n6;x\r\n world\r\n0\r\nT: u\r\n\r\n"
            for byte in request.utf8 { try peer.send([byte]) }
            #expect(try peer.reply().text == "POST /p hello world")
            #expect(try peer.get().text == "GET / ")
        }
    }

    @Test func aBodyIsNotReadBeforeItIsAskedFor() async throws {
        let go = Signal()
        let handler: Handler = { request in
            await go.wait()
            return await echo(request)
        }
        try await withServer(handler: handler) { server in
            let peer = try Peer(port: server.port)
            let piece = [UInt8](repeating: 66, count: 32 * 1024)
            let count = piece.count * 1024
            let sent = Signal()
            try peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(count)\r\n\r\n")
            Thread.start(name: "sender") {
                // A failure shows in the count.
                for _ in 0..<1024 where (try? peer.send(piece)) != nil { sent.raise() }
            }
            #expect(eventually { server.statistics.requests == 1 && sent.count > 0 })
            #expect(settled { sent.count } < 1024)
            #expect(server.statistics.bytesReceived < 1024 * 1024)
            go.raise()
            #expect(try peer.reply().body.count == count + 7)
            #expect(sent.wait(1024))
        }
    }

    @Test func headGetsTheHeadOfGet() async throws {
        try await withServer(handler: { request in
            request.path == "/s"
                ? Response(.ok, body: .stream { _ in Issue.record("a stream for HEAD") })
                : .text("hello")
        }) { server in
            let peer = try Peer(port: server.port)
            try peer.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /s HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try peer.reply(toHead: true).headers["Content-Length"] == "5")
            #expect(try peer.reply(toHead: true).headers["Transfer-Encoding"] == "chunked")
            #expect(try peer.get().text == "hello")
        }
    }

    @Test func http10ClosesUnlessAskedNotTo() async throws {
        try await withServer(handler: echo) { server in
            let peer = try Peer(port: server.port)
            try peer.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            let kept = try peer.reply()
            #expect(kept.text == "GET /1 ")
            #expect(kept.headers["Connection"] == "keep-alive")
            try peer.send("GET /2 HTTP/1.0\r\n\r\n")
            let last = try peer.reply()
            #expect(last.text == "GET /2 ")
            #expect(last.headers["Connection"] == "close")
            #expect(try peer.atEnd())
        }
    }

    @Test func closeIsKept() async throws {
        try await withServer(handler: echo) { server in
            let peer = try Peer(port: server.port)
            let reply = try peer.get("/", "Connection: close\r\n")
            #expect(reply.headers["Connection"] == "close")
            #expect(try peer.atEnd())
        }
    }

    @Test func bodilessStatusesHaveNoBody() async throws {
        try await withServer(handler: { request in
            Response(request.path == "/204" ? .noContent : .notModified, body: .bytes([65]))
        }) { server in
            let peer = try Peer(port: server.port)
            for path in ["/204", "/304"] {
                let reply = try peer.get(path)
                #expect(reply.headers["Content-Length"] == nil)
            }
        }
    }

    @Test func largeBodiesArriveWhole() async throws {
        let big = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) }
        try await withServer(handler: { _ in Response(.ok, body: .bytes(big)) }) { server in
            let peer = try Peer(port: server.port, receiveBytes: 8192)
            for _ in 0..<3 { #expect(try peer.get().body == big) }
        }
    }

    @Test func theServersFieldsAreItsOwn() async throws {
        let headers: Headers = [
            "content-length": "99", "Transfer-Encoding": "gzip", "connection": "x", "DATE": "y",
            "X-Own": "kept",
        ]
        try await withServer(handler: { _ in
            Response(.ok, headers: headers, body: .bytes([65]))
        }) { server in
            let reply = try Peer(port: server.port).get()
            #expect(reply.headers.all("Content-Length") == ["1"])
            #expect(reply.headers.all("Date").count == 1)
            #expect(reply.headers["Transfer-Encoding"] == nil)
            #expect(reply.headers["X-Own"] == "kept")
        }
    }

    @Test(arguments: [
        Headers.Field(name: "X", value: "a\r\nSet-Cookie: b"), .init(name: "X", value: "a\nb"),
        .init(name: "X", value: "a\rb"), .init(name: "X", value: "a\0b"),
        .init(name: "X\r\nY", value: "a"), .init(name: "X Y", value: "a"),
        .init(name: "", value: "a"),
    ]) func anAnswerIsNeverSplit(field: Headers.Field) async throws {
        try await withServer(handler: { request in
            let headers = Headers([field])
            return request.path == "/s"
                ? Response(.ok, headers: headers, body: .stream { _ in })
                : Response(.ok, headers: headers)
        }) { server in
            for path in ["/", "/s"] {
                let peer = try Peer(port: server.port)
                let reply = try peer.get(path)
                #expect(reply.status == 500)
                #expect(reply.headers["Set-Cookie"] == nil)
                #expect(try peer.atEnd())
            }
        }
    }

    @Test func connectionsSpreadEvenlyOverLoops() async throws {
        let names = Lock<[String: Int]>([:])
        try await withServer(
            loops: 2,
            handler: { _ in
                let thread = "\(pthread_self())"
                names.withLock { $0[thread, default: 0] += 1 }
                return .text("")
            }
        ) { server in
            var peers: [Peer] = []
            for _ in 0..<20 {
                let peer = try Peer(port: server.port)
                _ = try peer.get()
                peers.append(peer)
            }
            #expect(names.withLock { $0.values.sorted() } == [10, 10])
        }
    }

    @Test func aHandlerReturnsToItsLoopFromElsewhere() async throws {
        actor Elsewhere {
            func thread() -> UInt { UInt(pthread_self()) }
        }
        let elsewhere = Elsewhere()
        try await withServer(handler: { _ in
            let before = UInt(pthread_self())
            try? await Task.sleep(for: .milliseconds(1))
            let there = await Task.detached { await elsewhere.thread() }.value
            let after = UInt(pthread_self())
            return .text("\(before == after) \(before == there)")
        }) { server in
            let reply = try Peer(port: server.port).get()
            #expect(reply.text == "true false")
        }
    }

    @Test func aTakenAddressIsNamed() throws {
        let first = try makeServer(handler: echo)
        let address = try #require(SocketAddress("127.0.0.1:\(first.port)"))

        let failure = #expect(throws: ListeningFailure.self) {
            try HTTPServer(
                address: address, loops: 1, problem: { status, _, _ in Response(status) },
                handler: echo)
        }
        #expect(failure?.description.contains("127.0.0.1:\(first.port)") == true)
    }

    @Test(arguments: [
        ("127.0.0.1:8080", true), ("[::1]:80", true), ("0.0.0.0:0", true), ("localhost:80", false),
        ("127.0.0.1", false), ("127.0.0.1:65536", false), ("::1:80", false), (":80", false),
        ("127.0.0.1:+80", false), ("[::1]", false), ("", false),
    ]) func addressesAreReadStrictly(text: String, isAddress: Bool) {
        #expect(SocketAddress(text)?.description == (isAddress ? text : nil))
    }
}
