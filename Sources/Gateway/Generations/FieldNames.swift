import Providers

/// How a caller spells what a request asks for, so that a refusal speaks the words of its path.
///
/// A model's parameters have names of our own. A dialect may call one otherwise, put it into an object,
/// or not have it at all; what it does not have is never offered.
public struct FieldNames: Hashable, Sendable {
    private let names: [String: String]

    /// By our own name, for what the dialect has. Pictures to start from are `input_references`.
    public init(_ names: [String: String]) {
        self.names = names
    }

    /// A dialect that calls things as we do: `names` is what it has, `pictures` what it calls pictures
    /// to start from.
    public init(own names: some Sequence<String>, pictures: String?) {
        var spelt = Dictionary(names.map { ($0, $0) }, uniquingKeysWith: { first, _ in first })
        spelt[Self.pictures] = pictures
        self.names = spelt
    }

    /// Our own words, all of them.
    public static let standard = FieldNames(
        own: [
            "prompt", "n", "size", "aspect_ratio", "resolution", "quality", "seed", "mask",
            "output_format", "output_compression",
        ] + PictureOption.allCases.map(\.rawValue), pictures: pictures)

    static let pictures = "input_references"

    /// How a size may be asked for, the usual way first.
    private static let sizes = ["size", "width", "height", "resolution", "aspect_ratio"]

    /// What the caller calls `own`. A size goes by whichever name for it there is.
    public subscript(own: String) -> String {
        if let name = names[own] { return name }
        guard own == "size" else { return own }
        return Self.sizes.lazy.compactMap { names[$0] }.first ?? own
    }

    /// Whether sizes can be asked for as a ratio and a tier.
    var haveShapes: Bool { names["aspect_ratio"] != nil && names["resolution"] != nil }

    /// What the caller may say of a model's `parameters`, in alphabetical order.
    ///
    /// Every model makes pictures of some size, so each way to ask for one is among them.
    func offered(_ parameters: some Sequence<String>) -> [String] {
        let others = parameters.filter { !Self.sizes.contains($0) }
        return Set((others + Self.sizes).compactMap { names[$0] }).sorted()
    }
}
