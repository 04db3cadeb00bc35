public import Log
public import Postgres
import Threads
import Units

/// In which minute keys were let in last: gathered in memory and written once a minute, so that no
/// request pays for it.
///
/// Whole minutes, so that a row is written once a minute however many servers see its key, and still
/// says the right one.
public final class KeyUses: Sendable {
    private struct Name: Hashable, Comparable {
        let account: ID<Account>
        let key: ID<Key>

        static func < (left: Name, right: Name) -> Bool {
            (left.account, left.key) < (right.account, right.key)
        }
    }

    private let seen = Lock<[Name: Timestamp]>([:])

    private static let period: Duration = .seconds(60)
    /// In microseconds.
    private static let minute: Int64 = 60_000_000
    /// Keys remembered at once: past it others are, when they come again.
    static let keysMax = 100_000
    /// Keys written in one statement.
    static let batchMax = 1000

    public init() {}

    /// A key was let in.
    func note(_ standing: Key.Standing, at now: Timestamp) {
        seen.withLock { Self.note(standing, at: now, in: &$0) }
    }

    /// Of these keys those were let in that may be used for `scope`.
    func note(_ standings: [Key.Standing], for scope: Key.Scope, at now: Timestamp) {
        seen.withLock { seen in
            for standing in standings where standing.permits(scope, at: now) {
                Self.note(standing, at: now, in: &seen)
            }
        }
    }

    private static func note(
        _ standing: Key.Standing, at now: Timestamp, in seen: inout [Name: Timestamp]
    ) {
        let name = Name(account: standing.account, key: standing.id)
        if seen.count >= keysMax, seen[name] == nil { return }
        seen[name] = Timestamp(microseconds: now.microseconds / minute * minute)
    }

    /// Writes once a minute until cancelled. Whoever stops it writes the last time.
    public func run(on database: Database, log: Log) async {
        while !Task.isCancelled {
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.period)
            if !Task.isCancelled { await write(on: database, log: log) }
        }
    }

    /// Writes what was gathered since the last time. What cannot be written is forgotten: it comes
    /// again with the key's next use.
    public func write(on database: Database, log: Log) async {
        let gathered = seen.withLock { seen in
            defer { seen.removeAll() }
            return seen.sorted { $0.key < $1.key }
        }
        var rest = gathered[...]
        do {
            while !rest.isEmpty {
                let batch = rest.prefix(Self.batchMax)
                rest = rest.dropFirst(Self.batchMax)
                try await database.transaction { transaction in
                    try Self.write(
                        batch.map(\.key.account), batch.map(\.key.key), batch.map(\.value),
                        in: transaction)
                }
            }
        } catch {
            log(.warning, "last use of keys not written", ["error": "\(error)"])
        }
    }

    /// Passing over rows that somebody is just changing, and those that another server has written.
    private static func write(
        _ accounts: [ID<Account>], _ keys: [ID<Key>], _ times: [Timestamp],
        in transaction: borrowing Transaction
    ) throws {
        try PlanPins.set(in: transaction)
        try transaction.execute(
            """
            update api_key k set last_used_at = used.at
            from (
                select l.account_id, l.id, t.at
                from unnest(\(accounts), \(keys), \(times)) as t (account_id, id, at),
                lateral (
                    select account_id, id, last_used_at from api_key
                    where account_id = t.account_id and id = t.id
                    for no key update skip locked
                ) l
                where l.last_used_at is null or l.last_used_at < t.at
            ) used
            where k.account_id = used.account_id and k.id = used.id
            """)
    }
}

extension Key.Standing {
    fileprivate func permits(_ scope: Key.Scope, at now: Timestamp) -> Bool {
        do throws(Refusal) {
            try permit(scope, at: now)
            return true
        } catch {
            return false
        }
    }
}
