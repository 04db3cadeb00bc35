import Glibc
import Testing
import Threads

@Suite(.timeLimit(.minutes(10))) struct LockTests {
    private struct Odd: Error {}

    @Test func contendersTakeTurns() {
        let count = Lock(0)
        let ends = WorkQueue<Bool>()
        for _ in 0..<8 {
            Thread.start(name: "contender") {
                for _ in 0..<500 {
                    count.withLock { state in
                        let seen = state
                        // Whoever gets in between now would be lost.
                        sched_yield()
                        state = seen + 1
                    }
                }
                _ = ends.append(true)
            }
        }
        for _ in 0..<8 { _ = ends.waitForOne() }
        #expect(count.withLock { $0 } == 4000)
    }

    @Test func anErrorInsideLeavesItOpen() {
        let lock = Lock("before")
        #expect(throws: Odd.self) {
            try lock.withLock { state in
                state = "after"
                throw Odd()
            }
        }
        #expect(lock.withLock { $0 } == "after")
    }
}

@Suite(.timeLimit(.minutes(10))) struct AlarmTests {
    @Test func aNapEndsByItself() {
        let clock = ContinuousClock()
        let alarm = Alarm()
        let start = clock.now
        #expect(!alarm.nap(for: .milliseconds(20)))
        #expect(clock.now - start >= .milliseconds(20))
    }

    @Test func anAlarmRungBeforehandEndsTheNextNapAndOnlyThat() {
        let alarm = Alarm()
        alarm.ring()
        alarm.ring()
        #expect(alarm.nap())
        #expect(!alarm.nap(for: .milliseconds(1)))
    }

    @Test func anotherThreadEndsANapWithoutEnd() {
        let alarm = Alarm()
        let answers = WorkQueue<Bool>()
        Thread.start(name: "sleeper") { _ = answers.append(alarm.nap()) }
        Thread.start(name: "long sleeper") { alarm.ring() }
        #expect(answers.waitForOne() == true)
    }

    @Test func aLongNapIsCutShort() {
        let alarm = Alarm()
        Thread.start(name: "ringer") { alarm.ring() }
        #expect(alarm.nap(for: .seconds(86_400)))
    }
}

@Suite(.timeLimit(.minutes(10))) struct ThreadTests {
    @Test func aThreadCarriesItsNameCutToFifteenBytes() {
        let names = WorkQueue<String>()
        Thread.start(name: "a-name-that-is-too-long") {
            var bytes = [UInt8](repeating: 0, count: 64)
            let file = unsafe open("/proc/thread-self/comm", O_RDONLY | O_CLOEXEC)
            let count = unsafe read(file, &bytes, bytes.count)
            close(file)
            _ = names.append(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
        }
        #expect(names.waitForOne() == "a-name-that-is-\n")
    }
}
