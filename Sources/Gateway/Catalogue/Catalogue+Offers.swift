public import Units

/// Who sells a model, or why nobody does.
extension Catalogue {
    /// The offers behind a model's name at `now` that `routing` allows, in its order, or the refusal
    /// that says what is wrong with it. There is at least one.
    ///
    /// `isServed` says whether a provider can be called; what has no price is not sold, and what is
    /// retired only with `retired`.
    public func offers(
        of name: String, at now: Timestamp, routing: Routing = Routing(), retired: Bool = false,
        isServed: (String) -> Bool = { _ in true }
    ) throws(Refusal) -> [Offer] {
        guard let model = model(named: name) else {
            throw Refusal(
                .modelNotFound,
                "The model '\(name.prefix(100))' does not exist or you do not have access to it.",
                field: "model")
        }
        return try offers(
            of: model, at: now, routing: routing, retired: retired, isServed: isServed)
    }

    func offers(
        of model: Model, at now: Timestamp, routing: Routing, retired: Bool = false,
        isServed: (String) -> Bool = { _ in true }
    ) throws(Refusal) -> [Offer] {
        if !retired, model.life.state(at: now) == .retired { throw model.retired }
        let served = model.endpoints.filter { isServed($0.provider) }
        guard !served.isEmpty else { throw notServed(model, at: now, isServed) }
        let sold = served.compactMap { endpoint -> Offer? in
            guard let price = endpoint.price(at: now), let able = endpoint.capabilities else {
                return nil
            }
            return Offer(model: model, endpoint: endpoint, price: price, capabilities: able)
        }
        guard !sold.isEmpty else {
            throw Refusal(
                .modelWithoutPrice,
                "The model '\(model.id)' has no price yet and cannot be used.", field: "model")
        }
        let allowed = sold.filter { routing.allows($0.endpoint.provider) }
        guard !allowed.isEmpty else {
            let there = sold.map(\.endpoint.provider).joined(separator: ", ")
            throw Refusal(
                .modelNotServed,
                "None of the providers of '\(model.id)' is allowed by 'provider': there are "
                    + "\(there).", field: "provider")
        }
        let unmet = allowed.compactMap { offer in
            routing.restrictions.unmet(by: offer.endpoint.policy).map {
                (endpoint: offer.endpoint, unmet: $0)
            }
        }
        guard unmet.count < allowed.count else { throw unmet.refusal(of: model.id) }
        return routing.sorted(
            unmet.isEmpty
                ? allowed
                : allowed.filter { routing.restrictions.unmet(by: $0.endpoint.policy) == nil })
    }

    /// Models that a refusal names, at most.
    private static let namedMax = 8

    /// The refusal of a model for which no provider is set up here. Waiting does not help, so it names
    /// what can be called.
    private func notServed(
        _ model: Model, at now: Timestamp, _ isServed: (String) -> Bool
    ) -> Refusal {
        let others = models.filter { other in
            other.life.state(at: now) != .retired
                && other.endpoints.contains { isServed($0.provider) && $0.price(at: now) != nil }
        }
        let names = others.prefix(Self.namedMax).map(\.id).joined(separator: ", ")
        let more = others.count > Self.namedMax ? ", and \(others.count - Self.namedMax) more" : ""
        return Refusal(
            .modelNotServed,
            "The model '\(model.id)' is not served here: no provider of it is set up."
                + (names.isEmpty ? "" : " These can be called: \(names)\(more)."), field: "model")
    }
}
