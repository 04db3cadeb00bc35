/// What must happen although whoever asked for it has left or been told to stop.
enum Uncancelled {
    /// Runs `work` to its end.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        // An unstructured task is not cancelled with the one that waits for it.
        try await Task { try await work() }.value
    }

    /// Waits. `Task.sleep` returns at once in a cancelled task, and a loop around it would spin.
    static func pause(_ duration: Duration) async {
        await Task { try? await Task.sleep(for: duration) }.value
    }
}
