@testable import HTTPClient
import Testing

/// What can be told of a URL before anything is looked up.
@Suite struct URLTests {
    @Test(arguments: [
        "http://example.com", "https://example.com/", "HTTPS://EXAMPLE.COM/A",
        "http://example.com.",
        "http://example.com?a=b", "http://example.com#a", "http://example.com:1/",
        "http://example.com:65535/", "http://example.com:080/",
        "http://a_b.example-c.com/~a@b:c/%00?[]",
        "http://8.8.8.8/", "http://134744072/", "http://[2606:4700::1111]:443/",
        "http://xn--bcher-kva.example/", "http://1.2.3.4.example/", "http://localhost.example/",
        "http://127.0.0.1.nip.io/", "http://example.com/\(String(repeating: "a", count: 2029))",
    ])
    func aUsualURLPasses(url: String) {
        #expect(AddressFilter().refusal(ofURL: url) == nil)
    }

    @Test(arguments: [
        ("", "it does not begin with http:// or https://"),
        ("example.com", "it does not begin with http:// or https://"),
        ("//example.com", "it does not begin with http:// or https://"),
        ("ftp://example.com", "it does not begin with http:// or https://"),
        ("file:///etc/passwd", "it does not begin with http:// or https://"),
        ("http:/example.com", "it does not begin with http:// or https://"),
        ("http:example.com", "it does not begin with http:// or https://"),
        ("httpss://example.com", "it does not begin with http:// or https://"),
        ("http://", "it has no host"),
        ("http:///example.com", "it has no host"),
        ("http://?a", "it has no host"),
        ("http://#a", "it has no host"),
        ("http://:80/", "it has no host"),
        ("http://./", "it has no host"),
        ("http://a@example.com/", "it holds a user name or password"),
        ("http://a:b@example.com/", "it holds a user name or password"),
        ("http://@example.com/", "it holds a user name or password"),
        ("http://8.8.8.8:80@127.0.0.1/", "it holds a user name or password"),
        ("http://example.com:/", "its port is not a number from 1 to 65535"),
        ("http://example.com:0/", "its port is not a number from 1 to 65535"),
        ("http://example.com:65536/", "its port is not a number from 1 to 65535"),
        ("http://example.com:-1/", "its port is not a number from 1 to 65535"),
        ("http://example.com:+80/", "its port is not a number from 1 to 65535"),
        ("http://example.com:80:80/", "its port is not a number from 1 to 65535"),
        ("http://example.com:http/", "its port is not a number from 1 to 65535"),
        ("http://[::1/", "its host is no IPv6 address"),
        ("http://[]/", "its host is no IPv6 address"),
        ("http://[127.0.0.1]/", "its host is no IPv6 address"),
        ("http://[fe80::1%25eth0]/", "its host is no IPv6 address"),
        ("http://[::1]80/", "its host is no IPv6 address"),
        ("http://[::1].example.com/", "its host is no IPv6 address"),
        ("http://::1/", "its port is not a number from 1 to 65535"),
        ("http://a..b/", "its host is no name and no address"),
        ("http://.a/", "its host is no name and no address"),
        ("http://a../", "its host is no name and no address"),
        ("http://%31%32%37.0.0.1/", "its host is no name and no address"),
        ("http://ex*mple.com/", "its host is no name and no address"),
        ("http://a,b/", "its host is no name and no address"),
        ("http://1.2.3.4.5/", "its host is no name and no address"),
        ("http://256.1.1.1/", "its host is no name and no address"),
        ("http://127.0.0.08/", "its host is no name and no address"),
        ("http://4294967296/", "its host is no name and no address"),
        ("http://0x7f.example.0x1g/", "its host is no name and no address"),
        ("http://example.com/a b", "it holds a character that must be percent-encoded"),
        ("http://example.com/a\tb", "it holds a character that must be percent-encoded"),
        ("http://example.com/\r\nX: y", "it holds a character that must be percent-encoded"),
        ("http://example.com/\0", "it holds a character that must be percent-encoded"),
        ("http://example.com\\@127.0.0.1/", "it holds a character that must be percent-encoded"),
        ("http://bücher.example/", "it holds a character that must be percent-encoded"),
        ("http://１２７.0.0.1/", "it holds a character that must be percent-encoded"),
        (" http://example.com/", "it holds a character that must be percent-encoded"),
        ("http://\(String(repeating: "a", count: 254))/", "its host is too long"),
        (
            "http://example.com/\(String(repeating: "a", count: 2030))",
            "it is longer than 2048 bytes"
        ),
    ])
    func anOddURLIsRefusedWithAReason(url: String, reason: String) {
        #expect(AddressFilter().refusal(ofURL: url) == .malformedURL(reason))
    }

    @Test(arguments: [
        ("127.0.0.1", "127.0.0.1 is a loopback address"),
        ("127.0.0.1.", "127.0.0.1 is a loopback address"),
        ("127.1", "127.0.0.1 is a loopback address"),
        ("127.0.1", "127.0.0.1 is a loopback address"),
        ("0177.0.0.1", "127.0.0.1 is a loopback address"),
        ("0x7f.1", "127.0.0.1 is a loopback address"),
        ("0X7F000001", "127.0.0.1 is a loopback address"),
        ("2130706433", "127.0.0.1 is a loopback address"),
        ("017700000001", "127.0.0.1 is a loopback address"),
        ("0", "0.0.0.0 is an address of \"this network\""),
        ("[::1]", "::1 is a loopback address"),
        ("[0:0:0:0:0:0:0:1]", "::1 is a loopback address"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1 is a loopback address"),
        ("[::FFFF:7f00:1]", "::ffff:127.0.0.1 is a loopback address"),
        ("[::]", ":: is the unspecified address"),
        ("[64:ff9b::10.0.0.1]", "64:ff9b::a00:1 is a private address"),
        ("169.254.169.254", "169.254.169.254 is a cloud's metadata address"),
        ("0xa9fea9fe", "169.254.169.254 is a cloud's metadata address"),
        ("localhost", "127.0.0.1 is a loopback address"),
        ("LocalHost", "127.0.0.1 is a loopback address"),
        ("localhost.", "127.0.0.1 is a loopback address"),
        ("a.b.localhost", "127.0.0.1 is a loopback address"),
    ])
    func anAddressInAURLIsJudgedHoweverItIsWritten(host: String, reason: String) {
        for url in ["http://\(host)/", "https://\(host):8443?a"] {
            #expect(AddressFilter().refusal(ofURL: url) == .addressRefused(reason))
        }
    }

    @Test func localhostMayBeCalledWhenOneOfItsAddressesMay() throws {
        for range in ["127.0.0.0/8", "::1"] {
            let filter = try AddressFilter(allowing: range)
            #expect(filter.refusal(ofURL: "http://localhost/") == nil)
        }
    }
}
