import Pictures
import Threads
import Units

/// The built-in provider `test`: draws in process, the same picture for the same prompt and seed.
struct Painter: Sendable {
    let pool: WorkerPool
    let clock: Clock
    private let queuedPixels = Lock(0)

    /// Pixels that may wait to be drawn, in all requests together: some seconds of work on two
    /// cores. Counted in pixels because one picture may cost a thousand times another.
    static let queuedPixelsMax = 512 * 1024 * 1024

    init(pool: WorkerPool, clock: Clock) {
        self.pool = pool
        self.clock = clock
    }

    /// What `test/test` and `test/paid` can do.
    static let capabilities = Capabilities(
        n: 1...10, side: 16...4096, promptMax: 32_000,
        defaultSize: PixelSize(width: 1024, height: 1024))

    /// Takes a place in the queue, or refuses when it is too long. Given back by `leave`.
    func queue(_ assignment: Assignment) throws(Refusal) {
        let taken = queuedPixels.withLock { queued in
            guard queued + assignment.pixels <= Self.queuedPixelsMax else { return false }
            queued += assignment.pixels
            return true
        }
        guard taken else { throw Self.overloaded }
    }

    /// Gives the place in the queue back.
    func leave(_ assignment: Assignment) {
        queuedPixels.withLock { $0 -= assignment.pixels }
    }

    private static let overloaded = Refusal(
        .overloaded, "Too many images are being drawn at the moment.", retryAfter: .seconds(2))

    /// Draws the images of an assignment: the first with its seed, the next with the one after.
    /// What has not begun by `deadline` is not begun.
    func paint(_ assignment: Assignment, by deadline: Timestamp) async throws -> [[UInt8]] {
        if assignment.n == 1 { return [try await paint(assignment, 0, by: deadline)] }
        return try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for index in 0..<assignment.n {
                group.addTask { (index, try await paint(assignment, index, by: deadline)) }
            }
            var images = [[UInt8]](repeating: [], count: assignment.n)
            for try await (index, image) in group { images[index] = image }
            return images
        }
    }

    private func paint(
        _ assignment: Assignment, _ index: Int, by deadline: Timestamp
    ) async throws -> [UInt8] {
        do {
            return try await pool.run { [clock] in
                guard clock.now < deadline else {
                    throw Refusal(
                        .deadlinePassed, "The image was not made in time. Nothing was charged.")
                }
                let bitmap = TestPicture.draw(
                    prompt: assignment.prompt, seed: assignment.seed &+ Int64(index),
                    size: assignment.size)
                return try Picture.encode(
                    bitmap, as: assignment.format, quality: assignment.compression)
            }
        } catch is WorkerPool.PoolFull {
            throw Self.overloaded
        }
    }
}

extension Assignment {
    /// Of all its images together.
    fileprivate var pixels: Int { size.width * size.height * n }
}
