import Gateway
import Providers
import Units

/// Which providers a caller of dialect (d) wants: the member `provider`.
extension Routing {
    /// Providers that a list names, at most: more than there are.
    private static let listMax = 64
    /// Characters of a provider's name.
    private static let nameMax = 100

    /// What the member may hold. Whether another name restricts, nobody could say, so there is none.
    private static let known: Set<String> = [
        "only", "order", "ignore", "sort", "allow_fallbacks", "options", "zdr", "data_collection",
        "enforce_distillable_text", "quantizations", "max_price", "require_parameters",
        "preferred_max_latency", "preferred_min_throughput",
    ]

    /// Reads the member, or refuses what is wrong in it.
    init(_ fields: Fields) throws(Refusal) {
        self.init()
        guard let wishes = try fields.object("provider") else { return }
        try wishes.refuseUnknown(beyond: Self.known, of: "provider")
        restrictions = try Restrictions(wishes)
        only = try Self.names("only", in: wishes)
        order = try Self.names("order", in: wishes)
        ignore = try Self.names("ignore", in: wishes) ?? []
        sort = try Self.sort(in: wishes)
        allowsFallbacks = try wishes.boolean("allow_fallbacks") ?? true
        guard let options = try wishes.object("options") else { return }
        guard options.names.count <= Self.listMax else { throw Self.tooMany("options") }
        for provider in options.names where !provider.utf8.contains(0) {
            // What no endpoint could take is dropped, as documented; a NUL the database would refuse.
            self.options[provider] = try options.foreign(provider)?.filter { name, value in
                guard PictureOption(rawValue: name) != nil else { return false }
                switch value {
                case .string(let text): return !text.utf8.contains(0)
                case .number, .bool: return true
                case .null, .array, .object: return false
                }
            }
        }
    }

    private static func names(
        _ name: String, in wishes: Fields
    ) throws(Refusal) -> [String]? {
        guard let names = try wishes.strings(name) else { return nil }
        guard names.count <= listMax else { throw tooMany(name) }
        guard
            names.allSatisfy({
                (1...nameMax).contains($0.unicodeScalars.count) && !$0.utf8.contains(0)
            })
        else {
            throw Refusal(
                .invalidValue,
                "A provider in 'provider.\(name)' has a name of 1 to \(nameMax) characters.",
                field: "provider.\(name)")
        }
        return names
    }

    private static func tooMany(_ name: String) -> Refusal {
        Refusal(
            .invalidValue, "'provider.\(name)' names up to \(listMax) providers.",
            field: "provider.\(name)")
    }

    /// A word, or an object with the word under `by`.
    private static func sort(in wishes: Fields) throws(Refusal) -> Sort? {
        let words = Sort.allCases.map(\.rawValue)
        switch try wishes.textOrFields("sort") {
        case nil: return nil
        case .text(let word):
            guard let sort = Sort(rawValue: word) else {
                throw Fields.notOne(of: words, "provider.sort", word)
            }
            return sort
        case .fields(let full):
            _ = try full.word("partition", of: ["model", "none"])
            return try full.word("by", of: words).flatMap(Sort.init(rawValue:))
        }
    }
}
