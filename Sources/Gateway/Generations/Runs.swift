import Threads
import Units

/// What this server is carrying out: inside a request, or on its own.
///
/// A generation that outlives the request which began it runs in a task of its own, kept here so
/// that a server which stops can hand it back.
final class Runs: Sendable {
    /// One run of one generation: a server may have taken it over from itself.
    struct Name: Hashable {
        let id: ID<Generation>
        let run: Int32
    }

    private struct State {
        /// Everything, and of it what runs on its own; `true` when it may be handed back.
        var names: Set<Name> = []
        var tasks: [Name: (task: Task<Void, Never>, durable: Bool)] = [:]
        var stopping = false
    }

    private let state = Lock(State())

    var ids: Set<ID<Generation>> { state.withLock { Set($0.names.map(\.id)) } }

    /// Whether nothing new is to be begun.
    var stopping: Bool { state.withLock { $0.stopping } }

    func begin(_ name: Name) { state.withLock { _ = $0.names.insert(name) } }

    func end(_ name: Name) {
        state.withLock { state in
            state.names.remove(name)
            state.tasks[name] = nil
        }
    }

    /// Carries `work` out on its own. Cancelled when the server stops, if it is `durable`.
    func start(
        _ name: Name, durable: Bool, _ work: @escaping @Sendable () async -> Void
    ) {
        begin(name)
        let task = Task {
            await work()
            self.end(name)
        }
        let cancels = state.withLock { state in
            // It may have ended already; then its task would stay here for nothing.
            if state.names.contains(name) { state.tasks[name] = (task, durable) }
            return state.stopping && durable
        }
        if cancels { task.cancel() }
    }

    /// Lets a run be handed back from now on: somebody can ask for it again.
    func makeDurable(_ name: Name) {
        let stops = state.withLock { state in
            state.tasks[name]?.durable = true
            return state.stopping ? state.tasks[name]?.task : nil
        }
        stops?.cancel()
    }

    /// Has everything durable that runs on its own end soon, and waits until it has.
    func stop() async {
        let tasks = state.withLock { state in
            state.stopping = true
            return state.tasks.values.filter(\.durable).map(\.task)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }
}
