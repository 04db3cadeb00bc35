import Units

/// The parameter objects of dialect (e), told from the table that they are read by.
extension V2Family {
    /// The name of its shape: `fluxParams` is a `FluxParams`.
    var shapeName: String { name.prefix(1).uppercased() + name.dropFirst() }

    var shape: Shape {
        .closed(
            members.sorted { $0.key < $1.key }.map { .may($0.key, $0.value.shape) }
        ).told(about)
    }

    private var about: String {
        guard name != V2Family.general.name else { return "For every model." }
        return "For models whose ids begin with "
            + models.map { "`\($0)`" }.joined(separator: " or ") + "."
    }

    /// As members of a request, each for its own models.
    static let bodyMembers: [Shape.Member] = all.map {
        .may($0.name, .named($0.shapeName))
    }

    static let shapes: [(name: String, shape: Shape)] = (all + [general]).map {
        ($0.shapeName, $0.shape)
    }
}

extension V2Family.Meaning {
    /// What `V2Parameters` takes for it.
    fileprivate var shape: Shape {
        switch self {
        case .ratio:
            .text("Width to height, such as `16:9`; `auto` or `match_input_image`.")
                .matching(
                    #"^(auto|match_input_image|[0-9]{1,4}(\.[0-9]+)?:[0-9]{1,4}(\.[0-9]+)?)$"#)
        case .tier:
            .text("`1K`, `2K`, `4K` and such; `auto` or `match_input_image`.")
                .matching(
                    "^(auto|match_input_image|512([pP][xX])?|768|(0\\.5|1|1\\.5|2|3|4)[kK]|"
                        + "(0\\.5|1|2|4)[mM][pP])$")
        case .width, .height: .integer("Pixels; both sides are given.").within(1...16_384)
        case .namedSize:
            .text("`auto`, pixels such as `1024x1024`, or a name such as `portrait_4_3`.")
                .matching(
                    "^(auto|square(_hd)?|(portrait|landscape)_(4_3|16_9)|\(Shape.pixels))$")
        case .quality: .word(OpenAIBody.qualities, "Of those that the model lists.")
        case .format:
            .text("`png`, `jpeg` or `jpg`, `webp`, in any case.")
                .matching("^([wW][eE][bB][pP]|[jJ][pP][eE]?[gG]|[pP][nN][gG])$").standing("png")
        case .compression: .integer("Quality of JPEG and WebP.").within(0...100)
        case .seed: .integer("The same seed, the same picture.").within(0...Int(Int32.max))
        case .count: .integer("Pictures to make.").within(1...10).standing(1)
        case .pictures(1): .pictures("A picture to start from.", 0...1)
        case .pictures(let most): .pictures("Pictures to start from.", 0...most)
        case .mask: .mask
        case .option(let option): .option(option)
        case .without(.text): .text("Read, and without effect here.")
        case .without(.number): .number("Read, and without effect here.")
        case .without(.flag): .boolean("Read, and without effect here.")
        }
    }
}
