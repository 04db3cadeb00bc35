public import Pictures
package import Providers
package import Threads
package import Units

/// Who makes pictures, as the engine sees it.
///
/// A provider either answers a submission at once or names a task to be asked for later. The engine
/// writes the task's name down before it asks, so that whoever takes a generation over after a
/// crash asks on instead of paying again.
package protocol Provider: Sendable {
    /// Whether it will answer this within moments, so that a caller may wait without a limit.
    func isQuick(_ assignment: Assignment) -> Bool

    /// Takes a place in its queue, or refuses when that is too long. Given back by `leave`.
    /// No owner may fill it for others.
    func enter(_ assignment: Assignment, of owner: WorkShare.Owner) throws(Refusal)
    func leave(_ assignment: Assignment, of owner: WorkShare.Owner)

    /// Asks for the pictures; `attempt` counts from 0. What cannot begin by `deadline` does not.
    /// While they are drawn, `show` is given as many views of each as the assignment wants.
    func submit(
        _ commission: Commission, attempt: Int, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress

    /// Asks how far a task is.
    func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress

    /// The same; what has views of the pictures since gives them to `show`.
    func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress

    /// Whether it is somebody else's: its attempts are written down, and it is taken out of the way
    /// when it fails.
    var isForeign: Bool { get }
}

/// What holds for somebody else's provider: it takes its time, and its queue is its own matter.
extension Provider {
    package var isForeign: Bool { true }
    package func isQuick(_ assignment: Assignment) -> Bool { false }
    package func enter(_ assignment: Assignment, of owner: WorkShare.Owner) throws(Refusal) {}
    package func leave(_ assignment: Assignment, of owner: WorkShare.Owner) {}
}

extension Provider {
    /// A task that is asked for shows nothing on its way.
    package func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress {
        try await poll(task, of: commission, by: deadline)
    }
}

/// What a provider has made.
package struct Delivered: Sendable {
    /// At least one, and fewer than asked for when some failed.
    package var pictures: [[UInt8]]
    /// What it says that it took: nil where it does not say.
    package var usage = VendorUsage()
    /// What it says of the pictures.
    package var revisedPrompt: String?
    package var quality: String?
    package var background: String?
    /// Its name of the request.
    package var request: String?
    /// Whether its file had content credentials, which the pictures cut from it have not.
    package var lostCredentials = false

    package init(_ pictures: [[UInt8]]) {
        self.pictures = pictures
    }
}

/// Somebody who looks on while pictures are drawn.
public typealias Show = @Sendable (PartialPicture) -> Void

/// A picture as far as it is drawn. Nobody pays for it.
public struct PartialPicture: Sendable {
    /// Which of the pictures asked for, from 0.
    public let image: Int
    /// Which view of it, from 0.
    public let index: Int
    public let bytes: [UInt8]
    public let size: PixelSize

    package init(image: Int, index: Int, bytes: [UInt8], size: PixelSize) {
        self.size = size
        self.image = image
        self.index = index
        self.bytes = bytes
    }
}

/// How far a provider is.
package enum Progress: Sendable {
    case done(Delivered)
    /// Ask for `task` again after `next`. `percent` as far as the provider tells.
    case pending(task: String, next: Duration, percent: Int?)
}

/// Why a provider gave no pictures. The engine switches over every case.
package enum ProviderFailure: Error, Sendable, CustomStringConvertible {
    /// The customer's doing: told as it is, never tried again, here or elsewhere.
    case refused(Refusal)
    /// Too much at the moment, for this long if it says so.
    case busy(retryAfter: Duration?)
    /// The call failed. A task that was begun may be well: it is asked for again, never submitted
    /// a second time.
    case broken(String)
    /// It may have the work and may charge for it: never asked again, and one other at most.
    case unsure(String)
    /// The work itself failed, and no task is left to ask for.
    case failed(String)
    /// It says that it has worked, and there is no picture: often the prompt's doing. It is paid for,
    /// so it is treated as `unsure` is.
    case empty(String)
    /// It cannot serve anybody until somebody has looked: our credential is refused, our account
    /// there is empty, or it no longer knows the model. Another may.
    case out(String)

    /// Whether the vendor may charge for work that we have nothing of.
    var mayBePaidFor: Bool {
        switch self {
        case .unsure, .empty: true
        case .refused, .busy, .broken, .failed, .out: false
        }
    }

    package var description: String {
        switch self {
        case .refused(let refusal): "refused: \(refusal.kind.rawValue)"
        case .busy: "busy"
        case .broken(let reason): "broken: \(reason)"
        case .unsure(let reason): "unsure: \(reason)"
        case .failed(let reason): "failed: \(reason)"
        case .empty(let reason): "empty: \(reason)"
        case .out(let reason): "out: \(reason)"
        }
    }
}
