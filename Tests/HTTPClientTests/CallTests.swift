import HTTP
import HTTPClient
import Testing
import Threads
import Units

/// What goes out, and what comes back.
@Suite struct CallTests {
    @Test func anAnswerComesWhole() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say("HTTP/1.1 418 Teapot\r\nX-A: one\r\nx-a:two \r\nX-B:\r\n")
            try visitor.say("Content-Length: 5\r\n\r\nhello")
        }
        let reply = try await localClient().send(patientRequest("GET", origin.url()))
        #expect(reply.status == Status(418))
        #expect(reply.headers.all("X-A") == ["one", "two"])
        #expect(reply.headers["X-B"] == "")
        #expect(reply.text == "hello")
        #expect(reply.timeToFirstByte > .zero && reply.timeToFirstByte <= reply.duration)
    }

    @Test func aChunkedAnswerIsPutTogether() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-A: kept\r\n\r\n")
            try visitor.say("3\r\nabc\r\n4\r\ndefg\r\n0\r\nX-Trailer: dropped\r\n\r\n")
        }
        let reply = try await localClient().send(patientRequest("GET", origin.url()))
        #expect(reply.text == "abcdefg")
        #expect(reply.headers["X-A"] == "kept")
        #expect(reply.headers["X-Trailer"] == nil)
    }

    @Test func anInterimAnswerIsNotTheAnswer() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say("HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\n")
            try visitor.answer()
        }
        let reply = try await localClient().send(patientRequest("GET", origin.url()))
        #expect(reply.status == .ok)
        #expect(reply.headers["X-Early"] == nil)
    }

    @Test func aCompressedAnswerStaysAsItCame() async throws {
        let asked = Lock(Headers())
        let origin = try Origin { visitor in
            let headers = try visitor.asked().headers
            asked.withLock { $0 = headers }
            try visitor.answer("not gzip at all", "Content-Encoding: gzip\r\n")
        }
        let reply = try await localClient().send(patientRequest("GET", origin.url()))
        #expect(reply.text == "not gzip at all")
        #expect(asked.withLock { $0["Accept-Encoding"] } == nil)
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func aBodyGoesOutAsItIs(method: String) async throws {
        let asked = Lock<Visitor.Asked?>(nil)
        let origin = try Origin { visitor in
            let request = try visitor.asked()
            asked.withLock { $0 = request }
            try visitor.answer()
        }
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
        let request = patientRequest(
            method, origin.url("/a/../b?c=d%20e"),
            headers: ["Content-Type": "image/png", "X-Empty": "", "X-Two": " a: b"], body: body)
        #expect(try await localClient().send(request).text == "done")
        let seen = try #require(asked.withLock { $0 })
        #expect(seen.line == "\(method) /a/../b?c=d%20e HTTP/1.1")
        #expect(seen.body == body)
        #expect(seen.headers["Host"] == "127.0.0.1:\(origin.port)")
        #expect(seen.headers["Content-Type"] == "image/png")
        #expect(seen.headers["X-Empty"] == "")
        #expect(seen.headers["X-Two"] == "a: b")
        #expect(seen.headers["Expect"] == nil)
        #expect(seen.headers["Transfer-Encoding"] == nil)
        #expect(seen.headers["User-Agent"] == nil)
        #expect(seen.headers["Cookie"] == nil)
    }

    @Test func aPostWithoutABodySaysSo() async throws {
        let asked = Lock<Visitor.Asked?>(nil)
        let origin = try Origin { visitor in
            let request = try visitor.asked()
            asked.withLock { $0 = request }
            try visitor.answer()
        }
        _ = try await localClient().send(patientRequest("POST", origin.url()))
        let seen = try #require(asked.withLock { $0 })
        #expect(seen.headers["Content-Length"] == "0")
        #expect(seen.headers["Content-Type"] == nil)
    }

    @Test func headReadsNoBody() async throws {
        let origin = try Origin { visitor in
            let asked = try visitor.asked()
            #expect(asked.line.hasPrefix("HEAD / "))
            try visitor.say("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")
            visitor.waitForEnd()
        }
        let reply = try await localClient().send(patientRequest("HEAD", origin.url()))
        #expect(reply.headers["Content-Length"] == "999999999")
        #expect(reply.body == [])
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func aRedirectIsAnAnswer(status: Int) async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say(
                "HTTP/1.1 \(status) Moved\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
            _ = try visitor.asked()
            Issue.record("it was followed")
        }
        let client = try localClient()
        let reply = try await client.send(patientRequest("POST", origin.url(), body: [1]))
        #expect(reply.status == Status(status))
        #expect(reply.headers["Location"] == "/elsewhere")
        client.close()
        #expect(origin.connections == 1)
    }

    @Test func aCookieIsNotKept() async throws {
        let origin = try Origin { visitor in
            while true {
                let asked = try visitor.asked()
                try visitor.answer(asked.headers["Cookie"] ?? "none", "Set-Cookie: a=b\r\n")
            }
        }
        let client = try localClient()
        for _ in 0..<2 {
            #expect(try await client.send(patientRequest("GET", origin.url())).text == "none")
        }
    }

    @Test func twoHundredCallsAtOnce() async throws {
        let everybody = Signal()
        let gate = Gate()
        let origin = try Origin { visitor in
            let asked = try visitor.asked()
            everybody.raise()
            gate.wait()
            try visitor.answer(String(decoding: asked.body, as: UTF8.self))
        }
        let client = try localClient()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let body = Array("\(number)".utf8)
                    let reply = try await client.send(
                        patientRequest("POST", origin.url(), body: body))
                    return reply.body == body
                }
            }
            #expect(await everybody.wait(200))
            #expect(client.calls == 200)
            gate.open()
            for try await isRight in group { #expect(isRight) }
        }
        #expect(client.calls == 0)
    }

    @Test func aProxyIsAskedInPlaceOfTheHost() async throws {
        let proxy = try Origin { visitor in
            try visitor.answer(try visitor.asked().line)
        }
        // The proxy itself is private, and that is allowed; addresses in URLs are not.
        let client = HTTPClient(proxied(by: proxy))
        let reply = try await client.send(patientRequest("GET", "http://example.test/a"))
        #expect(reply.text == "GET http://example.test/a HTTP/1.1")
        await #expect(throws: HTTPClientFailure.self) {
            try await client.send(patientRequest("GET", "http://10.0.0.1/a"))
        }
    }

    private func proxied(by proxy: Origin) -> HTTPClient.Settings {
        var settings = HTTPClient.Settings()
        settings.proxy = Secret("http://127.0.0.1:\(proxy.port)")
        return settings
    }
}
