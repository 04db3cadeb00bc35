import HTTP
import HTTPClient
import Testing

/// Servers that are not there, or break off.
@Suite struct FailureTests {
    @Test func nobodyListens() async throws {
        let client = try localClient()
        let url = "http://127.0.0.1:\(try Origin.deadPort())/"
        await #expect(throws: HTTPClientFailure.cannotConnect) {
            try await client.send(patientRequest("GET", url))
        }
    }

    @Test func aNameThatCannotBe() async throws {
        // `.invalid` never resolves (RFC 6761), and a name that long is refused before it is asked
        // for.
        let name = String(repeating: "a", count: 64) + ".invalid"
        let client = try localClient()
        await #expect(throws: HTTPClientFailure.cannotResolve) {
            try await client.send(patientRequest("GET", "http://\(name)/"))
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nX-A",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n0\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ])
    func halfAnAnswerIsNone(said: String) async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say(said)
        }
        let client = try localClient()
        await expectBroken(client, patientRequest("GET", origin.url()))
    }

    @Test func aResetInMidBodyIsNoAnswer() async throws {
        let gate = Gate()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            gate.wait()
            visitor.reset()
        }
        let client = try localClient()
        gate.open()
        await expectBroken(client, patientRequest("GET", origin.url()))
    }

    @Test func aServerThatClosesInMidUploadIsNoAnswer() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.line()
            visitor.reset()
        }
        let client = try localClient()
        let body = [UInt8](repeating: 1, count: 5_000_000)
        await expectBroken(client, patientRequest("POST", origin.url(), body: body))
    }

    @Test func anEarlyAnswerToAnUploadIsSeen() async throws {
        let gate = Gate()
        let origin = try Origin { visitor in
            try visitor.say(
                "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            gate.wait()
        }
        let client = try localClient()
        let body = [UInt8](repeating: 1, count: 20_000_000)
        let reply = try await client.send(patientRequest("POST", origin.url(), body: body))
        #expect(reply.status == .contentTooLarge)
        gate.open()
    }

    @Test func plainTextIsNotTLS() async throws {
        let origin = try Origin { try $0.answer() }
        let client = try localClient()
        let failure = await #expect(throws: HTTPClientFailure.self) {
            try await client.send(patientRequest("GET", "https://127.0.0.1:\(origin.port)/"))
        }
        guard case .tls = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func aSentenceHoldsNothingOfTheURL() async throws {
        let origin = try Origin { $0.reset() }
        let client = try localClient()
        let urls = [
            origin.url("/?token=s3cret"), "http://127.0.0.1:\(try Origin.deadPort())/?s3cret",
            "http://user:s3cret@example.com/", "http://127.0.0.1:s3cret/",
            "http://10.0.0.1/?s3cret",
            "ftp://s3cret/",
        ]
        for url in urls {
            let failure = await #expect(throws: HTTPClientFailure.self) {
                try await client.send(
                    patientRequest("POST", url, headers: ["X-A": "s3cret"], body: [1]))
            }
            #expect(failure?.description.contains("s3cret") == false)
            #expect(!String(reflecting: failure).contains("s3cret"))
        }
    }

    private func expectBroken(
        _ client: HTTPClient, _ request: OutgoingRequest,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let failure = await #expect(
            throws: HTTPClientFailure.self, sourceLocation: sourceLocation
        ) {
            try await client.send(request)
        }
        guard case .broken = failure else {
            Issue.record("\(String(describing: failure))", sourceLocation: sourceLocation)
            return
        }
        #expect(failure?.isBeforeRequest == false, sourceLocation: sourceLocation)
    }
}
