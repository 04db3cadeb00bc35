import Providers
import Threads
package import Units

/// Asking for tasks.
extension VendorProvider {
    package func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        let parts = TaskPart.all(in: task)
        guard !parts.isEmpty else { throw .failed("there is no task '\(task.prefix(80))'") }
        let answers = await each(parts) { await self.asked(for: $0, by: deadline) }
        var standing = Standing()
        for (part, answer) in zip(parts, answers) { standing.add(answer, to: part) }
        // What has ended is kept in the name: it is asked for again, with the others, at the end.
        if standing.isOpen {
            return .pending(
                task: TaskPart.text(of: standing.tasks), next: standing.next,
                percent: standing.percent)
        }
        if let passing = standing.passing { throw passing }
        var delivered = early.withLock { $0[commission.generation] } ?? Delivered([])
        for (made, texts) in standing.made {
            delivered.add(try await arrived(made, texts, by: deadline, isTask: true))
        }
        early.withLock { $0[commission.generation] = nil }
        guard delivered.pictures.isEmpty else { return .done(delivered) }
        throw ProviderFailure.worst(of: standing.ended) ?? .failed("its tasks made no picture")
    }

    /// How far several tasks are together.
    private struct Standing {
        var tasks: [TaskPart] = []
        var made: [(Made, LongTexts?)] = []
        /// Those that ended without a picture.
        var ended: [ProviderFailure] = []
        /// A failure to ask, which says nothing of the task.
        var passing: ProviderFailure?
        var isOpen = false
        var next: Duration = .seconds(60)
        var percent: Int?

        mutating func add(_ answer: Result<PolledPart, ProviderFailure>, to part: TaskPart) {
            switch answer {
            case .success(.running(let task, let soon, let percent)):
                isOpen = true
                tasks.append(TaskPart(credential: part.credential, task: task))
                next = min(next, soon)
                if let percent { self.percent = min(self.percent ?? 100, percent) }
            case .success(.made(let made, let texts)):
                tasks.append(part)
                self.made.append((made, texts))
            case .failure(let failure):
                switch failure {
                case .refused, .failed, .empty: ended.append(failure)
                case .busy, .broken, .unsure, .out:
                    tasks.append(part)
                    passing = failure
                }
            }
        }
    }

    /// What one task answers.
    private enum PolledPart: Sendable {
        case running(String, next: Duration, percent: Int?)
        case made(Made, LongTexts?)
    }

    private func asked(
        for part: TaskPart, by deadline: Timestamp
    ) async -> Result<PolledPart, ProviderFailure> {
        guard credentials.indices.contains(part.credential) else {
            return .failure(.out("the credential of its task is no longer there"))
        }
        let credential = credentials[part.credential]
        do throws(ProviderFailure) {
            let call = try understood(credential) { () throws(VendorFailure) in
                try vendor.poll(part.task, with: credential, at: clock.now)
            }
            let (reply, texts) = try await send(request(call, by: deadline), by: deadline)
            let progress = try understood(credential) { () throws(VendorFailure) in
                try vendor.readPoll(reply, of: part.task)
            }
            switch progress {
            case .pending(let task, let next, let percent):
                return .success(
                    .running(task, next: next, percent: percent.map { min(100, max(0, $0)) }))
            case .done(let made): return .success(.made(made, texts))
            }
        } catch {
            return .failure(error)
        }
    }
}
