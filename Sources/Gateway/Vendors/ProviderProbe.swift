public import Pictures
public import Postgres
import Providers
import Storage
public import Units

/// One small real picture, asked of a provider to see what comes back: no customer's, and not in the
/// ledger.
public struct ProviderProbe: Sendable {
    /// What came back.
    public struct Made: Sendable {
        public let format: ImageFormat
        public let size: PixelSize
        public let bytes: Int
        public let latency: Duration
        /// The provider's name of the request.
        public let request: String?
        /// What it says it charges us.
        public let cost: Credits?
    }

    /// Why nothing came back.
    public struct Failure: Error, Sendable {
        /// As the attempts of a generation are classified.
        public let outcome: Attempt.Outcome
        /// In the provider's words, without secrets.
        public let message: String
        public let latency: Duration
    }

    public let model: String
    /// The provider's own name of it.
    public let providerModel: String
    public let size: PixelSize
    /// The most it costs a customer: about what it costs us.
    public let price: Credits
    private let endpoint: Catalogue.Endpoint
    private let assignment: Assignment

    /// Longer than any provider takes that answers at all.
    private static let timeLimit: Duration = .seconds(600)
    private static let prompt = "A red apple on a white table."
    /// Sizes to be tried, and an endpoint's own choice.
    private static let sizes: [GenerationRequest.Size] = [
        .pixels(PixelSize(width: 256, height: 256)), .pixels(PixelSize(width: 512, height: 512)),
        .pixels(PixelSize(width: 1024, height: 1024)), .auto,
    ]

    /// The cheapest picture that `provider` makes, of `model` or of any; also where it is not offered.
    public static func cheapest(
        of provider: String, model: String?, in catalogue: Catalogue, at now: Timestamp
    ) throws(Refusal) -> ProviderProbe {
        var models = catalogue.models
        if let model {
            guard let found = catalogue.model(named: model) else {
                throw Refusal(
                    .notFound, "There is no model '\(model.prefix(100))' that is sold.",
                    field: "model")
            }
            if found.life.state(at: now) == .retired { throw found.retired }
            models = [found]
        }
        var cheapest: ProviderProbe?
        var refusal: Refusal?
        for model in models where model.life.state(at: now) != .retired {
            for size in sizes {
                do throws(Refusal) {
                    let probe = try ProviderProbe(of: model, by: provider, size, at: now)
                    guard let probe else { continue }
                    if cheapest.map({ probe.price < $0.price }) ?? true { cheapest = probe }
                } catch {
                    refusal = error
                }
            }
        }
        if let cheapest { return cheapest }
        throw refusal
            ?? Refusal(
                .notFound,
                "'\(provider)' has no endpoint with a price"
                    + (model.map { " of the model '\($0)'" } ?? "")
                    + ": `models endpoint add` makes one.", field: model == nil ? nil : "model")
    }

    /// Nil where the provider has no endpoint of it.
    private init?(
        of model: Catalogue.Model, by provider: String, _ size: GenerationRequest.Size,
        at now: Timestamp
    ) throws(Refusal) {
        guard let endpoint = model.endpoint(of: provider), let able = endpoint.capabilities,
            let price = endpoint.price(at: now)
        else { return nil }
        var request = GenerationRequest(
            dialect: .openAI, model: model.id, prompt: Self.prompt, size: size, format: .png)
        if able.parameters["quality"]?.words.contains("low") == true { request.quality = "low" }
        assignment = try able.accept(request, seed: 1)
        self.model = model.id
        providerModel = endpoint.providerModel
        self.size = assignment.size
        self.price = price.cost(of: assignment.work)
        self.endpoint = endpoint
    }

    /// Asks for it, and waits until it is there or the provider has failed.
    public func run(by provider: VendorProvider, clock: Clock) async throws(Failure) -> Made {
        let started = clock.now
        do {
            let delivered = try await delivered(by: provider, started + Self.timeLimit, clock)
            let latency = clock.now - started
            guard let bytes = delivered.pictures.first else {
                throw ProviderFailure.failed("no picture came")
            }
            // Read whole: what ends in the middle is no picture.
            let whole = try await provider.inputs.store.work {
                try Picture.inspectWhole(bytes, limits: .foreign)
            }
            return Made(
                format: whole.info.format, size: whole.shownSize, bytes: bytes.count,
                latency: latency,
                request: delivered.request,
                cost: delivered.usage.cost.flatMap(Credits.init(roundingUp:)))
        } catch {
            let failure =
                error as? ProviderFailure ?? .failed("what came is no picture of ours: \(error)")
            throw Failure(
                outcome: failure.outcome, message: failure.told, latency: clock.now - started)
        }
    }

    private func delivered(
        by provider: VendorProvider, _ deadline: Timestamp, _ clock: Clock
    ) async throws -> Delivered {
        let commission = Commission(
            generation: ID(at: clock.now), account: ID(high: 0, low: 0), assignment: assignment,
            endpoint: endpoint)
        var progress = try await provider.submit(commission, attempt: 0, by: deadline, show: nil)
        while true {
            switch progress {
            case .done(let delivered): return delivered
            case .pending(let task, let next, _):
                guard clock.now + next < deadline else {
                    throw ProviderFailure.broken("it is not done after \(Self.timeLimit)")
                }
                try await Task.sleep(for: next)
                progress = try await provider.poll(task, of: commission, by: deadline)
            }
        }
    }
}

extension ProviderFailure {
    /// For an operator: the provider's words, where there are any.
    fileprivate var told: String {
        switch self {
        case .refused(let refusal): refusal.message
        case .busy(let retryAfter):
            "too many calls at the moment" + (retryAfter.map { ", again after \($0)" } ?? "")
        case .broken(let reason), .unsure(let reason), .failed(let reason), .empty(let reason),
            .out(let reason):
            reason
        }
    }
}

extension ProviderProbe {
    /// Records that it was made: it was paid for.
    public func record(
        _ outcome: Result<Made, Failure>, of provider: String, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        var details: [(String, JSON)] = [
            ("model", .string(model)), ("provider_model", .string(providerModel)),
        ]
        switch outcome {
        case .success(let made):
            details += [
                ("outcome", .string(Attempt.Outcome.done.rawValue)),
                ("vendor_request", .optional(made.request, JSON.string)),
                ("vendor_cost", .optional(made.cost, JSON.credits)),
            ]
        case .failure(let failure):
            details += [
                ("outcome", .string(failure.outcome.rawValue)),
                ("message", .string(failure.message)),
            ]
        }
        try AuditEvent.record(
            "provider.tested", on: provider, account: nil, details: .object(details), by: actor,
            in: transaction)
    }
}
