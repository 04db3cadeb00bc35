import Testing
import Units

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("::ffff:192.0.2.1", "192.0.2.1"), ("::ffff:0.0.0.0", "0.0.0.0"),
        ("192.0.2.1", "192.0.2.1"), ("::192.0.2.1", "::192.0.2.1"),
        ("::1:ffff:c000:201", "::1:ffff:c000:201"), ("2001:db8::1", "2001:db8::1"),
    ])
    func aMappedAddressIsTheOneInsideIt(text: String, normalised: String) throws {
        #expect(try #require(IPAddress(text)).normalised.description == normalised)
    }

    @Test func callersOfOneSmallestNetworkOfIPv6CountAsOne() throws {
        let unit = try #require(IPAddress("2001:db8:1:2:3:4:5:6")).throttlingUnit
        #expect(unit == IPAddress("2001:db8:1:2:ffff::")?.throttlingUnit)
        #expect(unit != IPAddress("2001:db8:1:3::")?.throttlingUnit)
        #expect(unit.description == "2001:db8:1:2::/64")
    }

    @Test func aCallerOfIPv4CountsAloneHoweverItIsWritten() throws {
        let unit = try #require(IPAddress("192.0.2.1")).throttlingUnit
        #expect(unit == IPAddress("::ffff:192.0.2.1")?.throttlingUnit)
        #expect(unit != IPAddress("192.0.2.2")?.throttlingUnit)
        #expect(unit.description == "192.0.2.1/32")
    }

    @Test func aListHoldsWhatItsRangesHold() throws {
        let list = try AddressRanges(" 10.0.0.0/8, ::1 ,192.0.2.7")
        for text in ["10.255.0.1", "::1", "192.0.2.7"] {
            #expect(list.contains(try #require(IPAddress(text))), "\(text)")
        }
        for text in ["11.0.0.0", "::2", "192.0.2.8", "::a00:1"] {
            #expect(!list.contains(try #require(IPAddress(text))), "\(text)")
        }
        #expect(try AddressRanges(" ").isEmpty)
    }
}
