import GatewaySupport
import SeedSupport
import Signing
import Testing
import Units

@testable import Gateway

@Suite struct DoorkeeperTests {
    private let time = MovingClock()
    private let doorkeeper: Doorkeeper
    private let home: IPAddress

    init() throws {
        doorkeeper = Doorkeeper(failedKeysPerMinute: 60, readsPerMinute: 600, clock: time.clock)
        home = try #require(IPAddress("192.0.2.1"))
    }

    private static func key(_ number: UInt64) -> KeyHash {
        var random = SeededRandom(seed: number)
        return KeyHash(bytes: (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) })
    }

    /// The refusal of a key from an address; nil when it may be looked up.
    private func refusal(_ key: KeyHash?, from address: IPAddress) -> Refusal? {
        do throws(Refusal) {
            try doorkeeper.admit(key, from: address)
            return nil
        } catch { return error }
    }

    /// Guesses until it is told to wait; how often that went well.
    private func guesses(from address: IPAddress, atMost most: Int = 100) -> Int {
        for count in 0..<most {
            guard refusal(Self.key(UInt64(count)), from: address) == nil else { return count }
            doorkeeper.refused(Self.key(UInt64(count)), from: address, as: .keyInvalid)
        }
        return most
    }

    @Test func anAddressGuessesTwentyTimesAndThenOnceASecond() throws {
        #expect(guesses(from: home) == 20)
        let told = try #require(refusal(nil, from: home))
        #expect(told.kind == .rateLimited && told.retryAfter == .seconds(1))
        #expect(told.limit?.limit == "failed_keys" && told.limit?.scope == .address)
        time.pass(.milliseconds(999))
        #expect(guesses(from: home) == 0)
        time.pass(.milliseconds(1))
        #expect(guesses(from: home) == 1)
        time.pass(.seconds(600))
        #expect(guesses(from: home) == 20)
    }

    @Test func aKnownKeyIsNotSlowedByOthersGuesses() throws {
        doorkeeper.found(Self.key(1 << 40))
        #expect(guesses(from: home) == 20)
        #expect(refusal(Self.key(1 << 40), from: home) == nil)
        #expect(refusal(Self.key(1 << 41), from: home) != nil)
        // Nor is anybody elsewhere.
        #expect(refusal(Self.key(1 << 41), from: try #require(IPAddress("192.0.2.2"))) == nil)
        #expect(refusal(Self.key(1 << 40), from: home) == nil)
    }

    @Test(arguments: [Refusal.Kind.keyInvalid, .keyRevoked, .keyExpired, .accountSuspended])
    func aKeyThatTheDatabaseRefusesIsKnownNoLonger(kind: Refusal.Kind) {
        doorkeeper.found(Self.key(1 << 40))
        doorkeeper.refused(Self.key(1 << 40), from: home, as: kind)
        _ = guesses(from: home)
        #expect(refusal(Self.key(1 << 40), from: home) != nil)
    }

    @Test(arguments: [Refusal.Kind.keyRevoked, .keyExpired, .accountSuspended])
    func aKeyThatWasGoodOnceIsNotSentWithoutEnd(kind: Refusal.Kind) {
        for _ in 0..<20 { doorkeeper.refused(Self.key(1), from: home, as: kind) }
        #expect(refusal(Self.key(1), from: home)?.kind == .rateLimited)
    }

    @Test func whoeverHasAGoodKeyHasNotGuessed() {
        let failures: [Refusal.Kind] = [.keyInvalid, .keyRevoked, .keyExpired, .accountSuspended]
        for kind in Refusal.Kind.allCases where !failures.contains(kind) {
            for _ in 0..<100 { doorkeeper.refused(Self.key(1), from: home, as: kind) }
        }
        #expect(guesses(from: home) == 20)
    }

    @Test func aKeyThatIsNotUsedIsForgotten() {
        doorkeeper.found(Self.key(1 << 40))
        time.pass(.seconds(299))
        _ = guesses(from: home)
        #expect(refusal(Self.key(1 << 40), from: home) == nil)
        time.pass(.seconds(301))
        _ = guesses(from: home)
        #expect(refusal(Self.key(1 << 40), from: home) != nil)
    }

    @Test func anIPv6NetworkIsOneAddress() throws {
        #expect(guesses(from: try #require(IPAddress("2001:db8:1:1::1"))) == 20)
        #expect(guesses(from: try #require(IPAddress("2001:db8:1:1:ffff::1"))) == 0)
        #expect(guesses(from: try #require(IPAddress("2001:db8:1:2::1"))) == 20)
    }

    @Test func aCrowdOfGuessesAtOnceShutsAnAddressForAMinuteAtMost() throws {
        for number in 0..<10_000 {
            doorkeeper.refused(Self.key(UInt64(number)), from: home, as: .keyInvalid)
        }
        let wait = try #require(refusal(nil, from: home)?.retryAfter)
        #expect(wait > .seconds(59) && wait <= .seconds(61))
    }

    /// Nothing is put out to make room: a flood of addresses frees nobody, and shuts nobody else.
    @Test func manyAddressesMakeNobodyForgotten() throws {
        #expect(guesses(from: home) == 20)
        for number in 0..<UInt32(100_000) {
            doorkeeper.refused(nil, from: .v4(0x0A00_0000 + number), as: .keyInvalid)
        }
        #expect(guesses(from: home) == 0)
        // They share buckets with strangers, by chance: what is left of twenty is hardly less.
        let left = (0..<UInt32(100)).map { guesses(from: .v4(0x6440_0000 + $0)) }
        #expect(left.filter { $0 < 15 }.count < 5)
    }

    @Test func aKeyInUseStaysKnownAmongVeryMany() {
        for number in 0..<UInt64(100_000) {
            if number.isMultiple(of: 1000) { doorkeeper.found(Self.key(1 << 40)) }
            doorkeeper.found(Self.key(number))
        }
        _ = guesses(from: home)
        #expect(refusal(Self.key(1 << 40), from: home) == nil)
        // The oldest of the others made room.
        #expect(refusal(Self.key(0), from: home) != nil)
    }

    @Test func readsOfAKeyHaveALimitOfTheirOwn() throws {
        func reads(_ key: KeyHash) -> Int {
            for count in 0..<1000 {
                do throws(Refusal) { try doorkeeper.read(by: key) } catch { return count }
            }
            return 1000
        }
        // Of a key that is not known, the database knows.
        #expect(reads(Self.key(1)) == 1000 && doorkeeper.reads(of: Self.key(1)) == nil)
        doorkeeper.found(Self.key(1))
        doorkeeper.found(Self.key(2))
        #expect(reads(Self.key(1)) == 60)
        #expect(reads(Self.key(2)) == 60)
        time.pass(.seconds(1))
        #expect(doorkeeper.reads(of: Self.key(1))?.left == .count(10))
        // Being found good again, and growing old, change nothing of it.
        doorkeeper.found(Self.key(1))
        #expect(reads(Self.key(1)) == 10)
        let refusal = #expect(throws: Refusal.self) { try doorkeeper.read(by: Self.key(1)) }
        #expect(refusal?.retryAfter == .milliseconds(100))
        #expect(
            refusal?.limit
                == LimitReading(
                    limit: "reads_per_minute", scope: .key, most: .count(600), left: .count(0),
                    resetsIn: .seconds(6)))
    }
}
