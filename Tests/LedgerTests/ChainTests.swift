import Ledger
import Signing
import Testing
import Units

@Suite struct ChainTests {
    private let now = Timestamp(microseconds: 1_795_262_400_000_001)

    @Test func aHashCoversTheOneBeforeItAndEveryColumn() throws {
        var wallet = Wallet.sample()
        let first = wallet.credit(
            .dollars(5), from: .funding, reason: "first | deposit", as: ID(high: 2, low: 2),
            at: now)
        try wallet.hold(.dollars(1))
        let second = wallet.capture(
            .dollars(1), of: .dollars(1), for: ID(high: 3, low: 3),
            as: ID(high: 4, low: 4), at: now)

        // Written out by hand: the order and the spelling are a format that the audit repeats.
        let account = "00000000-0000-0001-0000-000000000001"
        let firstText =
            "1|live|\(account)|00000000-0000-0002-0000-000000000002|funding|wallet|5000000000|0||"
            + "1795262400000001|first | deposit"
        let firstHash = SHA256.digest([UInt8](repeating: 0, count: 32) + Array(firstText.utf8))
        #expect(first.link == Chain(number: 1, hash: firstHash))
        let secondText =
            "2|live|\(account)|00000000-0000-0004-0000-000000000004|wallet|revenue|1000000000|"
            + "1000000000|00000000-0000-0003-0000-000000000003|1795262400000001|generation"
        #expect(second.link.hash == SHA256.digest(firstHash + Array(secondText.utf8)))
        #expect(second.link.number == 2)
        #expect(wallet.chain == second.link)
    }

    @Test func twoWaysToTheSameBalanceHaveDifferentHeads() {
        var one = Wallet.sample()
        _ = one.credit(.dollars(3), from: .funding, reason: "", as: ID(high: 9, low: 1), at: now)
        var two = Wallet.sample()
        _ = two.credit(.dollars(1), from: .funding, reason: "", as: ID(high: 9, low: 1), at: now)
        _ = two.credit(.dollars(2), from: .funding, reason: "", as: ID(high: 9, low: 2), at: now)
        #expect(one.posted == two.posted)
        #expect(one.chain.hash != two.chain.hash)
    }
}
