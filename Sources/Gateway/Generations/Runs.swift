import Threads
import Units

/// What this server is carrying out: inside a request, or on its own.
///
/// A generation that outlives the request which began it runs in a task of its own, kept here so
/// that a server which stops can hand it back.
final class Runs: Sendable {
    private struct State {
        /// Everything, and of it what runs on its own; `true` when it may be handed back.
        var ids: Set<ID<Generation>> = []
        var tasks: [ID<Generation>: (task: Task<Void, Never>, durable: Bool)] = [:]
        var stopping = false
    }

    private let state = Lock(State())

    var ids: Set<ID<Generation>> { state.withLock { $0.ids } }

    /// Whether nothing new is to be begun.
    var stopping: Bool { state.withLock { $0.stopping } }

    func begin(_ id: ID<Generation>) { state.withLock { _ = $0.ids.insert(id) } }

    func end(_ id: ID<Generation>) {
        state.withLock { state in
            state.ids.remove(id)
            state.tasks[id] = nil
        }
    }

    /// Carries `work` out on its own. Cancelled when the server stops, if it is `durable`.
    func start(
        _ id: ID<Generation>, durable: Bool, _ work: @escaping @Sendable () async -> Void
    ) {
        begin(id)
        let task = Task {
            await work()
            self.end(id)
        }
        let cancels = state.withLock { state in
            // It may have ended already; then its task would stay here for nothing.
            if state.ids.contains(id) { state.tasks[id] = (task, durable) }
            return state.stopping && durable
        }
        if cancels { task.cancel() }
    }

    /// Lets a run be handed back from now on: somebody can ask for it again.
    func makeDurable(_ id: ID<Generation>) {
        let stops = state.withLock { state in
            state.tasks[id]?.durable = true
            return state.stopping ? state.tasks[id]?.task : nil
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
