import FoundationEssentials
import Gateway
import Units

/// What of the member `provider` restricts. Source of the names: OpenRouter's provider routing.
extension Restrictions {
    /// Quantizations that a list names, at most: more than there are.
    private static let listMax = 64
    private static let prices: Set<String> = ["prompt", "completion", "image", "request", "audio"]

    /// Reads the members of `wishes`, or refuses what is wrong in them.
    init(_ wishes: Fields) throws(Refusal) {
        self.init()
        keepsNothing = try wishes.boolean("zdr") == true
        trainsNothing = try wishes.word("data_collection", of: ["allow", "deny"]) == "deny"
        distillable = try wishes.boolean("enforce_distillable_text") == true
        // What a model does not take is refused in any case.
        _ = try wishes.boolean("require_parameters")
        for name in ["preferred_max_latency", "preferred_min_throughput"] {
            try Self.check(preference: name, in: wishes)
        }
        if let words = try wishes.strings("quantizations") {
            guard (1...Self.listMax).contains(words.count) else {
                throw Refusal(
                    .invalidValue,
                    "'provider.quantizations' names 1 to \(Self.listMax) quantizations.",
                    field: "provider.quantizations")
            }
            for word in words where !Self.quantizationWords.contains(word) {
                throw Fields.notOne(
                    of: Self.quantizationWords, "provider.quantizations", word)
            }
            quantizations = words
        }
        guard let limits = try wishes.object("max_price") else { return }
        try limits.refuseUnknown(beyond: Self.prices, of: "provider.max_price")
        maxPrice.prompt = try Self.price("prompt", in: limits)
        maxPrice.completion = try Self.price("completion", in: limits)
        maxPrice.image = try Self.price("image", in: limits)
        maxPrice.request = try Self.price("request", in: limits)
        // There is no sound in pictures, so nothing is ever billed for it.
        _ = try Self.price("audio", in: limits)
    }

    /// An amount in USD, as a number or, as OpenRouter's SDK sends it, as a text.
    private static func price(_ name: String, in limits: Fields) throws(Refusal) -> Credits? {
        guard limits.has(name) else { return nil }
        let text: String? =
            if let form = limits.form(with: name) {
                try form.text(name)
            } else {
                switch limits.value(name) {
                case .string(let text): text
                case .number(let number): "\(number)"
                default: nil
                }
            }
        guard let price = Credits(dollars: text ?? ""), price >= .zero else {
            let field = "provider.max_price.\(name)"
            throw Refusal(
                .invalidValue,
                "'\(field)' must be an amount in USD, not negative, with 9 decimals at most.",
                field: field)
        }
        return price
    }

    /// What is preferred restricts nothing, and how fast anybody is nobody knows beforehand: it is
    /// checked, and has no effect.
    private static func check(preference name: String, in wishes: Fields) throws(Refusal) {
        switch wishes.value(name) {
        case nil, .number, .object: return
        case .string, .bool, .array, .null:
            throw Refusal(
                .invalidValue, "'provider.\(name)' must be a number or an object.",
                field: "provider.\(name)")
        }
    }
}
