import DatabaseSupport
import Postgres
import Testing
import Threads
import Units

@Suite struct ListenerTests {
    /// How often a listener has called.
    private final class Calls: Sendable {
        private let made = Lock(0)

        var count: Int { made.withLock { $0 } }

        func add() { made.withLock { $0 += 1 } }
    }

    private func sessions(_ database: Database) async throws -> Int {
        try await database.read { transaction in
            try transaction.execute(
                """
                select from pg_stat_activity
                where application_name = 'listener' and datname = current_database()
                """)
        }
    }

    private var settings: Database.Settings {
        var settings = Database.Settings()
        settings.applicationName = "listener"
        return settings
    }

    @Test func itCallsOnceConnectedAndForEachNotification() async throws {
        try await withTestDatabase { test in
            let database = Database(url: test.url, connections: 1)
            defer { database.close() }
            let calls = Calls()
            let listener = Listener(url: Secret(test.url), channel: "fox") { calls.add() }
            defer { listener.close() }
            #expect(await eventually { calls.count == 1 })
            for count in 2...4 {
                try await database.notify(channel: "owl")
                try await database.notify(channel: "fox")
                #expect(await eventually { calls.count == count })
            }
        }
    }

    @Test(arguments: [
        "Fox \"and\" Owl", "füchse; 'drop'", "$1 \\ --", String(repeating: "x", count: 63),
    ])
    func aChannelIsTakenAsItIsWritten(channel: String) async throws {
        try await withTestDatabase { test in
            let database = Database(url: test.url, connections: 1)
            defer { database.close() }
            let calls = Calls()
            let listener = Listener(url: Secret(test.url), channel: channel) { calls.add() }
            defer { listener.close() }
            #expect(await eventually { calls.count == 1 })
            try await database.notify(channel: channel)
            #expect(await eventually { calls.count == 2 })
        }
    }

    @Test func manyThatComeTogetherAreOneCallAndItComesAfterTheLast() async throws {
        try await withTestDatabase { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let database = Database(url: test.url, connections: 4)
            defer { database.close() }
            let calls = Calls()
            let sent = Alarm()
            let listener = Listener(
                url: Secret(relay.url), channel: "fox", keepAlive: .milliseconds(20)
            ) {
                calls.add()
                // Nothing is taken in before all have been sent.
                if calls.count == 1 { sent.nap(for: .seconds(300)) }
            }
            defer { listener.close() }
            #expect(await eventually { calls.count == 1 })
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask {
                        for _ in 0..<250 { try await database.notify(channel: "fox") }
                    }
                }
                try await group.waitForAll()
            }
            #expect(calls.count == 1)
            let roundTrips = relay.roundTrips
            sent.ring()
            // It asks after a silence, and is answered behind all notifications.
            #expect(await eventually { relay.roundTrips >= roundTrips + 2 })
            #expect((2...50).contains(calls.count), "\(calls.count)")
        }
    }

    @Test func aLostConnectionIsReplacedAndCallsAgain() async throws {
        try await withTestDatabase { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let database = Database(url: test.url, connections: 1)
            defer { database.close() }
            let calls = Calls()
            let listener = Listener(url: Secret(relay.url), channel: "fox") { calls.add() }
            defer { listener.close() }
            #expect(await eventually { calls.count == 1 })
            relay.goDown()
            #expect(await eventually { relay.conversations == 0 })
            // Nobody hears this; the call after the connect stands for it.
            try await database.notify(channel: "fox")
            #expect(calls.count == 1)
            relay.goUp()
            #expect(await eventually { calls.count == 2 })
            try await database.notify(channel: "fox")
            #expect(await eventually { calls.count == 3 })
        }
    }

    @Test func aSessionThatTheServerEndsIsReplaced() async throws {
        try await withTestDatabase { test in
            let database = Database(url: test.url, connections: 1)
            defer { database.close() }
            let calls = Calls()
            let listener = Listener(url: Secret(test.url), channel: "fox", settings: settings) {
                calls.add()
            }
            defer { listener.close() }
            #expect(await eventually { calls.count == 1 })
            let ended = try await database.transaction { transaction in
                try transaction.execute(
                    """
                    select pg_terminate_backend(pid) from pg_stat_activity
                    where application_name = 'listener' and datname = current_database()
                    """)
            }
            #expect(ended == 1)
            #expect(await eventually { calls.count == 2 })
            #expect(try await sessions(database) == 1)
        }
    }

    @Test func whileNothingComesItAsksWhetherTheServerIsStillThere() async throws {
        try await withTestDatabase { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let calls = Calls()
            let listener = Listener(
                url: Secret(relay.url), channel: "fox", keepAlive: .milliseconds(5)
            ) { calls.add() }
            defer { listener.close() }
            #expect(await eventually { calls.count == 1 })
            let roundTrips = relay.roundTrips
            #expect(await eventually { relay.roundTrips >= roundTrips + 5 })
            // One way is dead: the question goes out, the answer does not come.
            relay.cut(.after("select 1"))
            #expect(await eventually { calls.count == 2 })
        }
    }

    @Test func onceClosedItsSessionEndsAndNothingCalls() async throws {
        try await withTestDatabase { test in
            let database = Database(url: test.url, connections: 1)
            defer { database.close() }
            let calls = Calls()
            let listener = Listener(url: Secret(test.url), channel: "fox", settings: settings) {
                calls.add()
            }
            #expect(await eventually { calls.count == 1 })
            #expect(try await sessions(database) == 1)
            listener.close()
            // Sooner than its next look at the server, half a minute away.
            #expect(try await eventually { try await sessions(database) == 0 })
            try await database.notify(channel: "fox")
            #expect(calls.count == 1)
            listener.close()
        }
    }

    @Test func closingWaitsForTheCallUnderWayAndIsTheLast() async throws {
        try await withTestDatabase { test in
            let database = Database(url: test.url, connections: 1)
            defer { database.close() }
            let (begun, ended) = (Calls(), Calls())
            let leaving = Alarm()
            let listener = Listener(url: Secret(test.url), channel: "fox", settings: settings) {
                begun.add()
                if begun.count == 1 { leaving.nap(for: .seconds(300)) }
                ended.add()
            }
            #expect(await eventually { begun.count == 1 })
            let closing = Meeting(of: 1)
            let closed = Lock<(begun: Int, ended: Int)?>(nil)
            Thread.start(name: "closes") {
                closing.arrive()
                listener.close()
                closed.withLock { $0 = (begun.count, ended.count) }
            }
            #expect(await eventually { closing.arrivals == 1 })
            // Enough that some have come when the call ends.
            for _ in 0..<500 { try await database.notify(channel: "fox") }
            #expect(closed.withLock { $0 } == nil)
            leaving.ring()
            #expect(await eventually { closed.withLock { $0 } != nil })
            let atClose = try #require(closed.withLock { $0 })
            #expect(atClose.begun == atClose.ended)
            #expect(try await eventually { try await sessions(database) == 0 })
            #expect(begun.count == atClose.begun)
        }
    }

    @Test func whoIsCalledMayClose() async throws {
        try await withTestDatabase { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let calls = Calls()
            let holder = Lock<Listener?>(nil)
            holder.withLock { listener in
                listener = Listener(url: Secret(relay.url), channel: "fox") {
                    calls.add()
                    // The only one to hold it lets it go, on its own thread.
                    _ = holder.withLock { $0.take() }
                }
            }
            #expect(await eventually { calls.count == 1 && relay.conversations == 0 })
        }
    }

    @Test func aListenerThatNobodyHoldsEnds() async throws {
        try await withTestDatabase { test in
            let relay = try Relay(to: test.url)
            defer { relay.close() }
            let calls = Calls()
            var listener: Listener? = Listener(url: Secret(relay.url), channel: "fox") {
                calls.add()
            }
            #expect(await eventually { calls.count == 1 })
            #expect(listener != nil)
            listener = nil
            #expect(await eventually { relay.conversations == 0 })
        }
    }

    @Test func anAddressThatMakesNoSenseIsNeverHeardOf() {
        let listener = Listener(url: Secret("postgres://[::1/den"), channel: "fox") {
            Issue.record("nobody can have called")
        }
        listener.close()
    }
}
