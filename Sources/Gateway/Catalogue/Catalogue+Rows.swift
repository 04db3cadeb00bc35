public import Postgres
import Units

extension Catalogue {
    /// Reads the catalogue as it stands.
    public static func load(in transaction: borrowing Transaction) throws -> Catalogue {
        let endpoints = try endpoints(
            prices: try priceLines(in: transaction),
            policies: try DataPolicy.all(in: transaction), in: transaction)
        let models = try transaction.rows(
            """
            select id, author, name, description, released_on, deprecated_on, retires_on, replacement
            from model where enabled order by id
            """
        ) { row in
            let id: String = try row.next()
            return Model(
                id: id, author: try row.next(), name: try row.next(),
                description: try row.next(), releasedOn: try row.next(),
                life: Life(
                    deprecatedOn: try row.next(), retiresOn: try row.next(),
                    replacement: try row.next()),
                endpoints: endpoints[id]?.filter(\.isOffered).map(\.endpoint) ?? [],
                withdrawn: endpoints[id]?.filter { !$0.isOffered }.map(\.endpoint) ?? [])
        }
        let names: [(String, String)] = try transaction.rows("select name, model from model_name") {
            (try $0.next(), try $0.next())
        }
        let aliases = try ModelAlias.all(in: transaction).map { ($0.name, $0.model) }
        return Catalogue(
            models: models, names: Dictionary(names, uniquingKeysWith: { first, _ in first }),
            aliases: Dictionary(aliases, uniquingKeysWith: { first, _ in first }))
    }

    struct EndpointName: Hashable {
        let model: String
        let provider: String
    }

    /// One row of `price`; nil for a line that only a newer program understands.
    struct PriceRow {
        let version: Int32
        let startsAt: Timestamp
        let line: Price.Line?
        /// Whether an admin has set it, and not a file.
        let isAdmins: Bool
    }

    private static func endpoints(
        prices: [EndpointName: [PriceRow]], policies: [String: DataPolicy.Row],
        in transaction: borrowing Transaction
    ) throws -> [String: [(endpoint: Endpoint, isOffered: Bool)]] {
        let found: [(String, (endpoint: Endpoint, isOffered: Bool))] = try transaction.rows(
            """
            select model, provider, provider_model, capabilities,
                enabled and provider not in (select provider from disabled_provider)
            from model_endpoint order by model, priority, provider
            """
        ) { row in
            let name = EndpointName(model: try row.next(), provider: try row.next())
            let providerModel: String = try row.next()
            let text: JSONText? = try row.next()
            let capabilities = text.flatMap { CapabilityText($0.text) }.map(Capabilities.init)
            let endpoint = Endpoint(
                provider: name.provider, providerModel: providerModel, capabilities: capabilities,
                prices: versions(prices[name] ?? [], capabilities?.perCall ?? 1),
                policy: policies[name.provider]?.policy)
            return (name.model, (endpoint, try row.next()))
        }
        return Dictionary(grouping: found, by: \.0).mapValues { $0.map(\.1) }
    }

    /// Rows, newest version first, as versions. Of what a newer program wrote, nothing: an older
    /// version of the price would be a wrong one, so the endpoint is not sold by this program.
    private static func versions(_ rows: [PriceRow], _ perCall: Int) -> [Price] {
        guard rows.allSatisfy({ $0.line != nil }) else { return [] }
        var versions: [Price] = []
        for row in rows {
            let last = versions.last?.version == row.version ? versions.popLast() : nil
            versions.append(
                Price(
                    version: row.version, startsAt: row.startsAt,
                    lines: (last?.lines ?? []) + (row.line.map { [$0] } ?? []),
                    imagesPerCall: perCall))
        }
        return versions
    }

    static func priceLines(
        in transaction: borrowing Transaction
    ) throws -> [EndpointName: [PriceRow]] {
        let rows: [(EndpointName, PriceRow)] = try transaction.rows(
            """
            select model, provider, version, starts_at, billable, unit, variant, amount, estimate,
                set_by_admin
            from price order by model, provider, starts_at desc, version desc, line
            """
        ) { row in
            let name = EndpointName(model: try row.next(), provider: try row.next())
            let version: Int32 = try row.next()
            let startsAt: Timestamp = try row.next()
            let billable: String = try row.next()
            let unit: String = try row.next()
            let variant: String? = try row.next()
            let amount: Credits = try row.next()
            let isEstimate: Bool = try row.next()
            var line: Price.Line?
            if let billable = Billable(rawValue: billable), let unit = PriceUnit(rawValue: unit) {
                line = Price.Line(
                    billable, unit: unit, amount: amount, variant: variant, isEstimate: isEstimate)
            }
            return (
                name,
                PriceRow(
                    version: version, startsAt: startsAt, line: line, isAdmins: try row.next())
            )
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}
