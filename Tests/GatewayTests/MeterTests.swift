import Gateway
import GatewaySupport
import SeedSupport
import Testing
import Units

/// Limits as a function: what a meter lets in.
@Suite struct MeterTests {
    private static let account = ID<Account>(high: 1, low: 1)

    private func meter() -> Meter {
        Meter(
            new: .init(account: Self.account, key: ID(high: 1, low: 9), mode: .live), at: Day.today)
    }

    private func demand(
        _ requests: Int64 = 1, images: Int64 = 1, cents: Int64 = 0, at now: Timestamp = Day.today
    ) -> Meter.Demand {
        .init(
            requests: requests, images: images, quote: Credits(nanodollars: cents * 10_000_000),
            at: now)
    }

    private func limits(_ set: (inout Limits) -> Void) -> Limits {
        var limits = Limits()
        set(&limits)
        return limits
    }

    /// `yes`, or the limit in the way.
    private func answer(_ meter: inout Meter, _ demand: Meter.Demand, _ limits: Limits) -> String {
        do throws(Refusal) {
            _ = try meter.enter(demand, under: limits)
            return "yes"
        } catch {
            return error.limit.map { "\($0.scope.rawValue) \($0.limit)" } ?? "?"
        }
    }

    @Test func aRateLetsItsBurstInAndThenOneAtATime() {
        var meter = meter()
        let limits = limits {
            $0.requestsPerMinute = 600
            $0.requestBurst = 2
        }
        let now = Day.today
        let answers = [0, 0, 0, 99, 100, 100].map { milliseconds in
            answer(&meter, demand(at: now + .milliseconds(milliseconds)), limits)
        }
        let no = "key requests_per_minute"
        #expect(answers == ["yes", "yes", no, no, "yes", no])
    }

    @Test func picturesAreCountedOneByOne() {
        var meter = meter()
        let limits = limits {
            $0.imagesPerMinute = 60
            $0.imageBurst = 4
        }
        #expect(answer(&meter, demand(images: 3), limits) == "yes")
        #expect(answer(&meter, demand(images: 2), limits) == "key images_per_minute")
        #expect(answer(&meter, demand(images: 1), limits) == "yes")
    }

    @Test func aRefusalChangesNothing() throws {
        var meter = meter()
        let limits = limits {
            $0.requestsPerMinute = 60
            $0.requestBurst = 1
            $0.dayCap = Credits(nanodollars: 10_000_000)
        }
        let before = meter
        // The rate would let it in; the cap does not.
        #expect(answer(&meter, demand(cents: 2), limits) == "key day_cap")
        #expect(meter == before)
        #expect(answer(&meter, demand(cents: 1), limits) == "yes")
    }

    @Test func whatEndsMakesRoomAndWhatIsGivenBackMayBeSpentAgain() {
        var meter = meter()
        let limits = limits {
            $0.concurrent = 2
            $0.monthCap = Credits(nanodollars: 30_000_000)
        }
        #expect(answer(&meter, demand(cents: 2), limits) == "yes")
        #expect(answer(&meter, demand(cents: 1), limits) == "yes")
        #expect(answer(&meter, demand(), limits) == "key concurrent")
        meter.end(releasing: Credits(nanodollars: 20_000_000), begun: Day.today)
        #expect(answer(&meter, demand(cents: 3), limits) == "key month_cap")
        #expect(answer(&meter, demand(cents: 2), limits) == "yes")
    }

    @Test func aCapBeginsAnewAtMidnightAndAtTheFirstOfTheMonth() throws {
        let limits = limits {
            $0.dayCap = Credits(nanodollars: 10_000_000)
            $0.monthCap = Credits(nanodollars: 20_000_000)
        }
        let last = try #require(Timestamp(iso8601: "2027-02-27T23:59:59Z"))
        var meter = Meter(new: .init(account: Self.account, key: nil, mode: .live), at: last)
        let answers = [0, 0, 1, 86_400, 86_401, 86_401].map { seconds in
            answer(&meter, demand(cents: 1, at: last + .seconds(seconds)), limits)
        }
        // The 28th is the month's second and last cent; 1 March begins both anew.
        #expect(
            answers == [
                "yes", "account day_cap", "yes", "account day_cap", "yes", "account day_cap",
            ]
        )
    }

    /// What began on an earlier day gives nothing back to today.
    @Test func whatIsGivenBackOfYesterdayIsYesterdays() {
        var meter = meter()
        let limits = limits { $0.dayCap = Credits(nanodollars: 10_000_000) }
        let tomorrow = Day.today + .seconds(86_400)
        #expect(answer(&meter, demand(cents: 1), limits) == "yes")
        #expect(answer(&meter, demand(cents: 1, at: tomorrow), limits) == "yes")
        meter.end(releasing: Credits(nanodollars: 10_000_000), begun: Day.today)
        #expect(answer(&meter, demand(cents: 1, at: tomorrow), limits) == "key day_cap")
        #expect(meter.monthSpent == Credits(nanodollars: 10_000_000))
    }

    /// Asked just before midnight, judged after somebody's request of the new day: it counts today.
    @Test func whatIsJudgedAfterMidnightCountsInTheNewDayAndMonth() throws {
        let limits = limits {
            $0.dayCap = Credits(nanodollars: 20_000_000)
            $0.monthCap = Credits(nanodollars: 20_000_000)
        }
        let late = try #require(Timestamp(iso8601: "2027-02-28T23:59:59Z"))
        var meter = Meter(new: .init(account: Self.account, key: nil, mode: .live), at: late)
        #expect(answer(&meter, demand(cents: 1, at: late + .seconds(1)), limits) == "yes")
        #expect(answer(&meter, demand(cents: 1, at: late), limits) == "yes")
        #expect(answer(&meter, demand(cents: 1, at: late), limits) == "account day_cap")
        // What it gives back was yesterday's by its row: rather too much than too little.
        meter.end(releasing: Credits(nanodollars: 10_000_000), begun: late)
        #expect(meter.monthSpent == Credits(nanodollars: 20_000_000))
    }

    @Test func whatWillNeverDoIsNotAskedToComeBack() throws {
        var meter = meter()
        let limits = limits {
            $0.concurrent = 2
            $0.dayCap = Credits(nanodollars: 10_000_000)
        }
        for ask in [demand(3), demand(cents: 2)] {
            do throws(Refusal) {
                _ = try meter.enter(ask, under: limits)
                Issue.record("it was let in")
            } catch {
                #expect(error.retryAfter == nil)
            }
        }
    }

    @Test func aCapIsToldOfOnceADayWhenAFifthIsLeft() throws {
        var meter = meter()
        let limits = limits { $0.dayCap = Credits(nanodollars: 100_000_000) }
        let told = try [7, 1, 1].map { cents in
            try meter.enter(demand(cents: cents), under: limits).nearing.map(\.limit)
        }
        #expect(told == [[], ["day_cap"], []])
        let tomorrow = Day.today + .seconds(86_400)
        let again = try meter.enter(demand(cents: 9, at: tomorrow), under: limits).nearing
        #expect(again.count == 1)
    }

    /// Random requests beside a model that keeps every one of them.
    @Test(arguments: (0..<100).map { UInt64($0) })
    func randomRequestsAgreeWithAModelThatKeepsThemAll(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let limits = limits {
            $0.concurrent = .random(in: 1...6, using: &random)
            $0.dayCap = Credits(nanodollars: .random(in: 1...20, using: &random))
            $0.monthCap = Credits(nanodollars: .random(in: 1...60, using: &random))
        }
        var meter = meter()
        var now = Day.today
        // The meter's day is that of the last that was let in.
        var latest = CivilDate(now)
        var kept: [(at: Timestamp, counted: Timestamp, day: Int64, month: Int64, open: Bool)] = []
        for step in 0..<200 {
            now = now + .seconds(.random(in: 0...40_000, using: &random))
            let open = kept.indices.filter { kept[$0].open }
            if !open.isEmpty, Bool.random(using: &random) {
                let one = try #require(open.randomElement(using: &random))
                let released = Int64.random(in: 0...kept[one].month, using: &random)
                kept[one].open = false
                // What was counted after its day, or its month, gives nothing back.
                let (asked, counted) = (
                    CivilDate(kept[one].at), CivilDate(kept[one].counted)
                )
                if asked == counted { kept[one].day -= released }
                if asked.startOfMonth == counted.startOfMonth { kept[one].month -= released }
                meter.end(releasing: Credits(nanodollars: released), begun: kept[one].at)
                continue
            }
            let quote = Int64.random(in: 0...12, using: &random)
            let today = CivilDate(now)
            let day = kept.filter { CivilDate($0.counted) == today }.reduce(0) { $0 + $1.day }
            let month =
                kept
                .filter { CivilDate($0.counted).startOfMonth == today.startOfMonth }
                .reduce(0) { $0 + $1.month }
            let fits =
                open.count < (limits.concurrent ?? 0)
                && day + quote <= (limits.dayCap?.nanodollars ?? 0)
                && month + quote <= (limits.monthCap?.nanodollars ?? 0)
            // Some were asked a while before they are judged.
            let isLate = latest == today && Int.random(in: 0..<3, using: &random) == 0
            let asked = isLate ? now - .seconds(43_200) : now
            let demand = Meter.Demand(
                requests: 1, images: 1, quote: Credits(nanodollars: quote), at: asked)
            let answer = answer(&meter, demand, limits)
            try #require((answer == "yes") == fits, "seed \(seed), step \(step): \(answer)")
            if fits {
                kept.append((asked, now, quote, quote, true))
                latest = today
            }
        }
    }
}
