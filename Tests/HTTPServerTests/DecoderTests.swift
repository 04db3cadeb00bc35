import HTTP
import HTTPServer
import Testing

@Suite struct DecoderTests {
    @Test(arguments: Probe.heads + Probe.bodies) func aProbeIsRefused(probe: Probe) {
        let transcript = Transcript(probe.bytes, cuts: [])

        guard case .refused(let status, _) = transcript.entries.last else {
            Issue.record("accepted: \(probe)")
            return
        }
        #expect(status == probe.status.rawValue)
    }

    @Test(arguments: Probe.heads + Probe.bodies)
    func aProbeIsRefusedAlikeByteByByte(probe: Probe) {
        let whole = Transcript(probe.bytes, cuts: [])
        let single = Transcript(probe.bytes, cuts: Array(1..<probe.bytes.count))

        #expect(whole == single)
    }

    @Test func aRequestIsReadInFull() {
        let transcript = Transcript(
            "GET /a/b?c=d&e HTTP/1.1\r\nHost: h:80\r\nX-Note: \t a  b \t\r\nEmpty:\r\n\r\n")

        let head = "GET /a/b c=d&e Host=h:80|X-Note=a  b|Empty= none false true false"
        #expect(transcript.entries == [.head(head)])
    }

    @Test func anAbsoluteTargetReplacesTheHost() {
        let transcript = Transcript("GET HTTP://b:81?q HTTP/1.1\r\nHost: a\r\n\r\n")

        #expect(transcript.entries == [.head("GET / q Host=b:81 none false true false")])
    }

    @Test func optionsMayAskAboutTheServer() {
        let transcript = Transcript("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n")

        #expect(transcript.entries == [.head("OPTIONS * - Host=a none false true false")])
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "Connection: close\r\n", false),
        ("HTTP/1.1", "Connection: x, Close\r\n", false), ("HTTP/1.0", "", false),
        ("HTTP/1.0", "Connection: Keep-Alive\r\n", true),
        ("HTTP/1.0", "Connection: keep-alive, close\r\n", false), ("HTTP/1.9", "", true),
    ]) func theConnectionFieldDecidesWhetherItGoesOn(
        version: String, field: String, goesOn: Bool
    ) {
        let transcript = Transcript("GET / \(version)\r\nHost: a\r\n\(field)\r\n")

        guard case .head(let head) = transcript.entries.first else {
            Issue.record("no head")
            return
        }
        #expect(head.hasSuffix("\(goesOn) false"))
    }

    @Test func requestsFollowEachOther() {
        let transcript = Transcript(
            """
            POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello\
            POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n\
            3;x=y\r\nhel\r\n02\r\nlo\r\n0\r\nTrailer: t\r\n\r\n\
            \r\nGET /3 HTTP/1.0\r\n\r\n
            """)

        #expect(
            transcript.entries == [
                .head("POST /1 - Host=a|Content-Length=5 declared(5) false true false"),
                .body(Array("hello".utf8)), .end,
                .head("POST /2 - Host=a|Transfer-Encoding=Chunked chunked false true false"),
                .body(Array("hello".utf8)), .end,
                .head("GET /3 -  none true false false"),
            ])
    }

    @Test func boundsAreReachedBeforeTheyArePassed() {
        let fields = Array(repeating: "X: a\r\n", count: 99).joined()
        #expect(isHead(Transcript("GET / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")))

        let target = String(repeating: "a", count: 8192 - "GET / HTTP/1.1".utf8.count)
        #expect(isHead(Transcript("GET /\(target) HTTP/1.1\r\nHost: a\r\n\r\n")))

        let rest = 16 * 1024 - "GET / HTTP/1.1\r\nHost: a\r\nX: \r\n\r\n".utf8.count
        let value = String(repeating: "a", count: rest)
        #expect(isHead(Transcript("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)\r\n\r\n")))
        #expect(!isHead(Transcript("GET / HTTP/1.1\r\nHost: a\r\nX: \(value)b\r\n\r\n")))
    }

    @Test func aChunkedBodyPastItsBoundIsRefused() {
        var bounds = Decoder.Bounds()
        bounds.bodyBytes = 8
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        let fits = Transcript(
            Array("\(head)4\r\nabcd\r\n4\r\nabcd\r\n0\r\n\r\n".utf8), cuts: [], bounds: bounds)
        let exceeds = Transcript(
            Array("\(head)4\r\nabcd\r\n5\r\nabcde\r\n0\r\n\r\n".utf8), cuts: [], bounds: bounds)

        #expect(fits.entries.last == .end)
        #expect(exceeds.entries.last == .refused(413, "the body is too large"))
    }

    private func isHead(_ transcript: Transcript) -> Bool {
        if case .head = transcript.entries.last { true } else { false }
    }
}
