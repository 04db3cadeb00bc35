@testable import HTTPClient
import Testing

/// The filter where it counts: at the socket.
@Suite struct ReachTests {
    @Test(arguments: ["127.0.0.1", "localhost", "a.localhost", "127.1", "0x7f000001", "[::1]"])
    func loopbackIsRefusedByDefault(host: String) async throws {
        let origin = try Origin { try $0.answer() }
        let client = HTTPClient()
        let failure = await #expect(throws: HTTPClientFailure.self) {
            try await client.send(patientRequest("GET", origin.url(host: host)))
        }
        guard case .addressRefused(let reason) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.hasSuffix("is a loopback address"))
        #expect(origin.connections == 0)
    }

    /// A name tells nothing when it is submitted; what it resolves to is judged at the socket.
    @Test func aNameThatLeadsToLoopbackIsRefused() async throws {
        let origin = try Origin { try $0.answer() }
        let client = HTTPClient(pinning("rebind.test:\(origin.port):127.0.0.1"))
        let url = origin.url(host: "rebind.test")
        #expect(AddressFilter().refusal(ofURL: url) == nil)
        await #expect(
            throws: HTTPClientFailure.addressRefused("127.0.0.1 is a loopback address")
        ) {
            try await client.send(patientRequest("GET", url))
        }
        #expect(origin.connections == 0)
    }

    @Test(arguments: [
        ("[::1]", "::1 is a loopback address"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1 is a loopback address"),
        ("[fd00:ec2::254]", "fd00:ec2::254 is a cloud's metadata address"),
        ("169.254.169.254", "169.254.169.254 is a cloud's metadata address"),
    ])
    func aNameIsJudgedByItsAddress(address: String, reason: String) async throws {
        let client = HTTPClient(pinning("name.test:80:\(address)"))
        await #expect(throws: HTTPClientFailure.addressRefused(reason)) {
            try await client.send(patientRequest("GET", "http://name.test/"))
        }
    }

    @Test func everyAddressOfANameIsJudged() async throws {
        let origin = try Origin { try $0.answer() }
        let client = HTTPClient(
            pinning("many.test:\(origin.port):10.0.0.1,[::1],[::ffff:127.0.0.1],169.254.169.254"))
        let failure = await #expect(throws: HTTPClientFailure.self) {
            try await client.send(patientRequest("GET", origin.url(host: "many.test")))
        }
        guard case .addressRefused = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(origin.connections == 0)
    }

    @Test func anAllowedAddressBesideARefusedOneIsReached() async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.answer()
        }
        var settings = pinning("two.test:\(origin.port):10.0.0.1,127.0.0.1")
        settings.addresses = try AddressFilter(allowing: "127.0.0.0/8")
        let client = HTTPClient(settings)
        let reply = try await client.send(patientRequest("GET", origin.url(host: "two.test")))
        #expect(reply.text == "done")
    }

    @Test func anAllowedAddressThatDoesNotAnswerIsNotCalledRefused() async throws {
        let port = try Origin.deadPort()
        var settings = pinning("two.test:\(port):10.0.0.1,127.0.0.1")
        settings.addresses = try AddressFilter(allowing: "127.0.0.0/8")
        let client = HTTPClient(settings)
        await #expect(throws: HTTPClientFailure.cannotConnect) {
            try await client.send(patientRequest("GET", "http://two.test:\(port)/"))
        }
    }

    @Test(arguments: ["localhost", "127.0.0.1", "127.1", "2130706433", "LOCALHOST"])
    func anAllowedHostIsReached(host: String) async throws {
        let origin = try Origin { visitor in
            _ = try visitor.asked()
            try visitor.answer()
        }
        let reply = try await localClient().send(patientRequest("GET", origin.url(host: host)))
        #expect(reply.text == "done")
    }

    private func pinning(_ line: String) -> HTTPClient.Settings {
        var settings = HTTPClient.Settings()
        settings.pinned = [line]
        return settings
    }
}
