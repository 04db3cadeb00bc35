import GatewaySupport
import Postgres
import Testing
import Threads
import Units

/// What another session holds, as if the database had stalled there.
struct LockedTable {
    private let release = Alarm()

    /// Lets everybody go on.
    func letGo() { release.ring() }

    /// Runs `body` while another session holds what `statement` locks, or until it is let go.
    static func with(
        _ statement: SQL, of gateway: TestGateway, _ body: (LockedTable) async throws -> Void
    ) async throws {
        let other = Database(url: gateway.url, connections: 1)
        defer { other.close() }
        let table = LockedTable()
        let isHeld = Lock(false)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await other.transaction { transaction in
                    try transaction.execute(statement)
                    isHeld.withLock { $0 = true }
                    table.release.nap(for: .seconds(120))
                }
            }
            defer { table.letGo() }
            #expect(await eventually { isHeld.withLock { $0 } })
            try await body(table)
            table.letGo()
            try await group.waitForAll()
        }
    }
}

/// Polls until `condition` holds; false when it did not within two minutes.
func eventually(_ condition: () async throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(120)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
        // A cancelled sleep only makes the next look come sooner.
        try? await Task.sleep(for: .milliseconds(2))
    }
    return false
}
