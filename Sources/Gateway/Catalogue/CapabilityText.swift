import FoundationEssentials
import Units

/// What an endpoint can do, as it is written down: in the catalogue's file and in its row.
struct CapabilityText: Hashable, Sendable, Decodable {
    /// By the names of request fields.
    let parameters: [String: Descriptor]
    /// Images that one call makes; more are asked for in several calls.
    let perCall: Int
    /// Characters of a prompt.
    let promptMax: Int
    /// Whether pictures can be seen while they are drawn.
    let streaming: Bool

    private enum CodingKeys: String, CodingKey {
        case parameters, streaming
        case perCall = "per_call"
        case promptMax = "prompt_max"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        parameters = try values.decode([String: Descriptor].self, forKey: .parameters)
        perCall = max(1, try values.decode(Int.self, forKey: .perCall))
        promptMax = max(1, try values.decode(Int.self, forKey: .promptMax))
        streaming = try values.decodeIfPresent(Bool.self, forKey: .streaming) ?? false
    }

    /// Reads the text of a row; nil for what only a newer program understands.
    init?(_ text: String) {
        // Whatever is wrong with it, this program cannot keep to it.
        guard let read = try? JSONDecoder().decode(Self.self, from: Data(text.utf8)) else {
            return nil
        }
        self = read
    }

    /// In a fixed order, so that the same is written the same.
    var json: JSON {
        .object([
            (
                "parameters",
                .object(parameters.sorted { $0.key < $1.key }.map { ($0.key, $0.value.json) })
            ),
            ("per_call", .int(perCall)), ("prompt_max", .int(promptMax)),
            ("streaming", .bool(streaming)),
        ])
    }
}
