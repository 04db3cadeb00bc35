import HTTP
import HTTPClient
import Testing

/// What a server, or too many callers, can take from us at most.
@Suite struct LimitTests {
    @Test(arguments: [true, false])
    func anAnswerOfTheLimitPassesAndOneByteMoreDoesNot(isDeclared: Bool) async throws {
        let origin = try Origin { visitor in
            let asked = try visitor.asked()
            let text = String(repeating: "a", count: asked.line.contains("more") ? 1001 : 1000)
            if isDeclared { return try visitor.answer(text) }
            try visitor.say("HTTP/1.1 200 OK\r\n\r\n\(text)")
        }
        let client = try localClient()
        var request = patientRequest("GET", origin.url())
        request.responseMaxBytes = 1000
        #expect(try await client.send(request).body.count == 1000)
        request.url = origin.url("/more")
        let tooMuch = request
        await #expect(throws: HTTPClientFailure.tooLarge(limitBytes: 1000)) {
            try await client.send(tooMuch)
        }
    }

    @Test func anEndlessAnswerIsCutOff() async throws {
        let gone = Signal()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say("HTTP/1.1 200 OK\r\n\r\n")
            defer { gone.raise() }
            while true { try visitor.say([UInt8](repeating: 0, count: 65_536)) }
        }
        let client = try localClient()
        await #expect(throws: HTTPClientFailure.tooLarge(limitBytes: 1024 * 1024)) {
            try await client.send(patientRequest("GET", origin.url()))
        }
        #expect(await gone.wait())
    }

    @Test(arguments: ["X-A: b\r\n", "X-A: \(String(repeating: "b", count: 10_000))\r\n"])
    func endlessHeadersAreCutOff(field: String) async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say("HTTP/1.1 200 OK\r\n")
            while true { try visitor.say(field) }
        }
        let client = try localClient()
        await #expect(throws: HTTPClientFailure.broken("its header is too large")) {
            try await client.send(patientRequest("GET", origin.url()))
        }
    }

    @Test(arguments: [100, 101])
    func aHundredHeadersPassAndOneMoreDoesNot(count: Int) async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            let fields = (1..<count).map { "X-\($0): a\r\n" }.joined()
            try visitor.answer("done", fields)
        }
        let client = try localClient()
        if count == 100 {
            let reply = try await client.send(patientRequest("GET", origin.url()))
            #expect(reply.headers.fields.count == 100)
        } else {
            await #expect(throws: HTTPClientFailure.broken("its header is too large")) {
                try await client.send(patientRequest("GET", origin.url()))
            }
        }
    }

    @Test func interimAnswersDoNotGoOnForEver() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            while true { try visitor.say("HTTP/1.1 103 Early Hints\r\nX-A: b\r\n\r\n") }
        }
        let client = try localClient()
        await #expect(throws: HTTPClientFailure.broken("its header is too large")) {
            try await client.send(patientRequest("GET", origin.url()))
        }
    }

    @Test func aSilentServerTimesOut() async throws {
        let gone = Signal()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            visitor.waitForEnd()
            gone.raise()
        }
        let client = try localClient()
        var request = patientRequest("GET", origin.url())
        request.timeout = .milliseconds(50)
        let silent = request
        await #expect(throws: HTTPClientFailure.timedOut) { try await client.send(silent) }
        #expect(await gone.wait())
    }

    @Test func aServerThatDripsTimesOutAllTheSame() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.say("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            visitor.waitForEnd()
        }
        let client = try localClient()
        var request = patientRequest("GET", origin.url())
        request.timeout = .milliseconds(50)
        let slow = request
        await #expect(throws: HTTPClientFailure.timedOut) { try await client.send(slow) }
    }

    @Test func aConnectionThatDoesNotComeTimesOut() async throws {
        // TLS with somebody who says nothing: connected, but not yet for our purposes.
        let origin = try Origin { $0.waitForEnd() }
        let client = try localClient()
        var request = patientRequest("GET", "https://127.0.0.1:\(origin.port)/")
        request.connectTimeout = .milliseconds(50)
        let mute = request
        await #expect(throws: HTTPClientFailure.connectTimedOut) {
            try await client.send(mute)
        }
    }

    @Test func tooManyCallsWaitAndOneMoreIsTurnedAway() async throws {
        let gate = Gate()
        let origin = try Origin { visitor in
            while true {
                _ = try visitor.asked()
                gate.wait()
                try visitor.answer()
            }
        }
        let client = try localClient {
            $0.transfersMax = 2
            $0.waitingMax = 3
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<5 {
                group.addTask { _ = try await client.send(patientRequest("GET", origin.url())) }
            }
            #expect(await eventually { client.calls == 5 && origin.connections == 2 })
            await #expect(throws: HTTPClientFailure.overloaded) {
                try await client.send(patientRequest("GET", origin.url()))
            }
            gate.open()
            try await group.waitForAll()
        }
        #expect(origin.connections == 2)
        #expect(client.calls == 0)
    }

    @Test func waitingForATurnCounts() async throws {
        let gate = Gate()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            gate.wait()
            try visitor.answer()
        }
        let client = try localClient { $0.transfersMax = 1 }
        async let first = client.send(patientRequest("GET", origin.url()))
        #expect(await eventually { origin.connections == 1 })
        var request = patientRequest("GET", origin.url())
        request.timeout = .milliseconds(20)
        let second = request
        await #expect(throws: HTTPClientFailure.timedOut) { try await client.send(second) }
        gate.open()
        #expect(try await first.status == .ok)
        #expect(client.calls == 0)
    }

    @Test func aLookUpThatFailsMakesRoomForTheNext() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.answer()
        }
        let client = try localClient { $0.lookupsMax = 1 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask {
                    // A label that long is refused before anybody is asked.
                    let name = String(repeating: "a", count: 70) + "\(number).invalid"
                    await #expect(throws: HTTPClientFailure.cannotResolve) {
                        try await client.send(patientRequest("GET", "http://\(name)/"))
                    }
                }
                group.addTask {
                    _ = try await client.send(patientRequest("GET", origin.url()))
                }
            }
            try await group.waitForAll()
        }
    }
}
