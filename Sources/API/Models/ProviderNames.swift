/// The proper names of providers, for people to read.
enum ProviderNames {
    private static let names = [
        "alibaba": "Alibaba Cloud", "azure": "Microsoft Azure",
        "black-forest-labs": "Black Forest Labs", "bytedance": "ByteDance", "fal": "fal",
        "google": "Google", "ideogram": "Ideogram", "kling": "Kling AI", "local": "Local",
        "microsoft": "Microsoft", "midjourney": "Midjourney", "openai": "OpenAI",
        "openrouter": "OpenRouter", "recraft": "Recraft", "replicate": "Replicate",
        "reve": "Reve", "stability": "Stability AI", "test": "Test", "xai": "xAI",
    ]

    /// The name behind a slug; of one that is new, its words with capitals.
    static func name(of slug: String) -> String {
        names[slug]
            ?? slug.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined(separator: " ")
    }
}
