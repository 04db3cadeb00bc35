/// Waiting that a caller who left cannot cut short.
enum Pause {
    /// `Task.sleep` returns at once in a cancelled task, and a loop around it would spin.
    static func uncancelled(_ duration: Duration) async {
        // An unstructured task is not cancelled with the one that waits for it.
        await Task { try? await Task.sleep(for: duration) }.value
    }
}
