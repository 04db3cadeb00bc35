import SeedSupport
import Testing
import Units

private enum Fox {}
private enum Owl {}

@Suite struct IDTests {
    @Test func itIsAUUIDOfVersionSeven() {
        var random = SeededRandom(seed: 3)
        for _ in 0..<1000 {
            let id = ID<Fox>(at: Timestamp(seconds: 1_795_262_400), using: &random)
            #expect(id.high >> 12 & 0xF == 7)
            #expect(id.low >> 62 == 0b10)
            let text = Array(id.description)
            #expect(text[14] == "7")
            #expect("89ab".contains(text[19]))
        }
    }

    @Test func theExampleOfTheRFCIsReadAndWritten() throws {
        // RFC 9562, appendix A.6: born at 2022-02-22T19:22:22.000Z.
        let id = try #require(ID<Fox>("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
        #expect(id.born.description == "2022-02-22T19:22:22.000Z")
        #expect(id.high == 0x017F_22E2_79B0_7CC3)
        #expect(id.low == 0x98C4_DC0C_0C07_398F)
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func idsSortByBirthAndSoDoTheirTexts() {
        var random = SeededRandom(seed: 4)
        var last = ID<Fox>(at: Timestamp(microseconds: 0), using: &random)
        for step in 1...2000 {
            let now = Timestamp(microseconds: Int64(step) * Int64(step) * 1_000_000)
            let id = ID<Fox>(at: now, using: &random)
            #expect(last < id)
            #expect(last.description < id.description)
            last = id
        }
        #expect(ID<Fox>(high: 1, low: 2) < ID<Fox>(high: 1, low: 3))
        #expect(ID<Fox>(high: 1, low: 3) < ID<Fox>(high: 2, low: 0))
    }

    @Test func itKnowsItsBirthToTheMillisecond() {
        let birth = Timestamp(microseconds: 1_795_262_400_123_456)
        let id = ID<Fox>(at: birth)
        #expect(id.born == Timestamp(microseconds: 1_795_262_400_123_000))
        #expect(ID<Fox>(at: Timestamp(microseconds: -1)).born == Timestamp(microseconds: 0))
    }

    @Test func theEarliestIsABoundForSearching() {
        var random = SeededRandom(seed: 5)
        for second in 0..<500 {
            let now = Timestamp(microseconds: Int64(second) * 997_003)
            let next = Timestamp(microseconds: now.microseconds + 1000)
            let id = ID<Fox>(at: now, using: &random)
            #expect(ID<Fox>.earliest(at: now) < id)
            #expect(id < ID<Fox>.earliest(at: next))
            #expect(ID<Fox>.earliest(at: now).born == id.born)
        }
        #expect(ID<Fox>.earliest(at: Timestamp(seconds: -5)) == ID<Fox>(high: 0, low: 0))
    }

    @Test func itsTextSurvivesTheRoundTripInEitherCase() {
        var random = SeededRandom(seed: 6)
        for _ in 0..<1000 {
            let id = ID<Fox>(high: random.next(), low: random.next())
            #expect(id.description.utf8.count == 36)
            #expect(ID<Fox>(id.description) == id)
            #expect(ID<Fox>(id.description.uppercased()) == id)
            #expect(ID<Fox>(id.description.dropFirst(0)) == id)
            #expect(id.of(Owl.self).of(Fox.self) == id)
        }
    }

    @Test(arguments: [
        "", "017f22e2", "017f22e279b07cc398c4dc0c0c07398f",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398g", "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
        "017f22e-279b0-7cc3-98c4-dc0c0c07398f", "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
        " 17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398 ",
        "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f", "é17f22e2-79b0-7cc3-98c4-dc0c0c07398",
    ])
    func anyOtherTextIsRefused(text: String) {
        #expect(ID<Fox>(text) == nil)
    }

    @Test func twoIdsOfOneMomentDiffer() {
        let now = Timestamp(seconds: 1_795_262_400)
        #expect(Set((0..<10_000).map { _ in ID<Fox>(at: now) }).count == 10_000)
    }
}
