import HTTP
import HTTPClient
import Testing

/// Requests that could be read as something else never leave.
@Suite struct RequestCheckTests {
    @Test(arguments: ["", "GET /", "G\r\nX: y", "GÉT", "CONNECT"])
    func anOddMethodIsRefused(method: String) async throws {
        try await expectRefused(patientRequest(method, "http://127.0.0.1/"))
    }

    @Test(arguments: ["", "A B", "A:", "A\r\nB", "Ä"])
    func anOddHeaderNameIsRefused(name: String) async throws {
        try await expectRefused(patientRequest("GET", "http://127.0.0.1/", headers: [name: "x"]))
    }

    @Test(arguments: ["a\r\nX-Injected: b", "a\nb", "a\rb", "a\0b", "\u{7F}"])
    func anOddHeaderValueIsRefused(value: String) async throws {
        try await expectRefused(
            patientRequest("GET", "http://127.0.0.1/", headers: ["X-A": value]))
    }

    @Test(arguments: ["Host", "content-length", "Transfer-Encoding", "EXPECT", "Connection"])
    func theClientsOwnHeadersAreRefused(name: String) async throws {
        try await expectRefused(patientRequest("GET", "http://127.0.0.1/", headers: [name: "1"]))
    }

    @Test func tooManyHeadersAreRefused() async throws {
        let many = Headers((0...100).map { Headers.Field(name: "X-\($0)", value: "") })
        try await expectRefused(patientRequest("GET", "http://127.0.0.1/", headers: many))
        let long = Headers([Headers.Field(name: "X", value: String(repeating: "a", count: 65_536))])
        try await expectRefused(patientRequest("GET", "http://127.0.0.1/", headers: long))
    }

    private func expectRefused(_ request: OutgoingRequest) async throws {
        let client = try localClient()
        let failure = await #expect(throws: HTTPClientFailure.self) {
            try await client.send(request)
        }
        guard case .malformedRequest = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(failure?.isBeforeRequest == true)
    }
}
