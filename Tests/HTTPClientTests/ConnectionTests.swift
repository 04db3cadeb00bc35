import HTTP
import HTTPClient
import Testing
import Threads

/// Which connections are used, kept, and ended.
@Suite struct ConnectionTests {
    @Test func aConnectionIsUsedAgain() async throws {
        let origin = try Origin { visitor in
            while true {
                _ = try visitor.asked()
                try visitor.answer("\(visitor.number)")
            }
        }
        let client = try localClient()
        for method in ["GET", "POST", "PUT", "HEAD", "DELETE", "GET"] {
            // Not a server that answers HEAD rightly; that one goes without a body.
            if method == "HEAD" { continue }
            let reply = try await client.send(patientRequest(method, origin.url(), body: [1]))
            #expect(reply.text == "1")
        }
        #expect(origin.connections == 1)
    }

    @Test func aConnectionThatTheServerEndsIsNot() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.answer("\(visitor.number)", "Connection: close\r\n")
        }
        let client = try localClient()
        for number in 1...3 {
            let reply = try await client.send(patientRequest("POST", origin.url(), body: [1]))
            #expect(reply.text == "\(number)")
        }
    }

    /// The server takes the second request on a kept connection and ends without an answer: whether
    /// it acted on it, nobody knows.
    @Test(arguments: [("POST", [1]), ("POST", []), ("PATCH", [1])] as [(String, [UInt8])])
    func whatMayNotBeDoneTwiceIsSentOnce(method: String, body: [UInt8]) async throws {
        let taken = Signal()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            if visitor.number == 1 { try visitor.answer() }
            if visitor.number == 1 { _ = try visitor.asked() }
            taken.raise()
        }
        let client = try localClient()
        _ = try await client.send(patientRequest("GET", origin.url()))
        let failure = await #expect(throws: HTTPClientFailure.self) {
            try await client.send(patientRequest(method, origin.url(), body: body))
        }
        guard case .broken = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        client.close()
        #expect(taken.count == 1)
    }

    @Test func whatMayBeDoneTwiceIsSentAgain() async throws {
        let origin = try Origin { visitor in
            let asked = try visitor.asked()
            try visitor.answer("\(visitor.number) \(asked.body)")
            if visitor.number == 1 { _ = try visitor.asked() }
        }
        let client = try localClient()
        for answer in ["1 [7]", "2 [7]"] {
            let reply = try await client.send(patientRequest("PUT", origin.url(), body: [7]))
            #expect(reply.text == answer)
        }
    }

    @Test func aCancelledCallEndsItsConnection() async throws {
        let started = Signal()
        let gone = Signal()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            started.raise()
            visitor.waitForEnd()
            gone.raise()
        }
        let client = try localClient()
        let call = Task { try await client.send(patientRequest("GET", origin.url())) }
        #expect(await started.wait())
        call.cancel()
        await #expect(throws: HTTPClientFailure.cancelled) { try await call.value }
        #expect(await gone.wait())
        #expect(await eventually { client.calls == 0 })
    }

    @Test func aCallCancelledBeforeItBeginsNeverLeaves() async throws {
        let origin = try Origin { try $0.answer() }
        let client = try localClient()
        let call = Task {
            unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
            return try await client.send(patientRequest("GET", origin.url()))
        }
        await #expect(throws: HTTPClientFailure.cancelled) { try await call.value }
        #expect(client.calls == 0)
        #expect(origin.connections == 0)
    }

    @Test func aCallCancelledWhileItWaitsMakesRoom() async throws {
        let gate = Gate()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            gate.wait()
            try visitor.answer()
        }
        let client = try localClient {
            $0.transfersMax = 1
            $0.waitingMax = 1
        }
        async let first = client.send(patientRequest("GET", origin.url()))
        #expect(await eventually { origin.connections == 1 })
        let second = Task { try await client.send(patientRequest("GET", origin.url())) }
        #expect(await eventually { client.calls == 2 })
        second.cancel()
        await #expect(throws: HTTPClientFailure.cancelled) { try await second.value }
        #expect(await eventually { client.calls == 1 })
        gate.open()
        #expect(try await first.status == .ok)
        #expect(origin.connections == 1)
    }

    @Test func closingFailsWhatIsUnderWayAndWhatWaits() async throws {
        let gone = Signal()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            visitor.waitForEnd()
            gone.raise()
        }
        let client = try localClient { $0.transfersMax = 2 }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    await #expect(throws: HTTPClientFailure.closed) {
                        try await client.send(patientRequest("GET", origin.url()))
                    }
                }
            }
            #expect(await eventually { client.calls == 4 && origin.connections == 2 })
            client.close()
        }
        #expect(await gone.wait(2))
        #expect(client.calls == 0)
        await #expect(throws: HTTPClientFailure.closed) {
            try await client.send(patientRequest("GET", origin.url()))
        }
        client.close()
    }

    @Test func closingEndsTheConnectionsThatAreKept() async throws {
        let gone = Signal()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.answer()
            visitor.waitForEnd()
            gone.raise()
        }
        let client = try localClient()
        _ = try await client.send(patientRequest("GET", origin.url()))
        client.close()
        #expect(await gone.wait())
        #expect(client.calls == 0)
    }

    @Test func aForgottenClientEndsItsConnections() async throws {
        let gone = Signal()
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.answer()
            visitor.waitForEnd()
            gone.raise()
        }
        _ = try await localClient().send(patientRequest("GET", origin.url()))
        #expect(await gone.wait())
    }
}
