@testable import HTTPClient
import Units
import Testing

/// Which addresses may be reached.
@Suite struct AddressFilterTests {
    /// Each range by its first and last address, and what they are called. Neighbours that are not
    /// in another range may be reached.
    static let denied: [(first: String, last: String, name: String)] = [
        ("0.0.0.0", "0.255.255.255", "an address of \"this network\""),
        ("10.0.0.0", "10.255.255.255", "a private address"),
        ("100.64.0.0", "100.127.255.255", "a carrier-grade NAT address"),
        ("127.0.0.0", "127.255.255.255", "a loopback address"),
        ("169.254.0.0", "169.254.169.253", "a link-local address"),
        ("169.254.169.254", "169.254.169.254", "a cloud's metadata address"),
        ("169.254.169.255", "169.254.255.255", "a link-local address"),
        ("168.63.129.16", "168.63.129.16", "a cloud's metadata address"),
        ("172.16.0.0", "172.31.255.255", "a private address"),
        ("192.0.0.0", "192.0.0.255", "an address reserved for protocols"),
        ("192.0.2.0", "192.0.2.255", "a documentation address"),
        ("192.88.99.0", "192.88.99.255", "a 6to4 relay address"),
        ("192.168.0.0", "192.168.255.255", "a private address"),
        ("198.18.0.0", "198.19.255.255", "a benchmarking address"),
        ("198.51.100.0", "198.51.100.255", "a documentation address"),
        ("203.0.113.0", "203.0.113.255", "a documentation address"),
        ("224.0.0.0", "239.255.255.255", "a multicast address"),
        ("240.0.0.0", "255.255.255.254", "a reserved address"),
        ("255.255.255.255", "255.255.255.255", "the broadcast address"),
        ("::", "::", "the unspecified address"),
        ("::1", "::1", "a loopback address"),
        ("::2", "::255.255.255.255", "an IPv4-compatible address"),
        ("::ffff:0:0:0", "::ffff:0:ffff:ffff", "an IPv4-translated address"),
        ("::ffff:10.0.0.0", "::ffff:10.255.255.255", "a private address"),
        ("::ffff:127.0.0.0", "::ffff:127.255.255.255", "a loopback address"),
        ("64:ff9b::a00:0", "64:ff9b::aff:ffff", "a private address"),
        ("64:ff9b::a9fe:a9fe", "64:ff9b::a9fe:a9fe", "a cloud's metadata address"),
        ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "a NAT64 address for local use"),
        ("2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "a Teredo address"),
        ("2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "an address reserved for protocols"),
        ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "a documentation address"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a 6to4 address"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "a documentation address"),
        ("fc00::", "fd00:ec2::253", "a private address"),
        ("fd00:ec2::254", "fd00:ec2::254", "a cloud's metadata address"),
        ("fd00:ec2::255", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a private address"),
        ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a link-local address"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a site-local address"),
        ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "a multicast address"),
    ]

    @Test(arguments: denied)
    func aRangeIsDeniedFromItsFirstToItsLast(
        range: (first: String, last: String, name: String)
    ) throws {
        let filter = AddressFilter()
        for text in [range.first, range.last] {
            let address = try #require(IPAddress(text))
            #expect(filter.refusal(of: address) == "\(text) is \(range.name)")
        }
    }

    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
        "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "168.63.129.15",
        "168.63.129.17", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
        "192.0.1.255", "192.0.3.0", "192.88.98.255", "192.88.100.0", "192.167.255.255",
        "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0",
        "203.0.112.255", "203.0.114.0", "223.255.255.255", "8.8.8.8", "2000::",
        "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::",
        "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::",
        "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::",
        "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::",
        "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2606:4700::1111", "::ffff:8.8.8.8",
        "::ffff:9.255.255.255", "::ffff:11.0.0.0", "64:ff9b::808:808",
    ])
    func aPublicAddressMayBeReached(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(AddressFilter().refusal(of: address) == nil)
    }

    @Test(arguments: [
        "::1:0:0", "::fffe:ffff:ffff", "::1:0:0:0", "64:ff9b::1:0:0", "64:ff9a::",
        "64:ff9b:0:ffff::", "64:ff9b:2::", "100::", "1fff:ffff::", "4000::", "5f00::",
        "fbff:ffff::", "fe00::", "fe7f:ffff::",
    ])
    func whatIsNotGlobalMayNot(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(
            AddressFilter().refusal(of: address)
                == "\(text) is outside of the global addresses (2000::/3)")
    }

    @Test func anAllowedRangeLiftsTheDenialUpToItsEnds() throws {
        let filter = try AddressFilter(
            allowing: " 10.1.0.0/16 ,::1/128, 169.254.169.254,fd12::/16 ")
        for text in [
            "10.1.0.0", "10.1.255.255", "::1", "169.254.169.254", "fd12::", "::ffff:10.1.2.3",
            "64:ff9b::a01:203", "8.8.8.8",
        ] {
            #expect(filter.refusal(of: try #require(IPAddress(text))) == nil, "\(text)")
        }
        for text in [
            "10.0.255.255", "10.2.0.0", "::2", "169.254.169.253", "fd11:ffff::", "fd13::",
            "::ffff:10.2.0.0", "127.0.0.1",
        ] {
            #expect(filter.refusal(of: try #require(IPAddress(text))) != nil, "\(text)")
        }
    }

    @Test func theWholeOfEitherKindCanBeAllowed() throws {
        let filter = try AddressFilter(allowing: "0.0.0.0/0,::/0")
        for (first, last, _) in Self.denied {
            #expect(filter.refusal(of: try #require(IPAddress(first))) == nil)
            #expect(filter.refusal(of: try #require(IPAddress(last))) == nil)
        }
    }

    @Test(arguments: ["", " ", "\t"])
    func anEmptyListAllowsNothing(text: String) throws {
        let filter = try AddressFilter(allowing: text)
        #expect(filter.refusal(of: try #require(IPAddress("127.0.0.1"))) != nil)
    }

    @Test(arguments: [
        ("10.0.0.0/8,", "a range of addresses is empty"),
        (",", "a range of addresses is empty"),
        ("10.0.0.0/8,,::1", "a range of addresses is empty"),
        ("localhost", "localhost is no address or range of addresses"),
        ("10/8", "10/8 is no address or range of addresses"),
        ("127.1", "127.1 is no address or range of addresses"),
        ("[::1]/128", "[::1]/128 is no address or range of addresses"),
        ("fe80::1%eth0", "fe80::1%eth0 is no address or range of addresses"),
        ("10.0.0.0/33", "10.0.0.0/33 needs a number from 0 to 32 after its slash"),
        ("10.0.0.0/", "10.0.0.0/ needs a number from 0 to 32 after its slash"),
        ("10.0.0.0/+8", "10.0.0.0/+8 needs a number from 0 to 32 after its slash"),
        ("10.0.0.0/8/8", "10.0.0.0/8/8 needs a number from 0 to 32 after its slash"),
        ("::/129", "::/129 needs a number from 0 to 128 after its slash"),
        ("10.0.0.1/8", "10.0.0.1/8 has bits set after the first 8"),
        ("::1/127", "::1/127 has bits set after the first 127"),
        ("/", "/ is no address or range of addresses"),
    ])
    func aListThatCannotBeReadSaysWhy(text: String, sentence: String) {
        let failure = #expect(throws: AddressFilter.Unreadable.self) {
            try AddressFilter(allowing: text)
        }
        #expect(failure?.description == sentence)
    }

    @Test func aListIsBounded() {
        #expect(throws: AddressFilter.Unreadable.self) {
            try AddressFilter(allowing: String(repeating: "::1,", count: 100) + "::1")
        }
    }
}
