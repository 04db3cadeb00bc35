public import FoundationEssentials

/// What a request may ask of a model beside the fields that all models share.
///
/// The words are those of the catalogue's descriptors and of every dialect that knows them; a vendor's
/// own words are its adapter's matter.
public enum PictureOption: String, CaseIterable, Sendable {
    case background
    case guidance
    case inputFidelity = "input_fidelity"
    case magicPrompt = "magic_prompt"
    case moderation
    case negativePrompt = "negative_prompt"
    case raw
    case steps
    case style
    case stylePreset = "style_preset"
    case styleType = "style_type"
    case thinking

    /// What its value is.
    public enum Kind: Sendable {
        case text, number, flag
    }

    public var kind: Kind {
        switch self {
        case .guidance, .steps: .number
        case .raw, .thinking: .flag
        case .background, .inputFidelity, .magicPrompt, .moderation, .negativePrompt, .style,
            .stylePreset, .styleType:
            .text
        }
    }

    /// Its value in a request.
    public enum Value: Hashable, Sendable {
        case text(String)
        case number(Decimal)
        case flag(Bool)
    }
}
