import Threads

/// How many bytes of customers' pictures may be on their way to vendors at once, in all requests.
///
/// A vendor's body has to be whole before it is sent, and base64 makes it larger: without a bound, a few
/// edits of many large pictures would take a server's memory.
public final class UploadBudget: Sendable {
    private let taken = Lock(0)
    private let bytesMax: Int

    /// Half a gigabyte of bodies and what they are made of.
    public init(bytesMax: Int = 512 << 20) {
        self.bytesMax = bytesMax
    }

    /// Heavier calls of one generation are made one after the other.
    static let sentAtOnceMax = 32 << 20

    /// What the pictures of one call take: as they are, as base64, and as the body.
    static func weight(of assignment: Assignment) -> Int {
        (assignment.inputs + [assignment.mask].compactMap(\.self))
            .reduce(0) { $0 + $1.byteCount } * 4
    }

    /// One that is heavier than all of it is let in when nobody else is there.
    func take(_ bytes: Int) -> Bool {
        guard bytes > 0 else { return true }
        return taken.withLock { taken in
            guard taken == 0 || taken + bytes <= bytesMax else { return false }
            taken += bytes
            return true
        }
    }

    func give(_ bytes: Int) {
        taken.withLock { $0 -= bytes }
    }
}
