import Testing

@testable import HTTPServer

@Suite struct PatienceTests {
    @Test func aByteNowAndThenBuysAlmostNothing() {
        var patience = Patience()
        var now: Int64 = 1000
        // A byte each ten seconds, thirty seconds in all: 2 ms a byte come back.
        for _ in 0..<2 {
            #expect(patience.wait(from: now, atMost: 30_000) > now + 10_000)
            now += 10_000
            patience.moved(1, at: now)
        }
        #expect(patience.wait(from: now, atMost: 30_000) == now + 10_004)
    }

    @Test func whoeverKeepsTheRateIsWaitedForForEver() {
        var patience = Patience()
        var now: Int64 = 0
        for _ in 0..<1000 {
            #expect(patience.wait(from: now, atMost: 30_000) == now + 30_000)
            now += 20_000
            patience.moved(10_000, at: now)
        }
    }

    @Test func aWaitThatGoesOnIsNotANewOne() {
        var patience = Patience()
        #expect(patience.wait(from: 0, atMost: 30_000) == 30_000)
        #expect(patience.wait(from: 5000, atMost: 30_000) == 30_000)
        // What was earned before does not pile up.
        patience.moved(1_000_000, at: 6000)
        #expect(patience.wait(from: 7000, atMost: 30_000) == 37_000)
    }
}
