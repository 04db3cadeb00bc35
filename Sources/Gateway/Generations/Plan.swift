import Ledger
public import Units

/// A request that can be done: by whom, for how much at most, and exactly what.
struct Plan: Sendable {
    let offer: Catalogue.Offer
    let provider: any Provider
    let dialect: GenerationRequest.Dialect
    let stored: StoredRequest
    let at: Timestamp

    /// What is asked of the door.
    func admission(
        _ id: ID<Generation>? = nil, start: Admission.Start, durable: Bool, for limit: Duration
    ) -> Admission {
        Admission(
            generation: id ?? ID(at: at), dialect: dialect.rawValue, model: offer.model.id,
            provider: offer.endpoint.provider, priceVersion: offer.price.version,
            n: stored.assignment.n, request: stored.json.text,
            quote: offer.price.cost(of: stored.assignment.work), start: start,
            durable: durable, deadline: at + limit, at: at)
    }

    func order(_ admission: Admission, _ admitted: Admitted) -> Order {
        Order(
            wallet: admitted.wallet, generation: admission.generation, model: admission.model,
            provider: admission.provider, request: stored, price: offer.price,
            createdAt: admission.at, deadline: admission.deadline, run: 0, task: nil)
    }
}

extension Engine {
    /// Who makes the pictures of an endpoint's `provider`: for a test key the built-in sandbox,
    /// whoever it is. The only place where that is decided.
    func provider(_ name: String, in mode: Mode) -> (any Provider)? {
        switch mode {
        case .live: providers[name]
        case .test: providers[Self.sandbox]
        }
    }

    /// Finds who can do `request` and what it can cost, or refuses.
    func plan(
        _ request: GenerationRequest, in mode: Mode, at now: Timestamp
    ) throws(Refusal) -> Plan {
        let offer = try catalogue.current.offer(of: request.model, at: now) {
            provider($0, in: mode) != nil
        }
        guard let provider = provider(offer.endpoint.provider, in: mode) else {
            throw Catalogue.unavailable(offer.model.id)
        }
        var random = SystemRandomNumberGenerator()
        let assignment = try offer.capabilities.accept(
            request, seed: Int64.random(in: 0...Int64(Int32.max), using: &random))
        let stored = StoredRequest(
            assignment: assignment, webhook: request.webhook, metadata: request.metadata)
        return Plan(
            offer: offer, provider: provider, dialect: request.dialect, stored: stored, at: now)
    }
}

extension Refusal {
    /// The same, of the item at `index` of a batch.
    public func of(item index: Int) -> Refusal {
        Refusal(
            kind, "Item \(index): \(message)",
            field: field.map { "prompts[\(index)].\($0)" } ?? "prompts[\(index)]",
            retryAfter: retryAfter, shortfall: shortfall)
    }
}
