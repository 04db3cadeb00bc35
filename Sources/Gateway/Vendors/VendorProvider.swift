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
/// only one by one is asked for in several calls at once.
public final class VendorProvider: Provider {
    let vendor: Vendor
    private let credentials: [Secret?]
    /// The credential that is in use: the others are tried when it is refused.
    private let current = Lock(0)
    /// Submissions under way: one slow vendor must not take the calls of all others.
    private let submitting = Lock(0)
    private let submissionsMax: Int
    let client: HTTPClient
    let inputs: Inputs
    let clock: Clock
    private let log: Log

    public init(
        _ vendor: Vendor, credentials: [Secret], submissionsMax: Int = 2048, client: HTTPClient,
        inputs: Inputs, clock: Clock, log: Log
    ) {
        self.submissionsMax = submissionsMax
        self.vendor = vendor
        self.credentials = credentials.isEmpty ? [nil] : credentials
        self.client = client
        self.inputs = inputs
        self.clock = clock
        self.log = log
    }

    package func isQuick(_ assignment: Assignment) -> Bool { false }
    package func enter(_ assignment: Assignment) throws(Refusal) {}
    package func leave(_ assignment: Assignment) {}

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
        var steps: [Step] = []
        for (index, ask) in try await asks(for: commission).enumerated() {
            var view: Show?
            if ask.partials > 0, let show { view = { show($0.of(image: index)) } }
            steps.append(.submit(ask, view))
        }
        return try combined(await each(steps, by: deadline))
    }

    package func poll(
        _ task: String, of commission: Commission, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        let steps = task.split(separator: Self.separator).map { Step.poll(String($0)) }
        return try combined(await each(steps, by: deadline))
    }

    /// One call to make.
    private enum Step: Sendable {
        case submit(Ask, Show?)
        case poll(String)
    }

    private func take(
        _ step: Step, _ credential: Secret?, by deadline: Timestamp
    ) async throws(ProviderFailure) -> Progress {
        switch step {
        case .submit(let ask, let show):
            try await submit(ask, credential, by: deadline, show: show)
        case .poll(let task): try await poll(task, credential, by: deadline)
        }
    }

    // MARK: Several calls

    /// Between the tasks of several calls. No vendor's name of a task holds a line's end.
    private static let separator: Character = "\u{1F}"

    /// Makes all calls at once; results in order.
    private func each(
        _ steps: [Step], by deadline: Timestamp
    ) async -> [Result<Progress, ProviderFailure>] {
        if steps.count == 1 { return [await withCredential(steps[0], by: deadline)] }
        return await withTaskGroup(of: (Int, Result<Progress, ProviderFailure>).self) { group in
            for (index, step) in steps.enumerated() {
                group.addTask { (index, await self.withCredential(step, by: deadline)) }
            }
            var results: [Int: Result<Progress, ProviderFailure>] = [:]
            for await (index, result) in group { results[index] = result }
            return steps.indices.compactMap { results[$0] }
        }
    }

    /// What several calls come to: they wait for each other; some pictures are better than none.
    private func combined(
        _ parts: [Result<Progress, ProviderFailure>]
    ) throws(ProviderFailure) -> Progress {
        if parts.count == 1 { return try parts[0].get() }
        var delivered = Delivered([])
        var pending: [(task: String, next: Duration, percent: Int?)] = []
        var failures: [ProviderFailure] = []
        for part in parts {
            switch part {
            case .success(.done(let more)): delivered.add(more)
            case .success(.pending(let task, let next, let percent)):
                pending.append((task, next, percent))
            case .failure(let failure): failures.append(failure)
            }
        }
        // A refusal of one is a refusal of the prompt, unless others were drawn from it.
        if !pending.isEmpty {
            return .pending(
                task: pending.map(\.task).joined(separator: String(Self.separator)),
                next: pending.map(\.next).min() ?? .seconds(1),
                percent: pending.compactMap(\.percent).min())
        }
        guard delivered.pictures.isEmpty, let first = failures.first else {
            return .done(delivered)
        }
        throw first
    }

    // MARK: Credentials

    /// Calls with the credential in use, and with the next one while they are refused.
    private func withCredential(
        _ step: Step, by deadline: Timestamp
    ) async -> Result<Progress, ProviderFailure> {
        var used = current.withLock { $0 }
        for _ in credentials.indices {
            do throws(ProviderFailure) {
                return .success(try await take(step, credentials[used], by: deadline))
            } catch {
                guard case .out(let reason) = error, credentials.count > 1 else {
                    return .failure(error)
                }
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
        return .failure(.out("no credential of \(vendor.title) is accepted"))
    }
}

extension Delivered {
    /// The pictures of another call, and what they took.
    fileprivate mutating func add(_ other: Delivered) {
        func sum(_ left: Int?, _ right: Int?) -> Int? {
            left == nil && right == nil ? nil : (left ?? 0) + (right ?? 0)
        }
        pictures += other.pictures
        request = request ?? other.request
        usage.inputText = sum(usage.inputText, other.usage.inputText)
        usage.inputImage = sum(usage.inputImage, other.usage.inputImage)
        usage.outputText = sum(usage.outputText, other.usage.outputText)
        usage.outputImage = sum(usage.outputImage, other.usage.outputImage)
        if let cost = other.usage.cost { usage.cost = (usage.cost ?? 0) + cost }
    }
}

extension PartialPicture {
    fileprivate func of(image: Int) -> PartialPicture {
        PartialPicture(image: self.image + image, index: index, bytes: bytes, size: size)
    }
}
