package import Gateway
import Pictures
import Threads
package import Units

/// A provider that keeps its tasks outside of every server, as a vendor does, and counts what it is
/// asked for. Its pictures are one real small picture.
package final class ScriptedProvider: Provider {
    private struct State {
        var submitted = 0
        var polled: [String: Int] = [:]
        var failures: [ProviderFailure] = []
        var pollFailures: [ProviderFailure] = []
        var pollsUntilDone = 0
        var delivers: Int?
        var holds = false
        var everyOtherPollFails = false
    }

    private let state = Lock(State())
    private let picture: [UInt8]

    /// One whose tasks are done when they have been asked for so often; 0: at once, without a task.
    package init(pollsUntilDone: Int = 0, isForeign: Bool = false) throws {
        self.isForeign = isForeign
        let bitmap = TestPicture.draw(
            prompt: "a fox", seed: 1, size: PixelSize(width: 16, height: 16))
        picture = try Picture.encode(bitmap, as: .png, quality: nil)
        state.withLock { $0.pollsUntilDone = pollsUntilDone }
    }

    /// How often pictures were asked for: what a vendor would charge.
    package var submitted: Int { state.withLock { $0.submitted } }

    /// How often tasks were asked about.
    package var polls: Int { state.withLock { $0.polled.values.reduce(0, +) } }

    /// Has the next submissions fail so, in order.
    package func fail(_ failures: ProviderFailure...) {
        state.withLock { $0.failures += failures }
    }

    /// Has the next polls fail so, in order.
    package func failPolls(_ failures: ProviderFailure...) {
        state.withLock { $0.pollFailures += failures }
    }

    /// Has every task done from now on.
    package func finish() { state.withLock { $0.pollsUntilDone = 0 } }

    /// Has every second poll fail.
    package func failEveryOtherPoll() { state.withLock { $0.everyOtherPollFails = true } }

    /// Has submissions wait until they are let go.
    package func holdSubmissions() { state.withLock { $0.holds = true } }
    package func letSubmissionsGo() { state.withLock { $0.holds = false } }

    /// Delivers only so many pictures.
    package func deliver(_ count: Int) { state.withLock { $0.delivers = count } }

    package let isForeign: Bool

    package func submit(
        _ commission: Commission, attempt: Int, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress {
        let assignment = commission.assignment
        let (failure, number, waits) = state.withLock { state in
            state.submitted += 1
            let failure = state.failures.isEmpty ? nil : state.failures.removeFirst()
            return (failure, state.submitted, state.pollsUntilDone > 0)
        }
        while state.withLock({ $0.holds }) {
            // Yielding alone would keep the pool's threads from everybody else. A cancelled nap only
            // makes the next look come sooner.
            try? await Task.sleep(for: .milliseconds(1))
        }
        if let failure { throw failure }
        guard waits else { return .done(Delivered(pictures(assignment))) }
        return .pending(task: "task \(number)", next: .milliseconds(2), percent: 0)
    }

    package func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        let assignment = commission.assignment
        let (failure, polls, needed) = state.withLock { state in
            state.polled[task, default: 0] += 1
            let failure =
                state.everyOtherPollFails && (state.polled[task] ?? 0) % 2 == 1
                ? .broken("cut")
                : state.pollFailures.isEmpty ? nil : state.pollFailures.removeFirst()
            return (failure, state.polled[task] ?? 0, state.pollsUntilDone)
        }
        if let failure { throw failure }
        guard polls >= needed else {
            return .pending(task: task, next: .milliseconds(2), percent: polls * 100 / needed)
        }
        return .done(Delivered(pictures(assignment)))
    }

    private func pictures(_ assignment: Assignment) -> [[UInt8]] {
        let count = state.withLock { $0.delivers } ?? assignment.n
        return [[UInt8]](repeating: picture, count: count)
    }
}
