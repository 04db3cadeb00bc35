extension Vendor {
    /// Everybody we can buy from. A new one of a known dialect is a value in its folder and a line here.
    public static let all: [Vendor] = [
        openAI, azure, xAI, recraft, microsoft, byteDance, local, google, blackForestLabs, fal,
        replicate, kling, midjourney, comfyUI,
        alibaba, ideogram, reve, stability, openRouter, a1111,
    ]

    /// The vendor that the catalogue calls `name`.
    public static func named(_ name: String) -> Vendor? { all.first { $0.name == name } }

    /// What people call the provider `name`; of one that is no vendor, its words with capitals.
    public static func title(of name: String) -> String {
        named(name)?.title
            ?? name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined(separator: " ")
    }
}
