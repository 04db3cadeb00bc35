public import Units

/// Everything that is sold, as of one moment: an immutable value that servers replace as a whole.
public struct Catalogue: Sendable {
    /// What a customer names. A class because every request passes it along.
    public final class Model: Sendable {
        public let id: String
        /// Whose it is.
        public let author: String
        public let name: String
        public let description: String
        public let releasedOn: CivilDate
        public let life: Life
        /// In order of preference. None when it cannot be used at all.
        public let endpoints: [Endpoint]
        /// Those that an operator has taken out of use, or whose provider: nobody is offered them, and
        /// what was admitted under their prices is charged by these.
        public let withdrawn: [Endpoint]

        init(
            id: String, author: String, name: String, description: String,
            releasedOn: CivilDate, life: Life, endpoints: [Endpoint], withdrawn: [Endpoint] = []
        ) {
            self.id = id
            self.author = author
            self.name = name
            self.description = description
            self.releasedOn = releasedOn
            self.life = life
            self.endpoints = endpoints
            self.withdrawn = withdrawn
        }

        /// `author/id`, the form that some services' clients expect.
        public var slug: String { id.contains("/") ? id : "\(author)/\(id)" }
    }

    /// How long a model is there.
    public struct Life: Hashable, Sendable {
        public enum State: String, Sendable {
            case active, deprecated, retired
        }

        /// Since when its maker advises against it.
        public let deprecatedOn: CivilDate?
        /// From which day on, in UTC, it is gone.
        public let retiresOn: CivilDate?
        /// What to use instead.
        public let replacement: String?

        public func state(at now: Timestamp) -> State {
            if let retiresOn, retiresOn.midnight <= now { return .retired }
            // An end that is announced is advice enough.
            if retiresOn != nil { return .deprecated }
            if let deprecatedOn, deprecatedOn.midnight <= now { return .deprecated }
            return .active
        }
    }

    /// One provider's offer of a model.
    public final class Endpoint: Sendable {
        public let provider: String
        public let providerModel: String
        /// Nil when only a newer program understands them: then it is not sold by this one.
        public let capabilities: Capabilities?
        /// Every version known, newest first: one may start tomorrow.
        public let prices: [Price]

        init(
            provider: String, providerModel: String, capabilities: Capabilities?, prices: [Price]
        ) {
            self.provider = provider
            self.providerModel = providerModel
            self.capabilities = capabilities
            self.prices = prices
        }

        /// The version in force at `now`; nil when there is none, and then nothing is sold.
        public func price(at now: Timestamp) -> Price? {
            let price = prices.first { $0.startsAt <= now }
            // What nobody can say the most of is not sold, rather than sold for too little.
            return price?.isBounded == true ? price : nil
        }
    }

    /// What a request is served by and charged for.
    public struct Offer: Sendable {
        public let model: Model
        public let endpoint: Endpoint
        public let price: Price
        public let capabilities: Capabilities

        /// Of one picture as it is made unless something else is asked for.
        var usualCost: Credits {
            price.cost(of: Work(images: 1, size: capabilities.sizes.automatic))
        }
    }

    /// In order of their ids.
    public let models: [Model]
    private let byName: [String: Model]

    /// `names`: every name, with the id of its model.
    init(models: [Model], names: [String: String]) {
        self.models = models
        let byID = Dictionary(models.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        byName = names.compactMapValues { byID[$0] }.merging(byID) { _, own in own }
    }

    /// The model of this id, `author/id` or alias, in whatever case; nil when there is none.
    public func model(named name: String) -> Model? { byName[name] ?? byName[name.lowercased()] }

    /// Every name that a model answers to, in order.
    public func names(of id: String) -> [String] {
        byName.filter { $0.value.id == id }.map(\.key).sorted()
    }

    /// The offers behind a model's name at `now` that `routing` allows, in its order, or the refusal
    /// that says what is wrong with it. There is at least one.
    ///
    /// `isServed` says whether a provider can be called; what has no price is not sold.
    public func offers(
        of name: String, at now: Timestamp, routing: Routing = Routing(),
        isServed: (String) -> Bool = { _ in true }
    ) throws(Refusal) -> [Offer] {
        guard let model = model(named: name) else {
            throw Refusal(
                .modelNotFound,
                "The model '\(name.prefix(100))' does not exist or you do not have access to it.",
                field: "model")
        }
        if model.life.state(at: now) == .retired { throw model.retired }
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
        return routing.sorted(allowed)
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

    /// The price under which a generation was admitted; nil when this program does not know it.
    func price(of model: String, by provider: String, version: Int32) -> Price? {
        let endpoint = byName[model]?.endpoint(of: provider)
        return endpoint?.prices.first { $0.version == version }
    }
}

extension Catalogue.Model {
    /// What `provider` makes of it, whether it is offered or withdrawn.
    func endpoint(of provider: String) -> Catalogue.Endpoint? {
        (endpoints + withdrawn).first { $0.provider == provider }
    }

    var retired: Refusal {
        let instead = life.replacement.map { " Use '\($0)' instead." } ?? ""
        let day = life.retiresOn.map { " on \($0)" } ?? ""
        return Refusal(
            .modelRetired, "The model '\(id)' was retired\(day).\(instead)", field: "model")
    }
}

extension Catalogue {
    /// How many endpoints of `provider` are sold at `now`.
    public func endpointsSold(by provider: String, at now: Timestamp) -> Int {
        models.filter { $0.life.state(at: now) != .retired }.flatMap(\.endpoints).count {
            $0.provider == provider && $0.capabilities != nil && $0.price(at: now) != nil
        }
    }
}
