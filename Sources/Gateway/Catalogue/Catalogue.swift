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
        /// How the provider treats what it is sent; nil when nothing is known.
        public let policy: DataPolicy?

        init(
            provider: String, providerModel: String, capabilities: Capabilities?, prices: [Price],
            policy: DataPolicy? = nil
        ) {
            self.provider = provider
            self.providerModel = providerModel
            self.capabilities = capabilities
            self.prices = prices
            self.policy = policy
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
    /// Names that an operator has given to models. They win: one may be of a model that is gone.
    private let byAlias: [String: Model]

    /// `names`: every name, with the id of its model; `aliases`: those that an operator has given.
    init(models: [Model], names: [String: String], aliases: [String: String] = [:]) {
        self.models = models
        let byID = Dictionary(models.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        byName = names.compactMapValues { byID[$0] }.merging(byID) { _, own in own }
        byAlias = aliases.compactMapValues { byID[$0] }
    }

    /// The model of this id, `author/id` or alias, in whatever case and without blanks around it; nil
    /// when there is none.
    public func model(named name: String) -> Model? {
        if byAlias.isEmpty, let model = byName[name] { return model }
        let plain = Self.plain(name)
        return byAlias[plain] ?? byName[plain]
    }

    /// The model that is named by this id and nothing else.
    func model(id: String) -> Model? { byName[id] }

    /// The name that an operator has given, where `name` is one.
    func alias(_ name: String) -> String? {
        guard !byAlias.isEmpty else { return nil }
        let plain = Self.plain(name)
        return byAlias[plain] == nil ? nil : plain
    }

    /// Of what a caller has named: names are in lower case and have no blanks around them.
    private static func plain(_ name: String) -> String {
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
        guard name.utf8.first.map(isBlank) == true || name.utf8.last.map(isBlank) == true else {
            return name.lowercased()
        }
        let start = name.utf8.firstIndex { !isBlank($0) } ?? name.endIndex
        let end = name.utf8.lastIndex { !isBlank($0) }.map { name.utf8.index(after: $0) } ?? start
        return name[start..<end].lowercased()
    }

    /// The alias of what is made when a caller names no model.
    public static let defaultAlias = "default"

    /// Every name that a model answers to, in order.
    public func names(of id: String) -> [String] {
        Set(byName.merging(byAlias) { _, own in own }.filter { $0.value.id == id }.map(\.key))
            .sorted()
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
        Refusal(.modelRetired, "\(retiredInWords).\(insteadInWords)", field: "model")
    }

    /// Such as `The model 'dall-e-3' was retired on 2026-05-12`.
    var retiredInWords: String {
        "The model '\(id)' was retired" + (life.retiresOn.map { " on \($0)" } ?? "")
    }

    /// Such as ` Use 'gpt-image-2' instead.`
    var insteadInWords: String { life.replacement.map { " Use '\($0)' instead." } ?? "" }
}

extension Catalogue {
    /// How many endpoints of `provider` are sold at `now`.
    public func endpointsSold(by provider: String, at now: Timestamp) -> Int {
        models.filter { $0.life.state(at: now) != .retired }.flatMap(\.endpoints).count {
            $0.provider == provider && $0.capabilities != nil && $0.price(at: now) != nil
        }
    }
}
