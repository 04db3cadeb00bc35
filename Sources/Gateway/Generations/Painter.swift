import Pictures
import Providers
package import Threads
package import Units

/// The built-in provider `test`: draws in process, the same picture for the same prompt and seed,
/// and acts out what `Rehearsal` reads in the prompt.
package struct Painter: Provider {
    let pool: WorkerPool
    let clock: Clock
    private let queuedPixels = Lock(0)

    /// Pixels that may wait to be drawn, in all requests together: some seconds of work on two
    /// cores. Counted in pixels because one picture may cost a thousand times another.
    static let queuedPixelsMax = 512 * 1024 * 1024

    package init(pool: WorkerPool, clock: Clock) {
        self.pool = pool
        self.clock = clock
    }

    package var isForeign: Bool { false }

    package func isQuick(_ assignment: Assignment) -> Bool { Rehearsal(assignment.prompt) == nil }

    package func enter(_ assignment: Assignment) throws(Refusal) {
        let taken = queuedPixels.withLock { queued in
            guard queued + assignment.pixels <= Self.queuedPixelsMax else { return false }
            queued += assignment.pixels
            return true
        }
        guard taken else { throw Self.overloaded }
    }

    package func leave(_ assignment: Assignment) {
        queuedPixels.withLock { $0 -= assignment.pixels }
    }

    private static let overloaded = Refusal(
        .overloaded, "Too many images are being drawn at the moment.", retryAfter: .seconds(2))

    package func submit(
        _ commission: Commission, attempt: Int, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress {
        let assignment = commission.assignment
        guard let rehearsal = Rehearsal(assignment.prompt) else {
            return .done(
                Delivered(
                    try await paint(assignment, count: assignment.n, by: deadline, show: show)))
        }
        if let failure = rehearsal.failure(attempt: attempt) { throw failure }
        if let seconds = rehearsal.slowSeconds {
            // The task's name is all its state, as if a vendor far away kept it.
            let due = clock.now + .seconds(seconds)
            return .pending(
                task: "slow-\(due.microseconds)-\(seconds)", next: Self.pollEvery, percent: 0)
        }
        return .done(
            Delivered(
                try await paint(
                    assignment, count: rehearsal.count(of: assignment.n), by: deadline, show: show))
        )
    }

    /// How often a slow rehearsal wants to be asked.
    private static let pollEvery: Duration = .milliseconds(250)

    package func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        let assignment = commission.assignment
        let numbers = task.split(separator: "-").dropFirst().compactMap { Int64($0) }
        guard numbers.count == 2 else { throw .failed("there is no task '\(task)'") }
        let left = Timestamp(microseconds: numbers[0]) - clock.now
        guard left <= .zero else {
            let share = 100 - left.microseconds / 10_000 / max(1, numbers[1])
            return .pending(
                task: task, next: min(left, Self.pollEvery), percent: Int(min(99, max(0, share))))
        }
        let count = Rehearsal(assignment.prompt)?.count(of: assignment.n) ?? assignment.n
        return .done(
            Delivered(try await paint(assignment, count: count, by: deadline, show: nil)))
    }

    /// Draws the first `count` images of an assignment: one with its seed, the next with the one
    /// after.
    private func paint(
        _ assignment: Assignment, count: Int, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> [[UInt8]] {
        do {
            if count == 1 { return [try await paint(assignment, 0, by: deadline, show: show)] }
            return try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
                for index in 0..<count {
                    group.addTask {
                        (index, try await paint(assignment, index, by: deadline, show: show))
                    }
                }
                var images = [[UInt8]](repeating: [], count: count)
                for try await (index, image) in group { images[index] = image }
                return images
            }
        } catch is WorkerPool.PoolFull {
            throw .busy(retryAfter: .seconds(2))
        } catch let refusal as Refusal {
            throw .refused(refusal)
        } catch {
            throw .failed("\(error)")
        }
    }

    private func paint(
        _ assignment: Assignment, _ index: Int, by deadline: Timestamp, show: Show?
    ) async throws -> [UInt8] {
        try await pool.run { [clock] in
            guard clock.now < deadline else {
                throw Refusal(
                    .deadlinePassed, "The image was not made in time. Nothing was charged.")
            }
            var bitmap = TestPicture.draw(
                prompt: assignment.prompt, seed: assignment.view &+ Int64(index),
                size: assignment.size)
            if assignment.options[.background] == .text("transparent") { bitmap = bitmap.cutOut() }
            func encoded(_ bitmap: Bitmap) throws -> [UInt8] {
                try Picture.encode(
                    bitmap, as: assignment.format, quality: assignment.compression)
            }
            if let show {
                for view in 0..<assignment.partials {
                    // Sixteen times as coarse as the picture, then eight, then four.
                    let bytes = try encoded(bitmap.coarser(by: 16 >> view))
                    show(
                        PartialPicture(
                            image: index, index: view, bytes: bytes, size: assignment.size))
                }
            }
            return try encoded(bitmap)
        }
    }
}

extension Rehearsal {
    /// How many of `n` pictures come.
    fileprivate func count(of n: Int) -> Int { partial ? max(1, n / 2) : n }
}

extension Assignment {
    /// Its seed, and another one for every picture that it starts from.
    fileprivate var view: Int64 {
        inputs.reduce(seed) { seed, picture in
            seed &* 31 &+ Int64(picture.byteCount) &+ Int64(picture.size.pixels)
        }
    }

    /// Of all its images together.
    fileprivate var pixels: Int { size.width * size.height * n }
}
