import Testing
import Threads

@Suite(.timeLimit(.minutes(10))) struct WorkQueueTests {
    @Test func whatCameFirstIsTakenFirst() {
        let queue = WorkQueue<Int>()
        var next = 0
        var taken = 0
        // Past 1024 the taken prefix is dropped; the order must not notice.
        for round in 0..<50 {
            for _ in 0..<200 {
                #expect(queue.append(next))
                next += 1
            }
            for _ in 0..<(round < 25 ? 120 : 280) where taken < next {
                #expect(queue.waitForOne() == taken)
                taken += 1
            }
            #expect(queue.count == next - taken)
        }
        let rest = queue.count == 0 ? [] : queue.waitForMany()
        #expect(rest == Array(taken..<next))
    }

    @Test func manyAreTakenUpToTheLimitOldestFirst() {
        let queue = WorkQueue<Int>()
        for number in 0..<10 { #expect(queue.append(number)) }
        #expect(queue.waitForOne() == 0)
        #expect(queue.waitForMany(limit: 4) == [1, 2, 3, 4])
        #expect(queue.count == 5)
        #expect(queue.append(10))
        #expect(queue.waitForOne() == 5)
        #expect(queue.waitForMany() == [6, 7, 8, 9, 10])
        #expect(queue.count == 0)
    }

    @Test func pastItsLimitNothingIsAdded() {
        let queue = WorkQueue<Int>()
        #expect(!queue.append(limit: 0, 0))
        #expect(queue.append(limit: 2, 1))
        #expect(queue.append(limit: 2, 2))
        #expect(!queue.append(limit: 2, 3))
        #expect(queue.count == 2)
        #expect(queue.waitForOne() == 1)
        #expect(queue.append(limit: 2, 4))
        #expect(queue.waitForMany() == [2, 4])
    }

    @Test func closedItTakesNoMoreAndHandsOutTheRest() {
        let queue = WorkQueue<Int>()
        #expect(queue.append(1))
        #expect(queue.append(2))
        queue.close()
        #expect(!queue.append(3))
        #expect(queue.waitForOne() == 1)
        #expect(queue.waitForMany() == [2])
        #expect(queue.waitForOne() == nil)
        #expect(queue.waitForMany() == [])
    }

    @Test func closingWakesEverySleeper() async {
        // Whether all sleep already when it closes is chance; over many rounds they do.
        for _ in 0..<100 {
            let queue = WorkQueue<Int>()
            let (starts, ends) = (WorkQueue<Bool>(), WorkQueue<Bool>())
            for index in 0..<4 {
                Thread.start(name: "sleeper") {
                    _ = starts.append(true)
                    let nothing =
                        index % 2 == 0 ? queue.waitForOne() == nil : queue.waitForMany().isEmpty
                    _ = ends.append(nothing)
                }
            }
            for _ in 0..<4 { _ = starts.waitForOne() }
            queue.close()
            let deadline = ContinuousClock.now + .seconds(300)
            while ends.count < 4, ContinuousClock.now < deadline { await Task.yield() }
            guard ends.count == 4 else {
                Issue.record("\(4 - ends.count) still sleep")
                return
            }
            #expect(ends.waitForMany() == [true, true, true, true])
        }
    }

    @Test func everyItemIsTakenOnceByOneOfManyThreads() {
        let queue = WorkQueue<Int>()
        let results = WorkQueue<[Int]>()
        for index in 0..<4 {
            Thread.start(name: "taker") {
                var mine: [Int] = []
                if index % 2 == 0 {
                    while let item = queue.waitForOne() { mine.append(item) }
                } else {
                    while case let many = queue.waitForMany(limit: 7), !many.isEmpty {
                        mine += many
                    }
                }
                _ = results.append(mine)
            }
        }
        let done = WorkQueue<Bool>()
        for giver in 0..<4 {
            Thread.start(name: "giver") {
                for item in 0..<5000 { _ = queue.append(giver * 5000 + item) }
                _ = done.append(true)
            }
        }
        for _ in 0..<4 { _ = done.waitForOne() }
        queue.close()
        var taken: [Int] = []
        for _ in 0..<4 {
            let mine = results.waitForOne() ?? []
            // What one thread took from one giver came in the giver's order.
            for giver in 0..<4 {
                let fromOne = mine.filter { $0 / 5000 == giver }
                #expect(fromOne == fromOne.sorted())
            }
            taken += mine
        }
        #expect(taken.sorted() == Array(0..<20_000))
    }
}
