import Pictures
import Units

/// What an endpoint can do, and the refusals that tell a caller so.
public final class Capabilities: Sendable {
    /// By the names of request fields, as customers are told.
    public let parameters: [String: Descriptor]
    public let sizes: Sizes
    /// Whether pictures can be seen while they are drawn.
    public let streaming: Bool
    /// How many images a request may ask for.
    private let counts: [Int]
    /// Images that one call makes; more are asked for in several calls.
    let perCall: Int
    /// Characters of a prompt.
    let promptMax: Int
    private let qualities: [String]
    /// Nil when it draws without a seed.
    private let seeds: ClosedRange<Int>?
    /// How many pictures a request may start from, and whether one of them may have a mask.
    private let references: ClosedRange<Int>
    private let takesMask: Bool

    init(_ text: CapabilityText) {
        parameters = text.parameters
        sizes = Sizes(text.parameters)
        streaming = text.streaming
        perCall = text.perCall
        promptMax = text.promptMax
        let n = text.parameters["n"]
        counts = n?.whole.map { Array($0) } ?? n?.words.compactMap { Int($0) } ?? [1]
        qualities = text.parameters["quality"]?.words ?? []
        seeds = text.parameters["seed"].map { $0.whole ?? Int.min...Int.max }
        references = text.parameters["input_references"]?.whole ?? 0...0
        takesMask = text.parameters["mask"] != nil
    }

    /// A request with everything decided but its pictures, which are only counted: nobody has looked
    /// at them yet. Or the refusal that names the field, what came and what is accepted.
    ///
    /// A quality or a seed is dropped in silence by what knows none, as documented; a wrong one is
    /// refused by what does.
    func accept(_ request: GenerationRequest, seed: Int64) throws(Refusal) -> Assignment {
        let names = request.names
        try check(prompt: request.prompt, names)
        guard counts.contains(request.n) else {
            throw Self.refused(names["n"], "\(request.n)", accepted: countsInWords)
        }
        try check(pictures: request.pictures, mask: request.mask, names)
        var assignment = Assignment(
            prompt: request.prompt, n: request.n,
            size: try size(of: request),
            quality: try quality(request.quality, names), format: request.format,
            compression: request.compression, seed: try accepted(request.seed, names) ?? seed,
            keeping: request.keeping,
            options: try accepted(request.options, for: request.format, names))
        assignment.takesAnyFormat = request.takesAnyFormat
        assignment.partials = streaming ? request.partials : 0
        return assignment
    }

    private func size(of request: GenerationRequest) throws(Refusal) -> PixelSize {
        if request.fitsSize, case .pixels(let asked) = request.size,
            let near = sizes.nearest(to: asked)
        {
            return near
        }
        return try sizes.resolve(request.size, names: request.names)
    }

    private func check(prompt: String, _ names: FieldNames) throws(Refusal) {
        guard !prompt.isEmpty else {
            throw Refusal(.missingParameter, "This model needs a prompt.", field: names["prompt"])
        }
        // PostgreSQL keeps no text with one, and would refuse its neighbours too.
        guard !prompt.utf8.contains(0) else {
            throw Refusal(
                .invalidValue, "The prompt must not contain the character U+0000.",
                field: names["prompt"])
        }
        let length = prompt.unicodeScalars.count
        guard length <= promptMax else {
            throw Refusal(
                .invalidValue,
                "The prompt has \(length.counted("character")); at most \(promptMax) are accepted.",
                field: names["prompt"])
        }
    }

    private func check(
        pictures: [AskedPicture], mask: AskedPicture?, _ names: FieldNames
    ) throws(Refusal) {
        guard pictures.count <= references.upperBound else {
            let first = pictures[references.upperBound].field
            throw Refusal(
                .invalidValue,
                references.upperBound == 0
                    ? "This model takes no input pictures: leave '\(first)' out."
                    : "This model takes up to \(references.upperBound.counted("input picture")), "
                        + "not \(pictures.count).", field: first)
        }
        guard pictures.count >= references.lowerBound else {
            throw Refusal(
                .missingParameter,
                "This model needs at least \(references.lowerBound.counted("input picture")), "
                    + "not \(pictures.count).", field: names[FieldNames.pictures])
        }
        guard let mask else { return }
        guard takesMask else {
            throw Refusal(
                .invalidValue, "This model takes no mask: leave '\(mask.field)' out.",
                field: mask.field)
        }
        guard !pictures.isEmpty else {
            throw Refusal(
                .missingParameter, "A mask needs an input picture.",
                field: names[FieldNames.pictures])
        }
    }

    private func quality(_ word: String?, _ names: FieldNames) throws(Refusal) -> String? {
        guard let word, !qualities.isEmpty, word != "auto" else { return nil }
        guard qualities.contains(word) else {
            throw Self.refused(names["quality"], word, accepted: qualities.joined(separator: ", "))
        }
        return word
    }

    private func accepted(_ seed: Int64?, _ names: FieldNames) throws(Refusal) -> Int64? {
        guard let seed, let seeds else { return nil }
        guard seeds.contains(Int(seed)) else {
            throw Self.refused(
                names["seed"], "\(seed)", accepted: seeds.inWords)
        }
        return seed
    }

    private var countsInWords: String {
        guard let first = counts.first, let last = counts.last, counts.count == last - first + 1
        else { return counts.map(String.init).joined(separator: ", ") }
        return (first...last).inWords
    }

    static func refused(_ field: String, _ value: String, accepted: String) -> Refusal {
        Refusal(
            .invalidValue, "Invalid '\(field)': \(value.prefix(100)). Accepted: \(accepted).",
            field: field)
    }
}
