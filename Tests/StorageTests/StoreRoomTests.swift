import Storage
import Testing
import Threads
import Units

/// Nothing is bought that could not be kept.
@Suite struct StoreRoomTests {
    /// A file system as a test wants it.
    private final class Disk: Sendable {
        let free = Lock<Int64>(1000)
        let isWritable = Lock(true)
        let trials = Lock(0)
        let now = Lock(Timestamp(seconds: 1_000_000))

        struct Unwritable: Error {}

        func room(floor: Int64 = 400) -> StoreRoom {
            StoreRoom(
                freeBytesMin: floor, clock: Clock { [self] in now.withLock { $0 } },
                freeBytes: { [self] in free.withLock { $0 } },
                trial: { [self] in
                    trials.withLock { $0 += 1 }
                    guard isWritable.withLock({ $0 }) else { throw Unwritable() }
                })
        }

        func pass(_ duration: Duration) { now.withLock { $0 = $0 + duration } }
    }

    @Test func itClosesBelowItsFloorAndOpensAQuarterAboveIt() async {
        let disk = Disk()
        let room = disk.room()
        for (free, isOpen) in [
            (400, true), (399, false), (400, false), (499, false), (500, true), (400, true),
        ] as [(Int64, Bool)] {
            disk.free.withLock { $0 = free }
            #expect(await room.isOpen() == isOpen, "\(free)")
            #expect(room.wasOpen == isOpen)
        }
        #expect(disk.trials.withLock { $0 } == 0)
    }

    /// A quota, a disk that has become read-only: the free space says nothing of them.
    @Test func aFailedWriteClosesItUntilATrialSucceeds() async {
        let disk = Disk()
        let room = disk.room()
        disk.isWritable.withLock { $0 = false }
        room.failed()
        #expect(!room.wasOpen)
        #expect(await !room.isOpen())
        // Not at each call: once a second.
        #expect(disk.trials.withLock { $0 } == 0)
        disk.pass(.seconds(1))
        #expect(await !room.isOpen())
        #expect(await !room.isOpen())
        #expect(disk.trials.withLock { $0 } == 1)
        disk.isWritable.withLock { $0 = true }
        disk.pass(.seconds(1))
        #expect(await room.isOpen())
        #expect(await room.isOpen())
        #expect(disk.trials.withLock { $0 } == 2)
    }

    @Test func aFileSystemThatDoesNotAnswerIsClosed() async {
        struct Silent: Error {}
        let room = StoreRoom(
            freeBytesMin: 1, clock: .system, freeBytes: { throw Silent() }, trial: {})
        #expect(await !room.isOpen())
    }
}
