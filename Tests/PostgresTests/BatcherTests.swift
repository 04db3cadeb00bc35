import DatabaseSupport
import Postgres
import Testing
import Threads
import Units

@Suite struct BatcherTests {
    /// Notes every batch it is given, and inserts a fox for each item.
    private final class Kennel: Sendable {
        let batches = Lock<[[Int]]>([])
        /// Holds the first batch back until it is rung.
        let gate = Alarm()
        let isGated: Bool

        init(isGated: Bool = false) { self.isGated = isGated }

        func batcher(_ url: String, queueMax: Int = 10_000, batchMax: Int = 1000) -> Batcher<
            Int, Int
        > {
            Batcher(
                name: "kennel", url: Secret(url), queueMax: queueMax, batchMax: batchMax
            ) { [self] transaction, ids in
                let isFirst = batches.withLock { batches in
                    batches.append(ids)
                    return batches.count == 1
                }
                if isFirst, isGated { gate.nap(for: .seconds(300)) }
                // A fox of id 13 has no name, which its table refuses.
                let names = ids.map { $0 == 13 ? "" : "fox" }
                try transaction.send("insert into fox select * from unnest(\(ids), \(names))")
                return ids.map { $0 < 0 ? .failure(ChangedMind()) : .success($0 * 2) }
            }
        }

        var seen: [[Int]] { batches.withLock { $0 } }
    }

    private func withFoxes(_ body: (TestDatabase, Database) async throws -> Void) async throws {
        try await withTestDatabase(template: TransactionTests.foxes) { test in
            let database = Database(url: test.url, connections: 1)
            defer { database.close() }
            try await body(test, database)
        }
    }

    private func ids(in database: Database) async throws -> [Int] {
        try await database.read { transaction in
            try transaction.rows("select id from fox order by id") { try $0.next() }
        }
    }

    @Test func eachCallerGetsItsOwnOutcomeAfterTheCommit() async throws {
        try await withFoxes { test, database in
            let batcher = Kennel().batcher(test.url)
            defer { batcher.close() }
            try await withThrowingTaskGroup { group in
                for id in 100..<400 {
                    group.addTask {
                        let outcome = try await batcher.submit(id)
                        #expect(outcome == id * 2)
                    }
                }
                try await group.waitForAll()
            }
            let all = try await ids(in: database)
            #expect(all == Array(100..<400))
        }
    }

    @Test func aLoneItemGoesAtOnceAndWhatArrivesMeanwhileGoesTogetherInOrder() async throws {
        try await withFoxes { test, database in
            let kennel = Kennel(isGated: true)
            let batcher = kennel.batcher(test.url, batchMax: 4)
            defer { batcher.close() }
            try await withThrowingTaskGroup { group in
                group.addTask { _ = try await batcher.submit(1) }
                #expect(await eventually { kennel.seen == [[1]] })
                for id in 2...7 {
                    group.addTask { _ = try await batcher.submit(id) }
                    // So that the order of arrival is known.
                    #expect(await eventually { batcher.waiting == id - 1 })
                }
                kennel.gate.ring()
                try await group.waitForAll()
            }
            #expect(kennel.seen == [[1], [2, 3, 4, 5], [6, 7]])
            let all = try await ids(in: database)
            #expect(all == Array(1...7))
        }
    }

    @Test func onePoisonousItemDoesNotFailTheRest() async throws {
        try await withFoxes { test, database in
            let kennel = Kennel(isGated: true)
            let batcher = kennel.batcher(test.url)
            defer { batcher.close() }
            let refused = Lock<[Int]>([])
            try await withThrowingTaskGroup { group in
                group.addTask { _ = try await batcher.submit(1) }
                #expect(await eventually { kennel.seen == [[1]] })
                for id in 10...19 {
                    group.addTask {
                        do {
                            _ = try await batcher.submit(id)
                        } catch DatabaseFailure.constraint("fox_has_a_name", _, _) {
                            refused.withLock { $0.append(id) }
                        }
                    }
                }
                #expect(await eventually { batcher.waiting == 10 })
                kennel.gate.ring()
                try await group.waitForAll()
            }
            #expect(refused.withLock { $0 } == [13])
            let all = try await ids(in: database)
            #expect(all == [1] + (10...19).filter { $0 != 13 })
        }
    }

    @Test func anItemRefusedByTheVerdictKeepsItsNeighbours() async throws {
        try await withFoxes { test, database in
            let batcher = Kennel().batcher(test.url)
            defer { batcher.close() }
            async let good = batcher.submit(5)
            await #expect(throws: ChangedMind()) { try await batcher.submit(-5) }
            let outcome = try await good
            #expect(outcome == 10)
        }
    }

    @Test func aFullQueueTurnsAwayAtOnce() async throws {
        try await withFoxes { test, database in
            let kennel = Kennel(isGated: true)
            let batcher = kennel.batcher(test.url, queueMax: 2)
            defer { batcher.close() }
            try await withThrowingTaskGroup { group in
                group.addTask { _ = try await batcher.submit(1) }
                #expect(await eventually { kennel.seen == [[1]] })
                for id in 2...3 { group.addTask { _ = try await batcher.submit(id) } }
                #expect(await eventually { batcher.waiting == 2 })
                // The batch under way has taken some time, and may take as long again.
                let failure = await #expect(throws: DatabaseFailure.self) {
                    try await batcher.submit(4)
                }
                guard case .overloaded(let wait) = failure else {
                    Issue.record("\(String(describing: failure))")
                    return kennel.gate.ring()
                }
                #expect(wait >= .milliseconds(10) && wait <= .seconds(60))
                kennel.gate.ring()
                try await group.waitForAll()
            }
            let all = try await ids(in: database)
            #expect(all == [1, 2, 3])
        }
    }

    @Test func aBatchCutBeforeItsCommitIsDoneOnceOnAFreshConnection() async throws {
        try await withFoxes { test, database in
            let relay = try Relay(to: test.url)
            // One statement that is waited for comes before the commit's round trip.
            let batcher = Batcher<Int, Int>(
                name: "kennel", url: Secret(relay.url), queueMax: 10, batchMax: 10
            ) { transaction, ids in
                try transaction.execute("insert into fox select id, 'a' from unnest(\(ids)) id")
                return ids.map { .success($0) }
            }
            defer {
                batcher.close()
                relay.close()
            }
            _ = try await batcher.submit(1)
            relay.cut(.afterBurst(1))
            _ = try await batcher.submit(2)
            #expect(!relay.isToCut)
            relay.cut(.afterBurst(2))
            await #expect(throws: DatabaseFailure.uncertain) { try await batcher.submit(3) }
            _ = try await batcher.submit(4)
            let all = try await ids(in: database)
            #expect(all == [1, 2, 3, 4])
        }
    }

    @Test func whileItIsDownItemsAreTurnedAwayAndItComesBackByItself() async throws {
        try await withFoxes { test, database in
            let relay = try Relay(to: test.url)
            let batcher = Kennel().batcher(relay.url)
            defer {
                batcher.close()
                relay.close()
            }
            _ = try await batcher.submit(1)
            relay.goDown()
            for id in 2...20 {
                let failure = await #expect(throws: DatabaseFailure.self) {
                    try await batcher.submit(id)
                }
                guard case .unavailable? = failure else {
                    // Everything went out in one burst, so the first may not know.
                    #expect(id == 2 && failure == .uncertain)
                    continue
                }
            }
            relay.goUp()
            #expect(await eventually { batcher.outage == nil })
            _ = try await batcher.submit(30)
            let all = try await ids(in: database)
            #expect(all.contains(1) && all.contains(30))
        }
    }
}
