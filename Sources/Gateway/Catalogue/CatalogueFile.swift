import FoundationEssentials
public import Units

/// The product's own list of models, as `catalogue/models.json` has it: read, and checked.
public struct CatalogueFile: Sendable {
    /// In order of their ids.
    let models: [ListedModel]
    /// What is known of how providers treat data, by provider.
    let policies: [String: DataPolicy]

    /// Reads the file's text, or refuses it and says what is wrong where.
    public init(json bytes: [UInt8]) throws(Refusal) {
        let wire: Wire
        do {
            wire = try JSONDecoder().decode(Wire.self, from: Data(bytes))
        } catch {
            throw Refusal(.malformedBody, "The file is no catalogue: \(error)")
        }
        var models: [ListedModel] = []
        for model in wire.models { models.append(try model.checked()) }
        try Self.check(models)
        self.models = models.sorted { $0.id < $1.id }
        var policies: [String: DataPolicy] = [:]
        for provider in wire.providers ?? [] {
            guard policies.updateValue(try provider.policy(), forKey: provider.name) == nil else {
                throw Refusal(.invalidValue, "The provider '\(provider.name)' is there twice.")
            }
        }
        self.policies = policies
    }

    /// What no model can say alone: names mean one model, and replacements exist and live.
    private static func check(_ models: [ListedModel]) throws(Refusal) {
        var owners: [String: String] = [:]
        for model in models {
            for name in model.names {
                if let other = owners.updateValue(model.id, forKey: name) {
                    throw Refusal(
                        .invalidValue, "The name '\(name)' is of both '\(other)' and '\(model.id)'."
                    )
                }
            }
        }
        for model in models {
            guard let replacement = model.replacement else { continue }
            guard owners[replacement] == replacement, replacement != model.id else {
                throw Refusal(
                    .invalidValue,
                    "'\(model.id)' is replaced by '\(replacement)', which is no model's id.")
            }
        }
    }

    private struct Wire: Decodable {
        let models: [WireModel]
        let providers: [WireProvider]?
    }
}

/// A model with all that is said of it: of the file, or of the database.
struct ListedModel: Hashable {
    let id: String
    let author: String
    let name: String
    let description: String
    let releasedOn: CivilDate
    let deprecatedOn: CivilDate?
    let retiresOn: CivilDate?
    let replacement: String?
    /// The id, `author/id` and the aliases.
    let names: Set<String>
    /// In order of priority.
    let endpoints: [ListedEndpoint]
}

struct ListedEndpoint: Hashable {
    let provider: String
    let model: String
    let priority: Int32
    let capabilities: CapabilityText
    let lines: [Price.Line]
    /// What an admin has decided: a file does not change it.
    var isAdmins = false
    var isDisabledByAdmin = false
    var hasAdminsPrice = false
}

private struct WireModel: Decodable {
    let id: String
    let author: String
    let name: String
    let description: String
    let released_on: String
    let deprecated_on: String?
    let retires_on: String?
    let replacement: String?
    let aliases: [String]?
    let endpoints: [WireEndpoint]

    func checked() throws(Refusal) -> ListedModel {
        let slug = id.contains("/") ? id : "\(author)/\(id)"
        let names = Set([id, slug] + (aliases ?? []))
        guard names.allSatisfy({ $0 == $0.lowercased() && (1...200).contains($0.utf8.count) })
        else { throw wrong("names are in lower case, 1 to 200 characters") }
        let replaced = deprecated_on != nil || retires_on != nil
        guard !replaced || replacement != nil else {
            throw wrong("what ends names its replacement")
        }
        guard let first = endpoints.first, let capabilities = first.capabilities else {
            throw wrong("the first endpoint says what it can do")
        }
        guard Set(endpoints.map(\.provider)).count == endpoints.count else {
            throw wrong("a provider has one endpoint of it")
        }
        var listed: [ListedEndpoint] = []
        for endpoint in endpoints {
            listed.append(
                ListedEndpoint(
                    provider: endpoint.provider, model: endpoint.model,
                    priority: endpoint.priority,
                    capabilities: endpoint.capabilities ?? capabilities,
                    lines: try lines(of: endpoint)))
        }
        return ListedModel(
            id: id, author: author, name: name, description: description,
            releasedOn: try day(released_on), deprecatedOn: try optionalDay(deprecated_on),
            retiresOn: try optionalDay(retires_on), replacement: replacement, names: names,
            endpoints: listed.sorted { ($0.priority, $0.provider) < ($1.priority, $1.provider) })
    }

    private func lines(of endpoint: WireEndpoint) throws(Refusal) -> [Price.Line] {
        var lines: [Price.Line] = []
        for price in endpoint.prices {
            guard let billable = Billable(rawValue: price.billable),
                let unit = PriceUnit(rawValue: price.unit)
            else { throw wrong("nothing is billed as \(price.billable) by \(price.unit)") }
            guard let amount = Credits(dollars: price.usd), amount >= .zero else {
                throw wrong("'\(price.usd)' is no exact price in USD")
            }
            lines.append(
                Price.Line(
                    billable, unit: unit, amount: amount, variant: price.variant,
                    isEstimate: price.estimate ?? false))
        }
        guard Price(version: 1, startsAt: Timestamp(seconds: 0), lines: lines).isBounded else {
            throw wrong("no line of \(endpoint.provider) says what a picture costs at most")
        }
        return lines
    }

    private func optionalDay(_ text: String?) throws(Refusal) -> CivilDate? {
        guard let text else { return nil }
        return try day(text)
    }

    private func day(_ text: String) throws(Refusal) -> CivilDate {
        guard let day = CivilDate(text) else { throw wrong("'\(text)' is no day") }
        return day
    }

    private func wrong(_ rule: String) -> Refusal {
        Refusal(.invalidValue, "Model '\(id)': \(rule).")
    }
}

private struct WireEndpoint: Decodable {
    let provider: String
    let model: String
    let priority: Int32
    let capabilities: CapabilityText?
    let prices: [WirePrice]
}

private struct WirePrice: Decodable {
    let billable: String
    let unit: String
    let usd: String
    let variant: String?
    let estimate: Bool?
}

private struct WireProvider: Decodable {
    let name: String
    let trains_on_data: Bool?
    let retention_hours: Int?
    let region: String?
    let source: String
    let checked_on: String

    func policy() throws(Refusal) -> DataPolicy {
        guard let day = CivilDate(checked_on) else {
            throw Refusal(.invalidValue, "Provider '\(name)': '\(checked_on)' is no day.")
        }
        let policy = DataPolicy(
            trainsOnData: trains_on_data, retentionHours: retention_hours, region: region,
            source: source, checkedOn: day)
        do {
            try policy.check()
        } catch {
            throw Refusal(.invalidValue, "Provider '\(name)': \(error.message)")
        }
        return policy
    }
}
