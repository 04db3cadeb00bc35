import HTTP
import Testing
import Units

/// Whom proxies say a call came from, and who of them is believed.
@Suite struct CallerTests {
    @Test(arguments: [
        // What the peer itself says counts if it is trusted, and so on to the left.
        ("10.0.0.1", ["192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6, 192.0.2.1"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6, 192.0.2.1, 10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6", "192.0.2.1,10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["6.6.6.6, 192.0.2.1", "10.0.0.2"], "192.0.2.1"),
        ("192.0.2.9", ["10.0.0.1"], "192.0.2.9"),
        // Nobody but proxies: the first of them.
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [], "10.0.0.1"),
        // The account ends where it cannot be read.
        ("10.0.0.1", ["192.0.2.1, unknown, 10.0.0.2"], "10.0.0.2"),
        ("10.0.0.1", ["192.0.2.1, "], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", ["192.0.2.256"], "10.0.0.1"),
        // Ports, brackets, mapped addresses.
        ("10.0.0.1", ["192.0.2.1:4711"], "192.0.2.1"),
        ("10.0.0.1", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.0.0.1", ["\t2001:db8::1 "], "2001:db8::1"),
        ("10.0.0.1", ["192.0.2.1, ::ffff:10.0.0.2"], "192.0.2.1"),
        ("10.0.0.1", ["::ffff:192.0.2.1"], "192.0.2.1"),
    ])
    func theCallerIsTheLastThatIsNoProxyOfOurs(
        peer: String, lines: [String], caller: String
    ) throws {
        let trusted = try AddressRanges("10.0.0.0/8")
        let headers = Headers(lines.map { .init(name: "x-forwarded-for", value: $0) })
        let found = headers.caller(before: try #require(IPAddress(peer)), trusting: trusted)
        #expect(found.description == caller)
    }
}
