public import Units

/// What a caller demands of whoever serves a request. An endpoint that is not known to meet it is not
/// asked; where none meets it, the request is refused.
public struct Restrictions: Hashable, Sendable {
    /// Nothing of the request may be kept.
    public var keepsNothing = false
    /// Nothing of the request may train a model.
    public var trainsNothing = false
    /// Only models whose maker allows training on their texts. None makes texts, so none is known to.
    public var distillable = false
    /// How precise a model's weights may be; nil for all. Nobody tells, so all are `unknown`.
    public var quantizations: [String]?
    public var maxPrice = MaxPrice()

    public init() {}

    /// What `quantizations` may list. Source: OpenRouter's SDK.
    public static let quantizationWords = [
        "int4", "int8", "fp4", "fp6", "fp8", "fp16", "bf16", "fp32", "unknown",
    ]

    /// The most that may be paid, each nil for any.
    ///
    /// Source of the members: OpenRouter's provider routing. Its prices are of models that count tokens;
    /// what a picture costs is measured against `image`, what a request costs against `request`, both
    /// with everything that is billed for them.
    public struct MaxPrice: Hashable, Sendable {
        /// For a million tokens of what is sent.
        public var prompt: Credits?
        /// For a million tokens of what is made.
        public var completion: Credits?
        /// For one picture of the request.
        public var image: Credits?
        /// For the request.
        public var request: Credits?

        public init() {}
    }

    /// The first demand that an endpoint of `policy` is not known to meet; nil when it meets all.
    func unmet(by policy: DataPolicy?) -> Unmet? {
        if keepsNothing, policy?.keepsNothing != true {
            return Unmet(
                name: "zdr",
                reason: policy?.retentionInWords ?? "it is not known how long it keeps data")
        }
        if trainsNothing, policy?.trainsOnData != false {
            return Unmet(
                name: "data_collection",
                reason: policy?.trainingInWords
                    ?? "it is not known whether it trains models on data")
        }
        if distillable {
            return Unmet(
                name: "enforce_distillable_text", reason: "it is not known to allow distillation")
        }
        if let quantizations, !quantizations.contains("unknown") {
            return Unmet(name: "quantizations", reason: "its quantization is not known")
        }
        return nil
    }

    /// A demand that is not met, and why.
    struct Unmet: Sendable {
        /// The member of `provider`.
        let name: String
        let reason: String
    }
}

extension Restrictions.MaxPrice {
    /// The first member that `price` goes past for `work`; nil when it goes past none.
    func exceeded(by price: Price, for work: Work) -> Restrictions.Unmet? {
        let whole = price.cost(of: work)
        if let request, whole > request {
            return .init(name: "max_price.request", reason: "the request can cost $\(whole)")
        }
        if let image, whole > image.times(max(1, work.images)) {
            return .init(
                name: "max_price.image",
                reason: "\(work.images == 1 ? "its picture" : "its \(work.images) pictures") can "
                    + "cost $\(whole)")
        }
        for line in price.lines where line.unit == .token && !line.isEstimate {
            let (name, most) =
                line.billable.isOfPrompt ? ("prompt", prompt) : ("completion", completion)
            let million = line.amount.timesMillion
            if let most, million > Int128(most.nanodollars) {
                return .init(
                    name: "max_price.\(name)",
                    reason:
                        "a million tokens cost $\(Credits(nanodollars: Int64(clamping: million)))"
                )
            }
        }
        return nil
    }
}

extension Catalogue.Offer {
    /// Refuses `work` that can cost more here than its caller pays at most.
    func check(_ limits: Restrictions.MaxPrice, for work: Work) throws(Refusal) {
        guard let unmet = limits.exceeded(by: price, for: work) else { return }
        throw [(endpoint: endpoint, unmet: unmet)].refusal(of: model.id)
    }
}

extension Billable {
    /// Whether it is sent, and not made.
    fileprivate var isOfPrompt: Bool {
        switch self {
        case .inputText, .inputImage, .inputReference: true
        case .outputImage, .outputText: false
        }
    }
}

extension Credits {
    /// Nanodollars of a million of it, which may be past what `Credits` hold.
    fileprivate var timesMillion: Int128 { Int128(nanodollars) * 1_000_000 }
}

extension [(endpoint: Catalogue.Endpoint, unmet: Restrictions.Unmet)] {
    /// The refusal when every endpoint leaves a demand unmet: it names each with its reason.
    func refusal(of model: String) -> Refusal {
        let names = Set(map(\.unmet.name))
        let reasons = map { "\($0.endpoint.provider): \($0.unmet.reason)" }.joined(separator: "; ")
        let field = names.count == 1 ? "provider.\(self[0].unmet.name)" : "provider"
        return Refusal(
            .modelNotServed, "No provider of '\(model)' is known to meet '\(field)': \(reasons).",
            field: field)
    }
}
