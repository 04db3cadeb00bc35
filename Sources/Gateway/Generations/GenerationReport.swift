import Postgres
import Providers
import Units

/// What is known of a generation's pictures beyond what was asked for: mostly the vendor's words.
///
/// What nobody has said is nil, and is told to nobody. Kept in the column `report`.
public struct GenerationReport: Hashable, Sendable {
    /// The quality that was charged; nil where the model knows none.
    public internal(set) var quality: String?
    public internal(set) var background: String?
    /// The prompt that was drawn, where the vendor changed it. As private as the prompt.
    public internal(set) var revisedPrompt: String?
    /// Tokens as the vendor counted them.
    public internal(set) var inputText: Int?
    public internal(set) var inputImage: Int?
    public internal(set) var outputText: Int?
    public internal(set) var outputImage: Int?
    /// Whether the price counts tokens: then figures that are missing are unknown, not none.
    public internal(set) var countsTokens = false
    /// What became of the content credentials in the vendor's files; nil where there were none.
    public internal(set) var credentials: ContentCredentials?
    /// The field at fault, of one that failed: a repeated call is told the same.
    var errorField: String?

    /// All input tokens that were told of; nil where none were.
    public var input: Int? { inputText.map { $0 + (inputImage ?? 0) } ?? inputImage }
    /// All output tokens that were told of; nil where none were.
    public var output: Int? { outputImage.map { $0 + (outputText ?? 0) } ?? outputText }

    init() {}

    init(of delivered: Delivered) {
        quality = delivered.quality.flatMap(Self.word)
        background = delivered.background.flatMap(Self.word)
        revisedPrompt = delivered.revisedPrompt.map {
            String(
                String.UnicodeScalarView(
                    $0.unicodeScalars.filter { $0.value != 0 }.prefix(Self.promptMax)))
        }
        inputText = delivered.usage.inputText
        inputImage = delivered.usage.inputImage
        outputText = delivered.usage.outputText
        outputImage = delivered.usage.outputImage
    }

    /// Characters of a revised prompt that are kept: as many as any prompt has.
    private static let promptMax = 32_000

    /// One word of a vendor's, such as `high`; nil for anything else.
    private static func word(_ text: String) -> String? {
        let isWord =
            (1...20).contains(text.utf8.count)
            && text.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        return isWord ? text : nil
    }

    /// The tokens by the names of the column's members.
    private var tokens: [(String, Int?)] {
        [
            ("input_text", inputText), ("input_image", inputImage), ("output_text", outputText),
            ("output_image", outputImage),
        ]
    }

    /// The column; null when there is nothing to say.
    var column: JSONText? {
        func text(_ name: String, _ value: String?) -> [(String, JSON)] {
            value.map { [(name, .string($0))] } ?? []
        }
        let members =
            text("quality", quality) + text("background", background)
            + text("revised_prompt", revisedPrompt) + text("error_field", errorField)
            + text("content_credentials", credentials?.rawValue)
            + tokens.compactMap { name, count in count.map { (name, JSON.int($0)) } }
            + (countsTokens ? [("counts_tokens", .bool(true))] : [])
        return members.isEmpty ? nil : JSONText(JSON.object(members).text)
    }

    /// Reads the column.
    init(_ text: String?) {
        guard let text, let json = JSONValue(json: Array(text.utf8)) else { return }
        quality = json["quality"]?.text
        background = json["background"]?.text
        revisedPrompt = json["revised_prompt"]?.text
        inputText = json["input_text"]?.whole
        inputImage = json["input_image"]?.whole
        outputText = json["output_text"]?.whole
        outputImage = json["output_image"]?.whole
        countsTokens = json["counts_tokens"] == .bool(true)
        errorField = json["error_field"]?.text
        credentials = json["content_credentials"]?.text.flatMap(ContentCredentials.init)
    }
}
