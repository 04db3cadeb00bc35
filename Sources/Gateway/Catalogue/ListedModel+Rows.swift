import Postgres
import Units

extension ListedModel {
    /// Every model that the database knows, by id, with the newest version of its prices.
    static func all(in transaction: borrowing Transaction) throws -> [String: ListedModel] {
        let endpoints = try endpoints(in: transaction)
        let named: [(String, String)] = try transaction.rows("select model, name from model_name") {
            (try $0.next(), try $0.next())
        }
        let names = Dictionary(grouping: named, by: \.0).mapValues { Set($0.map(\.1)) }
        let models = try transaction.rows(
            """
            select id, author, name, description, released_on, deprecated_on, retires_on, replacement
            from model
            """
        ) { row in
            let id: String = try row.next()
            return ListedModel(
                id: id, author: try row.next(), name: try row.next(),
                description: try row.next(), releasedOn: try row.next(),
                deprecatedOn: try row.next(), retiresOn: try row.next(),
                replacement: try row.next(), names: names[id] ?? [],
                endpoints: endpoints[id] ?? [])
        }
        return Dictionary(models.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func endpoints(
        in transaction: borrowing Transaction
    ) throws -> [String: [ListedEndpoint]] {
        let prices = try Catalogue.priceLines(in: transaction)
        let rows: [(String, ListedEndpoint)] = try transaction.rows(
            """
            select model, provider, provider_model, priority, enabled, capabilities,
                added_by_admin, disabled_by_admin
            from model_endpoint
            """
        ) { row in
            let name = Catalogue.EndpointName(model: try row.next(), provider: try row.next())
            let model: String = try row.next()
            let priority: Int32 = try row.next()
            let isEnabled: Bool = try row.next()
            let capabilities: JSONText? = try row.next()
            let rows = prices[name] ?? []
            return (
                name.model,
                ListedEndpoint(
                    provider: name.provider, model: model,
                    priority: isEnabled ? priority : ListedEndpoint.disabled,
                    capabilities: capabilities.flatMap { CapabilityText($0.text) } ?? .unknown,
                    lines: rows.filter { $0.version == rows.first?.version }.compactMap(\.line),
                    isAdmins: try row.next(), isDisabledByAdmin: try row.next(),
                    hasAdminsPrice: rows.first?.isAdmins ?? false)
            )
        }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    func insert(in transaction: borrowing Transaction) throws {
        try transaction.send(
            """
            insert into model (id, name, description, released_on)
            values (\(id), \(name), \(description), \(releasedOn)) on conflict do nothing
            """)
    }

    /// Writes all of it over what is known, but for what admins have decided; a price only when it
    /// differs, and an admin's only with `prices`.
    func write(
        over old: ListedModel?, prices: Bool, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws {
        try transaction.send(
            """
            update model set author = \(author), name = \(name), description = \(description),
                released_on = \(releasedOn), deprecated_on = \(deprecatedOn),
                retires_on = \(retiresOn), replacement = \(replacement)
            where id = \(id)
            """)
        for name in names.sorted() {
            try transaction.send(
                """
                insert into model_name (name, model) values (\(name), \(id))
                on conflict (name) do update set model = excluded.model
                """)
        }
        try transaction.send(
            """
            update model_endpoint set enabled = false
            where model = \(id) and provider <> all(\(endpoints.map(\.provider)))
                and not added_by_admin
            """)
        for endpoint in endpoints {
            let before = old?.endpoints.first { $0.provider == endpoint.provider }
            if before?.isAdmins != true { try endpoint.write(of: id, in: transaction) }
            if before?.lines != endpoint.lines, prices || before?.hasAdminsPrice != true {
                let name = Catalogue.EndpointName(model: id, provider: endpoint.provider)
                try transaction.send(
                    """
                    delete from price where model = \(id) and provider = \(endpoint.provider)
                        and set_by_admin and starts_at > \(now)
                    """)
                _ = try name.write(endpoint.lines, from: now, byAdmin: false, in: transaction)
            }
        }
    }
}

extension ListedEndpoint {
    fileprivate func write(of id: String, in transaction: borrowing Transaction) throws {
        let text = JSONText(capabilities.json.text)
        try transaction.send(
            """
            insert into model_endpoint (model, provider, provider_model, priority, capabilities)
            values (\(id), \(provider), \(model), \(priority), \(text))
            on conflict (model, provider) do update set provider_model = excluded.provider_model,
                priority = excluded.priority, capabilities = excluded.capabilities,
                enabled = not model_endpoint.disabled_by_admin
            """)
    }
}

extension Catalogue.EndpointName {
    /// Writes a new version of its price, and returns the version's number.
    func write(
        _ lines: [Price.Line], from start: Timestamp, byAdmin: Bool,
        in transaction: borrowing Transaction
    ) throws -> Int32 {
        let last = try transaction.first(
            """
            select coalesce(max(version), 0) from price
            where model = \(model) and provider = \(provider)
            """
        ) { row -> Int32 in try row.next() }
        let version = (last ?? 0) + 1
        for (index, line) in lines.enumerated() {
            try transaction.send(
                """
                insert into price (model, provider, version, line, starts_at, billable, unit,
                    amount, variant, estimate, set_by_admin)
                values (\(model), \(provider), \(version), \(Int32(index + 1)), \(start),
                    \(line.billable.rawValue), \(line.unit.rawValue), \(line.amount),
                    \(line.variant), \(line.isEstimate), \(byAdmin))
                """)
        }
        return version
    }
}

extension CapabilityText {
    /// Of a row that cannot be read: different from anything that a file says.
    fileprivate static let unknown = CapabilityText()

    private init() {
        parameters = [:]
        perCall = 0
        promptMax = 0
        streaming = false
    }
}
