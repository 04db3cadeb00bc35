public import Postgres
public import Units

/// Everything that is sold, as of one moment: an immutable value that servers replace as a whole.
public struct Catalogue: Sendable {
    /// What a customer names.
    public struct Model: Sendable {
        public let id: String
        public let name: String
        public let description: String
        public let releasedOn: CivilDate
        public let endpoint: Endpoint?
    }

    /// One provider's offer of a model.
    public struct Endpoint: Sendable {
        public let provider: String
        public let providerModel: String
        /// Every version known, newest first: one may start tomorrow.
        public let prices: [Price]

        /// The version in force at `now`; nil when there is none, and then nothing is sold.
        public func price(at now: Timestamp) -> Price? {
            prices.first { $0.startsAt <= now }
        }
    }

    /// What a request is served by and charged for.
    public struct Offer: Sendable {
        public let model: Model
        public let endpoint: Endpoint
        public let price: Price
    }

    /// In order of their ids.
    public let models: [Model]
    private let byID: [String: Model]

    init(models: [Model]) {
        self.models = models
        byID = Dictionary(models.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The offer behind a model's name at `now`, or the refusal that says what is wrong with it.
    public func offer(of model: String, at now: Timestamp) throws(Refusal) -> Offer {
        guard let found = byID[model] else {
            throw Refusal(
                .modelNotFound,
                "The model '\(model.prefix(100))' does not exist or you do not have access to it.",
                field: "model")
        }
        guard let endpoint = found.endpoint else {
            throw Refusal(
                .unavailable, "The model '\(model)' is not served at the moment.", field: "model",
                retryAfter: .seconds(60))
        }
        guard let price = endpoint.price(at: now) else {
            throw Refusal(
                .modelWithoutPrice, "The model '\(model)' has no price yet and cannot be used.",
                field: "model")
        }
        return Offer(model: found, endpoint: endpoint, price: price)
    }

    /// The price under which a generation was admitted; nil when this program does not know it.
    func price(of model: String, by provider: String, version: Int32) -> Price? {
        guard let endpoint = byID[model]?.endpoint, endpoint.provider == provider else {
            return nil
        }
        return endpoint.prices.first { $0.version == version }
    }

    /// Reads the catalogue as it stands.
    public static func load(in transaction: borrowing Transaction) throws -> Catalogue {
        let prices = try prices(in: transaction)
        let models = try transaction.rows(
            """
            select m.id, m.name, m.description, m.released_on, e.provider, e.provider_model
            from model m
            left join lateral (
                select * from model_endpoint e where e.model = m.id and e.enabled
                order by priority, provider limit 1
            ) e on true
            where m.enabled order by m.id
            """
        ) { row in
            let id: String = try row.next()
            let name: String = try row.next()
            let description: String = try row.next()
            let releasedOn: CivilDate = try row.next()
            let provider: String? = try row.next()
            let providerModel: String? = try row.next()
            let endpoint = provider.map { provider in
                Endpoint(
                    provider: provider, providerModel: providerModel ?? id,
                    prices: prices[EndpointName(model: id, provider: provider)] ?? [])
            }
            return Model(
                id: id, name: name, description: description, releasedOn: releasedOn,
                endpoint: endpoint)
        }
        return Catalogue(models: models)
    }

    private struct EndpointName: Hashable {
        let model: String
        let provider: String
    }

    private static func prices(
        in transaction: borrowing Transaction
    ) throws -> [EndpointName: [Price]] {
        var prices: [EndpointName: [Price]] = [:]
        var unknown: Set<EndpointName> = []
        let lines = try transaction.rows(
            """
            select model, provider, version, starts_at, billable, unit, variant, amount from price
            order by model, provider, starts_at desc, version desc, line
            """
        ) { row in
            let name = EndpointName(model: try row.next(), provider: try row.next())
            let version: Int32 = try row.next()
            let startsAt: Timestamp = try row.next()
            let billable: String = try row.next()
            let unit: String = try row.next()
            let variant: String? = try row.next()
            let amount: Credits = try row.next()
            let known =
                billable == "output_image" && variant == nil ? PriceUnit(rawValue: unit) : nil
            return (name, version, startsAt, known, amount)
        }
        for (name, version, startsAt, unit, amount) in lines {
            // Written by a newer program. An older version of the price would be a wrong one, so the
            // endpoint has no price at all for this program, and is not sold by it.
            guard let unit else {
                unknown.insert(name)
                continue
            }
            var versions = prices[name] ?? []
            if versions.last?.version != version {
                versions.append(Price(version: version, startsAt: startsAt, lines: []))
            }
            let last = versions.removeLast()
            versions.append(
                Price(
                    version: version, startsAt: startsAt,
                    lines: last.lines + [Price.Line(unit: unit, amount: amount)]))
            prices[name] = versions
        }
        for name in unknown { prices[name] = nil }
        return prices
    }
}
