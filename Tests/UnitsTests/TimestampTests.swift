import SeedSupport
import Testing
import Units

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.000Z"),
        (-1, "1969-12-31T23:59:59.999Z"), (999_999, "1970-01-01T00:00:00.999Z"),
        (-86_400_000_000, "1969-12-31T00:00:00.000Z"),
        (1_795_222_800_000_000, "2026-11-21T01:00:00.000Z"),
        (951_782_400_000_000, "2000-02-29T00:00:00.000Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00.000Z"),
    ])
    func itIsWrittenInUTCWithMilliseconds(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test(arguments: [
        ("1970-01-01", 0), ("1970-01-02T00:00Z", 86_400_000_000),
        ("2026-11-21T01:00:00Z", 1_795_222_800_000_000),
        ("2026-11-21T01:00:00.5Z", 1_795_222_800_500_000),
        ("2026-11-21T01:00:00.000001Z", 1_795_222_800_000_001),
        ("1969-12-31T23:59:59.999999Z", -1),
    ])
    func theUsualFormsAreRead(text: String, microseconds: Int64) {
        #expect(Timestamp(iso8601: text) == Timestamp(microseconds: microseconds))
    }

    @Test(arguments: [
        "", "T", "now", "2026", "2026-11", "2026-11-21T", "2026-11-21TZ", "2026-11-21T01Z",
        "2026-11-21T01:00", "2026-11-21T01:00:00", "2026-11-21T01:00:00+00:00",
        "2026-11-21T01:00:00-05:00", "2026-11-21T01:00:00z", "2026-11-21t01:00:00Z",
        "2026-11-21 01:00:00Z", "2026-11-21T24:00Z", "2026-11-21T01:60Z", "2026-11-21T01:00:60Z",
        "2026-11-21T1:00Z", "2026-11-21T01:00:00.Z", "2026-11-21T01:00:00.1234567Z",
        "2026-11-21T01:00:00.1.2Z", "2026-11-21T01:00:00:00Z", "2026-11-21T-1:00Z",
        "2026-11-21T01:00ZZ", " 2026-11-21", "2026-11-21 ", "2026-13-01", "2026-00-01",
        "2026-01-00", "2026-01-32", "2026-02-29", "1900-02-29", "2026-04-31", "26-01-01",
        "12026-01-01", "-026-01-01", "2026-1-01", "2026/01/01", "２０２６-01-01", "2026-11-21T٠١:00Z",
    ])
    func anythingElseIsRefused(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }

    @Test func everyMillisecondSurvivesTheRoundTrip() {
        var random = SeededRandom(seed: 7)
        for _ in 0..<3000 {
            let milliseconds = Int64.random(
                in: -62_135_596_800_000...253_402_300_799_999, using: &random)
            let time = Timestamp(microseconds: milliseconds * 1000)
            #expect(Timestamp(iso8601: time.description) == time)
            #expect(time.milliseconds == milliseconds)
        }
    }

    @Test func wholeSecondsAreRoundedDownOnBothSidesOf1970() {
        #expect(Timestamp(microseconds: -1).seconds == -1)
        #expect(Timestamp(microseconds: -1).milliseconds == -1)
        #expect(Timestamp(microseconds: -1_000_000).seconds == -1)
        #expect(Timestamp(microseconds: 1_999_999).seconds == 1)
        #expect(Timestamp(seconds: -3).microseconds == -3_000_000)
    }

    @Test func durationsMoveInstants() {
        let noon = Timestamp(seconds: 1_795_262_400)
        #expect(noon + .seconds(60) - .seconds(60) == noon)
        #expect((noon + .microseconds(5)) - noon == .microseconds(5))
        #expect(noon - (noon + .seconds(2)) == .seconds(-2))
        #expect(noon < noon + .microseconds(1))
        #expect(Duration.nanoseconds(1999).microseconds == 1)
        #expect(Duration.nanoseconds(-1999).microseconds == -1)
        #expect(Duration.microseconds(2999).milliseconds == 2)
    }

    @Test func aStoppedClockStandsAndTheSystemsGoesOn() {
        let noon = Timestamp(seconds: 1_795_262_400)
        #expect(Clock.stopped(at: noon).now == noon)
        let start = Clock.system.now
        #expect(start > Timestamp(seconds: 1_700_000_000))
        #expect(Clock.system.now >= start)
    }
}

@Suite struct CivilDateTests {
    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
        // From 1600-01-01; the calendar repeats after 400 years.
        let first: Int64 = -135_140
        var lengths: [Int64: Int64] = [:]
        var last = CivilDate(daysSince1970: first - 1)
        #expect(last.description == "1599-12-31")
        for days in first..<first + 146_097 {
            let date = CivilDate(daysSince1970: days)
            let follows =
                date.day == last.day + 1 && date.month == last.month && date.year == last.year
                || date.day == 1 && date.month == last.month + 1 && date.year == last.year
                || date.day == 1 && date.month == 1 && last.month == 12
                    && date.year == last.year + 1
            if !follows || date.daysSince1970 != days { Issue.record("\(last), then \(date)") }
            lengths[date.year, default: 0] += 1
            last = date
        }
        for (year, length) in lengths {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            #expect(length == (leap ? 366 : 365), "\(year)")
        }
        #expect(last.description == "1999-12-31")
    }

    @Test func textSurvivesTheRoundTrip() {
        for days in stride(from: Int64(-719_162), to: 2_932_896, by: 97) {
            let date = CivilDate(daysSince1970: days)
            #expect(CivilDate(date.description) == date)
            #expect(date.midnight.seconds == days * 86_400)
            #expect(CivilDate(date.midnight) == date)
            #expect(CivilDate(date.midnight + .seconds(86_399)) == date)
        }
    }

    @Test(arguments: [
        ("2000-02-29", true), ("1900-02-29", false), ("2024-02-29", true), ("2026-02-29", false),
        ("2100-02-29", false), ("2400-02-29", true), ("2026-06-31", false), ("2026-12-31", true),
    ])
    func onlyDaysThatExistAreRead(text: String, exists: Bool) {
        #expect((CivilDate(text) != nil) == exists)
    }

    @Test(arguments: [
        ("2026-11-21", 0, "2026-11-01"), ("2026-11-21", 1, "2026-12-01"),
        ("2026-11-21", 2, "2027-01-01"), ("2026-11-21", -11, "2025-12-01"),
        ("2026-01-31", -1, "2025-12-01"), ("2026-01-31", 1, "2026-02-01"),
        ("2026-12-31", 1, "2027-01-01"), ("2026-12-31", 120, "2036-12-01"),
        ("2026-05-05", -120, "2016-05-01"),
    ])
    func monthsAreCountedAcrossYears(day: String, months: Int64, first: String) throws {
        let date = try #require(CivilDate(day))
        #expect(date.startOfMonth(plus: months).description == first)
        #expect(date.startOfMonth == date.startOfMonth(plus: 0))
    }

    @Test func daysAreOrdered() throws {
        let texts = ["1969-12-31", "1970-01-01", "2025-12-31", "2026-01-01", "2026-02-01"]
        let dates = try texts.map { try #require(CivilDate($0)) }
        #expect(dates.shuffled().sorted() == dates)
    }
}
