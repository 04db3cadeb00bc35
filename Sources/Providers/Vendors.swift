extension Vendor {
    /// Everybody we can buy from. A new one of a known dialect is a value in its folder and a line here.
    public static let all: [Vendor] = [
        openAI, azure, xAI, recraft, microsoft, byteDance, local, google, blackForestLabs, fal,
        replicate, kling, midjourney, comfyUI,
        alibaba, ideogram, reve, stability, openRouter, a1111,
    ]

    /// The vendor that the catalogue calls `name`.
    public static func named(_ name: String) -> Vendor? { all.first { $0.name == name } }
}
