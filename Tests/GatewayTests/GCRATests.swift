import SeedSupport
import Testing
import Units

@testable import Gateway

/// The one rule of rates, beside a bucket that is filled drop by drop.
@Suite struct GCRATests {
    private static let start = Timestamp(seconds: 1_790_000_000)

    /// The same rule as a bucket: full at first, a drop falls in each nanosecond.
    private struct Bucket {
        let drop: Int64
        let size: Int64
        var level: Int64
        var last = GCRATests.start

        init(perMinute: Int64, burst: Int64) {
            drop = Int64((60_000_000_000 as Double / Double(perMinute)).rounded(.up))
            size = drop * burst
            level = size
        }

        mutating func takes(_ cost: Int64, at now: Timestamp) -> Bool {
            level = min(size, level + (now - last).microseconds * 1000)
            last = now
            guard level >= min(size, cost * drop) else { return false }
            level -= cost * drop
            return true
        }
    }

    @Test(arguments: 0..<40)
    func itDecidesAsABucketDoes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let perMinute = Int64.random(
            in: 1...[9, 700, 1_000_000].randomElement(using: &random)!, using: &random)
        let burst = Int64.random(in: 1...40, using: &random)
        let limit = GCRA(perMinute: perMinute, burst: burst)
        var bucket = Bucket(perMinute: perMinute, burst: burst)
        let pace = 60_000_000 / perMinute + 1
        var arrivalTime: Int64 = 0
        var now = Self.start
        for step in 0..<2000 {
            // Crowds, calm, and long nothing.
            let gap = [0, pace / 3, pace * 2, pace * burst * 2].randomElement(using: &random)!
            now = now + .microseconds(Int64.random(in: 0...gap, using: &random))
            let cost = Int64.random(
                in: 0...(Bool.random(using: &random) ? 2 : burst + 3), using: &random)
            let takes = bucket.takes(cost, at: now)
            switch limit.verdict(cost: cost, arrivalTime: arrivalTime, now: now) {
            case .allowed(let next):
                #expect(takes || cost == 0, "step \(step): \(cost) of \(burst) at \(perMinute)")
                arrivalTime = next
            case .refused(let wait):
                #expect(!takes, "step \(step): \(cost) of \(burst) at \(perMinute)")
                for (late, isAllowed) in [(Duration.microseconds(-1), false), (.zero, true)] {
                    let then = limit.verdict(
                        cost: cost, arrivalTime: arrivalTime, now: now + wait + late)
                    if case .allowed = then { #expect(isAllowed) } else { #expect(!isAllowed) }
                }
            }
            #expect(
                limit.remaining(arrivalTime: arrivalTime, now: now)
                    == max(0, bucket.level) / bucket.drop)
            let full = limit.full(arrivalTime: arrivalTime, now: now)
            #expect(full.microseconds == (bucket.size - bucket.level + 999) / 1000)
        }
    }

    @Test func underACrowdAMinuteLetsInTheBurstAndTheRate() {
        let limit = GCRA(perMinute: 600, burst: 10)
        var arrivalTime: Int64 = 0
        var admitted = 0
        // 5,000 a second for a minute, its last moment included.
        for step in 0...(60 * 5000) {
            let now = Self.start + .microseconds(Int64(step) * 200)
            if case .allowed(let next) = limit.verdict(arrivalTime: arrivalTime, now: now) {
                arrivalTime = next
                admitted += 1
            }
        }
        #expect(admitted == 610)
    }

    @Test func whatIsLargerThanTheBurstPassesOnceNothingIsOwed() {
        let limit = GCRA(perMinute: 60, burst: 4)
        let once = limit.verdict(cost: 10, arrivalTime: 0, now: Self.start)
        guard case .allowed(let arrivalTime) = once else {
            Issue.record("\(once)")
            return
        }
        #expect(
            limit.verdict(cost: 1, arrivalTime: arrivalTime, now: Self.start)
                == .refused(wait: .seconds(7)))
        #expect(
            limit.verdict(cost: 10, arrivalTime: arrivalTime, now: Self.start)
                == .refused(wait: .seconds(10)))
        #expect(limit.remaining(arrivalTime: arrivalTime, now: Self.start) == 0)
        #expect(limit.full(arrivalTime: arrivalTime, now: Self.start) == .seconds(10))
    }

    @Test func aChargeIsMadeThoughNothingIsLeft() {
        let limit = GCRA(perMinute: 60, burst: 3)
        var arrivalTime: Int64 = 0
        for _ in 0..<5 { arrivalTime = limit.charged(arrivalTime: arrivalTime, now: Self.start) }
        #expect(limit.remaining(arrivalTime: arrivalTime, now: Self.start) == 0)
        #expect(
            limit.verdict(arrivalTime: arrivalTime, now: Self.start) == .refused(wait: .seconds(3)))
    }

    @Test func theLargestFiguresFit() {
        let limit = GCRA(perMinute: 1, burst: GCRA.most)
        let arrivalTime = limit.charged(GCRA.most, arrivalTime: 0, now: Self.start)
        #expect(
            limit.verdict(cost: GCRA.most, arrivalTime: arrivalTime, now: Self.start)
                == .refused(wait: .seconds(60 * GCRA.most)))
    }
}
