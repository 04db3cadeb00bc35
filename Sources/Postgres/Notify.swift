extension Database {
    /// Wakes the listeners of `channel`, in a transaction of its own.
    ///
    /// Never part of another: its commit would queue for a lock of the whole server. Repeated
    /// when the connection is lost, so one call may wake twice.
    public func notify(channel: String) async throws {
        try await runAlone("select pg_notify(\(channel), '')")
    }
}
