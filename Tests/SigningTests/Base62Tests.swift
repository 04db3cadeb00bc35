import SeedSupport
import Signing
import Testing

@Suite struct Base62Tests {
    private static let alphabet =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

    @Test func randomTextUsesEachCharacterAboutAsOften() {
        var random = SeededRandom(seed: 10)
        let count = 62_000
        var times: [Character: Int] = [:]
        for character in Base62.random(count, using: &random) {
            times[character, default: 0] += 1
        }
        #expect(Set(times.keys) == Set(Self.alphabet))
        // Chi squared with 61 degrees of freedom: 110 is passed by one fair text in ten thousand.
        let expected = count / 62
        let squares = times.values.reduce(0) { $0 + ($1 - expected) * ($1 - expected) }
        #expect(squares / expected < 110)
    }

    @Test func randomTextIsAsLongAsAsked() {
        var random = SecureRandom()
        for count in [0, 1, 6, 43, 100] {
            let text = Base62.random(count, using: &random)
            #expect(text.utf8.count == count)
            #expect(Base62.isText(text))
        }
    }

    @Test func onlyItsAlphabetIsItsText() {
        for value in UInt8(0)..<128 {
            let character = Character(Unicode.Scalar(value))
            #expect(Base62.isText(String(character)) == Self.alphabet.contains(character))
        }
        for text in ["é", "٣", "ａ", "a b", "a\u{301}"] { #expect(!Base62.isText(text)) }
    }

    @Test(
        arguments: [
            (0, 6, "000000"), (61, 3, "z00"), (62, 3, "010"), (62 * 62 + 1, 3, "101"),
            (UInt64.max, 11, "FYHA61aHgyL"),
        ] as [(UInt64, Int, String)])
    func aNumberIsWrittenWithItsLeastDigitFirst(number: UInt64, count: Int, text: String) {
        #expect(Base62.text(of: number, count: count) == text)
    }

    @Test func secureRandomnessDoesNotRepeat() {
        var random = SecureRandom()
        #expect(Set((0..<10_000).map { _ in random.next() }).count == 10_000)
    }
}
