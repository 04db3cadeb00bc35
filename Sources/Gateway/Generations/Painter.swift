import Pictures
import Providers
package import Threads
package import Units

/// The built-in provider `test`: draws in process, the same picture for the same prompt and seed,
/// and acts out what `Rehearsal` reads in the prompt.
package struct Painter: Provider {
    let pool: WorkerPool
    let clock: Clock
    private let queued = Lock(Queued())

    private struct Queued {
        var pixels = 0
        var byOwner: [WorkShare.Owner: Int] = [:]
    }

    /// Pixels that may wait to be drawn, in all requests together: some seconds of work on two
    /// cores. Counted in pixels because one picture may cost a thousand times another.
    static let queuedPixelsMax = 512 * 1024 * 1024

    package init(pool: WorkerPool, clock: Clock) {
        self.pool = pool
        self.clock = clock
    }

    package var isForeign: Bool { false }

    package func isQuick(_ assignment: Assignment) -> Bool { Rehearsal(assignment.prompt) == nil }

    /// An owner may have as many pixels waiting as it leaves free for others, and its first request
    /// whenever there is room.
    package func enter(
        _ assignment: Assignment, of owner: WorkShare.Owner
    ) throws(Refusal) {
        let taken = queued.withLock { queued in
            let own = queued.byOwner[owner, default: 0]
            let left = Self.queuedPixelsMax - queued.pixels - assignment.pixels
            guard left >= 0, own == 0 || own + assignment.pixels <= left else { return false }
            queued.pixels += assignment.pixels
            queued.byOwner[owner] = own + assignment.pixels
            return true
        }
        guard taken else { throw Self.overloaded }
    }

    package func leave(_ assignment: Assignment, of owner: WorkShare.Owner) {
        queued.withLock { queued in
            queued.pixels -= assignment.pixels
            let own = queued.byOwner[owner, default: 0] - assignment.pixels
            queued.byOwner[owner] = own > 0 ? own : nil
        }
    }

    private static let overloaded = Refusal(
        .overloaded, "Too many images are being drawn at the moment.", retryAfter: .seconds(2))

    package func submit(
        _ commission: Commission, attempt: Int, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress {
        let assignment = commission.assignment
        let owner = WorkShare.Owner(commission.account)
        guard let rehearsal = Rehearsal(assignment.prompt) else {
            return .done(
                Delivered(
                    try await paint(
                        assignment, of: owner, count: assignment.n, by: deadline, show: show)))
        }
        if let failure = rehearsal.failure(attempt: attempt) { throw failure }
        if let seconds = rehearsal.slowSeconds {
            return SlowTask(due: clock.now + .seconds(seconds), seconds: seconds).pending(
                at: clock.now)
        }
        return .done(
            Delivered(
                try await paint(
                    assignment, of: owner, count: rehearsal.count(of: assignment.n), by: deadline,
                    show: show))
        )
    }

    package func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        try await poll(task, of: commission, by: deadline, show: nil)
    }

    package func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress {
        let assignment = commission.assignment
        let owner = WorkShare.Owner(commission.account)
        guard var slow = SlowTask(task) else { throw .failed("there is no task '\(task)'") }
        let count = Rehearsal(assignment.prompt)?.count(of: assignment.n) ?? assignment.n
        let now = clock.now
        guard slow.due <= now else {
            let due = slow.viewsDue(of: assignment.partials, at: now)
            if let show, due > slow.shown {
                _ = try await paint(
                    assignment, of: owner, count: count, by: deadline, views: slow.shown..<due,
                    withEnd: false, show: show)
                slow.shown = due
            }
            return slow.pending(at: now)
        }
        let left = min(slow.shown, assignment.partials)..<assignment.partials
        return .done(
            Delivered(
                try await paint(
                    assignment, of: owner, count: count, by: deadline, views: left, show: show)))
    }

    /// Draws the first `count` images of an assignment: one with its seed, the next with the one
    /// after. `views` are shown on the way (all of them unless named); without an end nothing else is
    /// drawn.
    private func paint(
        _ assignment: Assignment, of owner: WorkShare.Owner, count: Int, by deadline: Timestamp,
        views: Range<Int>? = nil,
        withEnd: Bool = true, show: Show?
    ) async throws(ProviderFailure) -> [[UInt8]] {
        let views = show == nil ? 0..<0 : views ?? 0..<assignment.partials
        let look = Look(
            owner: owner, views: views, withEnd: withEnd, deadline: deadline, show: show)
        do {
            if count == 1 { return [try await paint(assignment, 0, look)] }
            return try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
                for index in 0..<count {
                    group.addTask {
                        (index, try await paint(assignment, index, look))
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

    /// What is drawn of a picture, by when.
    private struct Look {
        let owner: WorkShare.Owner
        let views: Range<Int>
        let withEnd: Bool
        let deadline: Timestamp
        let show: Show?
    }

    private func paint(_ assignment: Assignment, _ index: Int, _ look: Look) async throws -> [UInt8]
    {
        let share = WorkShare(
            owner: look.owner, pixels: assignment.size.width * assignment.size.height)
        return try await pool.run(share) { [clock] in
            guard clock.now < look.deadline else {
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
            for view in look.views {
                // Sixteen times as coarse as the picture, then eight, then four.
                let bytes = try encoded(bitmap.coarser(by: 16 >> view))
                look.show?(
                    PartialPicture(image: index, index: view, bytes: bytes, size: assignment.size))
            }
            return look.withEnd ? try encoded(bitmap) : []
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
