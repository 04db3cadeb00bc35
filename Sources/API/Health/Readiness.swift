import Synchronization

/// Whether a process wants to be sent requests; one that is about to stop does not, and answers
/// those that come all the same.
public final class Readiness: Sendable {
    private let leaving = Atomic<Bool>(false)

    /// Says "not ready" from now on.
    public func leave() { leaving.store(true, ordering: .relaxed) }

    var isLeaving: Bool { leaving.load(ordering: .relaxed) }
}
