import SeedSupport
import Signing
import Testing
import Units

@Suite struct KeyTextTests {
    private static func key(_ mode: Mode, seed: UInt64) -> KeyText {
        var random = SeededRandom(seed: seed)
        return KeyText(mode: mode, using: &random)
    }

    private static func pepper(_ text: String) throws -> Pepper {
        try #require(Pepper(Secret(text)))
    }

    @Test(arguments: Mode.allCases, 0..<20 as Range<UInt64>)
    func itHasItsShape(mode: Mode, seed: UInt64) throws {
        let text = Self.key(mode, seed: seed).secret.reveal()
        #expect(text.hasPrefix(mode == .live ? "atl_live_" : "atl_test_"))
        #expect(text.utf8.count == 9 + 43 + 6)
        #expect(Base62.isText(text.dropFirst(9)))
        let back = try #require(KeyText(text))
        #expect(back.mode == mode)
        #expect(back.secret.reveal() == text)
    }

    @Test(arguments: [
        ("atl_live_56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklFXQ3Aj", Mode.live),
        ("atl_test_56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklhnPasH", .test),
    ])
    func keysThatWereIssuedStayReadable(text: String, mode: Mode) throws {
        // Written by another program: whoever holds a key holds it across versions of this one.
        #expect(try #require(KeyText(text)).mode == mode)
    }

    @Test(arguments: Mode.allCases)
    func aSingleWrongCharacterIsRefused(mode: Mode) {
        let text = Array(Self.key(mode, seed: 11).secret.reveal().utf8)
        let others =
            Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
            + Array("_- \n\u{0}".utf8)
        for position in text.indices {
            for other in others where other != text[position] {
                var wrong = text
                wrong[position] = other
                let read = KeyText(String(decoding: wrong, as: UTF8.self))
                if read != nil { Issue.record("position \(position), byte \(other)") }
            }
        }
    }

    @Test(arguments: Mode.allCases)
    func neighboursThatChangedPlacesAreRefused(mode: Mode) {
        let text = Array(Self.key(mode, seed: 12).secret.reveal().utf8)
        for position in text.indices.dropLast() where text[position] != text[position + 1] {
            var wrong = text
            wrong.swapAt(position, position + 1)
            #expect(KeyText(String(decoding: wrong, as: UTF8.self)) == nil)
        }
    }

    @Test(arguments: Mode.allCases)
    func aPartOrMoreThanAKeyIsRefused(mode: Mode) {
        let text = Self.key(mode, seed: 13).secret.reveal()
        for count in 0..<text.count {
            #expect(KeyText(text.prefix(count)) == nil)
            #expect(KeyText(text.dropFirst(count + 1)) == nil)
        }
        for wrong in [text + "0", " " + text, text + "\n", text + text, "é" + text.dropFirst(2)] {
            #expect(KeyText(wrong) == nil)
        }
    }

    @Test func aKeyOfOneModeIsNoneOfTheOther() {
        let text = Self.key(.live, seed: 14).secret.reveal()
        #expect(KeyText("atl_test_" + text.dropFirst(9)) == nil)
        #expect(KeyText("atl_play_" + text.dropFirst(9)) == nil)
    }

    @Test func theHintShowsOnlyItsEnds() {
        let key = Self.key(.live, seed: 15)
        let text = key.secret.reveal()
        #expect(key.hint == text.prefix(13) + "…" + text.suffix(4))
        #expect(key.hint.count == 13 + 1 + 4)
        #expect(!"\(key.secret)".contains(text.suffix(4)))
    }

    @Test func theHashDependsOnKeyAndPepper() throws {
        let house = try Self.pepper("pepper-of-the-house")
        let other = try Self.pepper("pepper-of-another")
        let key = Self.key(.live, seed: 16)
        let same = try #require(KeyText(key.secret.reveal()))
        #expect(key.hash(pepper: house) == same.hash(pepper: house))
        #expect(key.hash(pepper: house) != key.hash(pepper: other))
        #expect(
            key.hash(pepper: house) != Self.key(.live, seed: 17).hash(pepper: house))
    }

    @Test func theHashIsTheOneThatIsKept() throws {
        // Made with OpenSSL's `dgst -hmac`: another hash would void every key in a database.
        let key = try #require(
            KeyText("atl_live_56789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklFXQ3Aj"))
        let hash = key.hash(pepper: try Self.pepper("pepper-of-the-house"))
        #expect(
            Hex.text(of: hash.bytes)
                == "357dfd437c30156a1e00852b4bc8b359986fa3be86475164d4d3637517e6b7b2")
    }

    @Test(arguments: [
        ("", false), ("123456789012345", false), ("1234567890123456", true), ("éééééééé", true),
        ("ééééééé", false), (String(repeating: "x", count: 1000), true),
    ])
    func aPepperIsLongEnough(text: String, accepted: Bool) {
        #expect((Pepper(Secret(text)) != nil) == accepted)
    }
}

@Suite struct DerivedKeyTests {
    @Test func itIsAlwaysTheSameAndNobodyElses() throws {
        let pepper = try #require(Pepper(Secret("a pepper for tests only")))
        let other = try #require(Pepper(Secret("a pepper for others only")))
        func text(_ mode: Mode, _ text: String, _ pepper: Pepper) -> String {
            KeyText(mode: mode, derivedFrom: text, pepper: pepper).secret.reveal()
        }
        // Worked out by another program: a version of this one must not shift what it derives.
        #expect(text(.live, "issue|a|b|c|d", pepper) == Self.known)
        #expect(KeyText(text(.test, "issue|a|b|c|d", pepper))?.mode == .test)
        let texts = [
            text(.live, "issue|a|b|c|d", pepper), text(.live, "issue|a|b|c|e", pepper),
            text(.live, "rotate|a|b|c|d", pepper), text(.live, "issue|a|b|c|d", other),
        ]
        #expect(Set(texts.map { $0.dropFirst(9) }).count == texts.count)
    }

    private static let known =
        "atl_live_a1991DyOHaGxHm0dF5EvoT4Mrbg63oKwyMrwbJpCyNOpZFFNA"

    /// Every character is as likely as any other.
    @Test func itFavoursNoCharacter() throws {
        let pepper = try #require(Pepper(Secret("a pepper for tests only")))
        var counts: [Character: Int] = [:]
        for number in 0..<2000 {
            let text = KeyText(mode: .live, derivedFrom: "\(number)", pepper: pepper).secret
                .reveal()
            for character in text.dropFirst(9).prefix(43) { counts[character, default: 0] += 1 }
        }
        #expect(counts.count == 62)
        // 1387 of each on average; five standard deviations either way.
        #expect(counts.values.allSatisfy { (1200...1574).contains($0) })
    }
}
