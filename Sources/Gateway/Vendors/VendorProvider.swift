import FoundationEssentials
public import HTTPClient
public import Log
import Pictures
public import Providers
import Storage
import Threads
public import Units

/// A vendor as the engine's provider: its wire format over our client.
///
/// Several credentials are tried in turn when one is refused or has no funds. What an endpoint makes
/// only one by one is asked for in several calls, whose tasks are one name to the engine.
public final class VendorProvider: Provider {
    let vendor: Vendor
    let credentials: [Secret?]
    /// The credential that is in use: the others are tried when it is refused.
    private let current = Lock(0)
    /// Submissions under way: one slow vendor must not take the calls of all others.
    private let submitting = Lock(0)
    private let submissionsMax: Int
    private let budget: UploadBudget
    /// What came at once beside tasks of the same generation that are still asked for.
    let early = Lock<[ID<Generation>: Delivered]>([:])
    let client: HTTPClient
    let inputs: Inputs
    let clock: Clock
    let log: Log

    public init(
        _ vendor: Vendor, credentials: [Secret], submissionsMax: Int = 2048,
        budget: UploadBudget = UploadBudget(), client: HTTPClient, inputs: Inputs, clock: Clock,
        log: Log
    ) {
        self.vendor = vendor
        self.credentials = credentials.isEmpty ? [nil] : credentials
        self.submissionsMax = submissionsMax
        self.budget = budget
        self.client = client
        self.inputs = inputs
        self.clock = clock
        self.log = log
    }

    package func submit(
        _ commission: Commission, attempt: Int, by deadline: Timestamp, show: Show?
    ) async throws(ProviderFailure) -> Progress {
        let isLetIn = submitting.withLock { submitting in
            guard submitting < submissionsMax else { return false }
            submitting += 1
            return true
        }
        guard isLetIn else { throw .busy(retryAfter: .seconds(1)) }
        defer { submitting.withLock { $0 -= 1 } }
        let weight = UploadBudget.weight(of: commission.assignment)
        guard budget.take(weight) else { throw .busy(retryAfter: .seconds(2)) }
        defer { budget.give(weight) }
        let asks = try await asks(for: commission)
        // Each call has its pictures in a body of its own: large ones are sent one after the other.
        let parts = await each(
            Array(asks.enumerated()), oneByOne: weight > UploadBudget.sentAtOnceMax
        ) { index, ask in
            var view: Show?
            if ask.partials > 0, let show { view = { show($0.of(image: index)) } }
            return await self.submitted(ask, by: deadline, show: view)
        }
        return try combined(parts, of: commission.generation)
    }

    /// Runs `body` for each item, at once or in turn; results in order.
    func each<Item: Sendable, Value: Sendable>(
        _ items: [Item], oneByOne: Bool = false, _ body: @escaping @Sendable (Item) async -> Value
    ) async -> [Value] {
        var results: [Int: Value] = [:]
        if oneByOne || items.count == 1 {
            for (index, item) in items.enumerated() { results[index] = await body(item) }
        } else {
            await withTaskGroup(of: (Int, Value).self) { group in
                for (index, item) in items.enumerated() {
                    group.addTask { (index, await body(item)) }
                }
                for await (index, value) in group { results[index] = value }
            }
        }
        return items.indices.compactMap { results[$0] }
    }

    /// What several submissions come to. Some pictures are better than none; a prompt that was
    /// refused is told so, whatever else went wrong.
    private func combined(
        _ parts: [Result<SubmittedPart, ProviderFailure>], of generation: ID<Generation>
    ) throws(ProviderFailure) -> Progress {
        var delivered = Delivered([])
        var tasks: [TaskPart] = []
        var next: Duration = .seconds(60)
        var failures: [ProviderFailure] = []
        for part in parts {
            switch part {
            case .success(.delivered(let more)): delivered.add(more)
            case .success(.begun(let task, let soon)):
                tasks.append(task)
                next = min(next, soon)
            case .failure(let failure): failures.append(failure)
            }
        }
        guard tasks.isEmpty else {
            if !delivered.pictures.isEmpty { keepEarly(delivered, of: generation) }
            return .pending(task: TaskPart.text(of: tasks), next: next, percent: 0)
        }
        guard delivered.pictures.isEmpty, let worst = ProviderFailure.worst(of: failures) else {
            return .done(delivered)
        }
        throw worst
    }

    /// Of so many generations at most: no vendor of ours answers so, and what is left out is a picture
    /// fewer, which nobody pays for.
    private static let earlyMax = 64

    private func keepEarly(_ delivered: Delivered, of generation: ID<Generation>) {
        early.withLock { early in
            if early.count >= Self.earlyMax, let other = early.keys.first { early[other] = nil }
            early[generation] = delivered
        }
    }

    /// Asks with the credential in use, and with the next one while they are refused.
    private func submitted(
        _ ask: Ask, by deadline: Timestamp, show: Show?
    ) async -> Result<SubmittedPart, ProviderFailure> {
        var used = current.withLock { $0 }
        for _ in credentials.indices {
            do throws(ProviderFailure) {
                return .success(try await submit(ask, used, by: deadline, show: show))
            } catch {
                guard case .out(let reason) = error, reason.hasPrefix("operator_"),
                    credentials.count > 1
                else { return .failure(error) }
                let next = (used + 1) % credentials.count
                log(
                    .error, "credential refused",
                    ["provider": vendor.name, "number": used + 1, "reason": reason])
                // Whoever was first has moved on for all.
                let refused = used
                current.withLock { if $0 == refused { $0 = next } }
                used = next
            }
        }
        return .failure(.out("operator_auth: no credential of \(vendor.title) is accepted"))
    }
}

/// What one call of several came to.
enum SubmittedPart: Sendable {
    case delivered(Delivered)
    case begun(TaskPart, next: Duration)
}

extension ProviderFailure {
    /// Of several: a refusal of the prompt before all else, or it would be taken to somebody else;
    /// then what may be paid for already, or it would be bought again.
    static func worst(of failures: [ProviderFailure]) -> ProviderFailure? {
        failures.first { if case .refused = $0 { true } else { false } }
            ?? failures.first { $0.mayBePaidFor } ?? failures.first
    }
}

extension Delivered {
    /// The pictures of another call, and what they took.
    mutating func add(_ other: Delivered) {
        guard !pictures.isEmpty else {
            self = other
            return
        }
        pictures += other.pictures
        request = request ?? other.request
        usage = usage.adding(other.usage)
        revisedPrompt = revisedPrompt ?? other.revisedPrompt
        // Pictures of several qualities have none in common.
        if quality != other.quality { quality = nil }
        if background != other.background { background = nil }
    }
}

extension PartialPicture {
    fileprivate func of(image: Int) -> PartialPicture {
        PartialPicture(image: self.image + image, index: index, bytes: bytes, size: size)
    }
}
