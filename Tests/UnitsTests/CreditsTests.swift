import SeedSupport
import Testing
import Units

@Suite struct CreditsTests {
    @Test(arguments: [
        ("0", 0), ("-0", 0), ("25", 25_000_000_000), ("25.00", 25_000_000_000),
        ("0.004", 4_000_000), ("-0.004", -4_000_000), ("-1.5", -1_500_000_000),
        ("0.000000001", 1), ("-0.000000001", -1), ("007", 7_000_000_000),
        ("1.000000000", 1_000_000_000), ("9223372036.854775807", Int64.max),
        ("-9223372036.854775808", Int64.min),
    ])
    func anExactDecimalIsRead(text: String, nanodollars: Int64) {
        #expect(Credits(dollars: text) == Credits(nanodollars: nanodollars))
        #expect(Credits(dollars: Substring(text)) == Credits(nanodollars: nanodollars))
    }

    @Test(arguments: [
        "", " ", "-", ".", "-.", "+1", "1.", ".5", "-.5", "1e3", "1E3", "1.5e2", " 1", "1 ", "1 0",
        "1\n", "1.0000000000", "0.0000000001", "1..5", "1.2.3", "--1", "1-", "1.-5", "1,5", "1_000",
        "0x10", "NaN", "inf", "١", "１", "1.٥", "−1", "1\u{301}", "1.\u{301}5", "$1", "1\u{0}",
        "9223372036.854775808", "-9223372036.854775809", "9223372037",
        "100000000000000000000000000",
    ])
    func anythingElseIsRefusedRatherThanRounded(text: String) {
        #expect(Credits(dollars: text) == nil)
    }

    @Test(arguments: [
        (0, "0"), (1, "0.000000001"), (-1, "-0.000000001"), (4_000_000, "0.004"),
        (25_000_000_000, "25"), (-1_500_000_000, "-1.5"), (100_000_000, "0.1"),
        (10_000_000_000, "10"), (1_000_000_010, "1.00000001"),
        (Int64.max, "9223372036.854775807"), (Int64.min, "-9223372036.854775808"),
    ])
    func anAmountIsWrittenWithoutNeedlessZeros(nanodollars: Int64, text: String) {
        #expect(Credits(nanodollars: nanodollars).dollars == text)
        #expect("\(Credits(nanodollars: nanodollars))" == text)
    }

    @Test func everyAmountSurvivesTheRoundTrip() {
        var random = SeededRandom(seed: 1)
        var amounts: [Int64] = [.min, .min + 1, -1, 0, 1, .max - 1, .max]
        for _ in 0..<5000 {
            // Shifted, so that small amounts come up as often as large ones.
            let shift = Int64.random(in: 0...62, using: &random)
            amounts.append(Int64.random(in: .min ... .max, using: &random) >> shift)
        }
        for amount in amounts {
            let credits = Credits(nanodollars: amount)
            #expect(Credits(dollars: credits.dollars) == credits)
        }
    }

    @Test func amountsAddUpLikeTheirNanodollars() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<1000 {
            let left = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)
            let right = Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random)
            let count = Int.random(in: -100...100, using: &random)
            let (one, other) = (Credits(nanodollars: left), Credits(nanodollars: right))
            #expect((one + other).nanodollars == left + right)
            #expect((one - other).nanodollars == left - right)
            #expect((-one).nanodollars == -left)
            #expect(one.times(count).nanodollars == left * Int64(count))
            #expect((one < other) == (left < right))
            var running = one
            running += other
            running -= one
            #expect(running == other)
        }
        #expect(Credits.zero.nanodollars == 0)
    }

    @Test func anAmountPastItsBoundStopsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            var amount = Credits(nanodollars: .max)
            amount += Credits(nanodollars: 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = Credits(nanodollars: .max / 2).times(3)
        }
        await #expect(processExitsWith: .failure) {
            _ = -Credits(nanodollars: .min)
        }
    }
}
