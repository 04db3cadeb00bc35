public import Units

/// Hears of notifications on one channel, by a connection of its own on a thread of its own.
///
/// A short cut for whoever also looks from time to time: a lost connection is replaced without a
/// word, and nothing is heard meanwhile. `listen` belongs to a session, so `url` must not lead to
/// a pooler in transaction mode.
public final class Listener: Sendable {
    /// Half of a minute is what a dead way may cost; a round trip for it costs next to nothing.
    public static let keepAlive: Duration = .seconds(30)

    private let thread: ListenerThread?

    /// Calls `onWake` when one or more notifications have come, many that come together once,
    /// and after each connect, since what was sent before it is lost.
    ///
    /// `onWake` runs on the listener's thread: it must not wait for anything. `channel` is a name
    /// of 1 to 63 bytes, taken as it is. After `keepAlive` without a word the server is asked
    /// whether it is still there. With a malformed `url` nothing is ever heard.
    public init(
        url: Secret, channel: String, settings: Database.Settings = .init(),
        keepAlive: Duration = keepAlive, onWake: @escaping @Sendable () -> Void
    ) {
        thread = Address(url, settings: settings).map {
            ListenerThread(
                address: $0, channel: channel, keepAlive: keepAlive, onWake: onWake)
        }
    }

    deinit { close() }

    /// Ends the thread and its connection, and waits only for a call of `onWake` under way: once
    /// it has returned, there is none. An attempt to connect ends by its own timeout, unheard.
    public func close() { thread?.close() }
}
