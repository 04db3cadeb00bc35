import FoundationEssentials
import Pictures
import Providers
import Units

/// What only some models know: a background, a style, steps.
extension Capabilities {
    /// The options that this endpoint takes, in its own spelling, or the refusal of the first that it
    /// does not.
    ///
    /// `auto` asks for nothing, and `moderation` does not show in a picture: both are dropped where
    /// they are unknown.
    func accepted(
        _ options: [PictureOption: PictureOption.Value], for format: ImageFormat,
        _ names: FieldNames
    ) throws(Refusal) -> [PictureOption: PictureOption.Value] {
        guard !options.isEmpty else { return [:] }
        var accepted: [PictureOption: PictureOption.Value] = [:]
        for (option, value) in options.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            guard let descriptor = parameters[option.rawValue] else {
                if option == .moderation || value == .text("auto") { continue }
                let name = names[option.rawValue]
                throw Refusal(
                    .invalidValue,
                    "This model does not take '\(name)'. It takes: "
                        + names.offered(parameters.keys).joined(separator: ", ") + ".",
                    field: name)
            }
            accepted[option] = try descriptor.accepted(
                value, of: option, named: names[option.rawValue], textMax: promptMax)
        }
        if accepted[.background] == .text("transparent"), format == .jpeg {
            throw Refusal(
                .invalidValue,
                "A transparent background needs '\(names["output_format"])' png or webp: JPEG has none.",
                field: names["background"])
        }
        return accepted
    }
}

extension Descriptor {
    /// `value` in this descriptor's own spelling, or the refusal that says what is accepted.
    fileprivate func accepted(
        _ value: PictureOption.Value, of option: PictureOption, named name: String, textMax: Int
    ) throws(Refusal) -> PictureOption.Value {
        switch (self, value) {
        case (.choice(let words), .text(let text)):
            // Vendors differ in case alone: AUTO, auto.
            guard let word = words.first(where: { $0.lowercased() == text.lowercased() }) else {
                throw Capabilities.refused(
                    name, text, accepted: words.joined(separator: ", "))
            }
            return .text(word)
        case (.range(let min, let max, _), .number(let number)):
            let isWhole = option != .steps || Int("\(number)") != nil
            guard number >= min, number <= max, isWhole else {
                throw Capabilities.refused(
                    name, "\(number)", accepted: "\(min) to \(max)")
            }
            return value
        case (.flag, .text(let text)):
            guard !text.isEmpty, text.unicodeScalars.count <= textMax, !text.utf8.contains(0) else {
                throw Capabilities.refused(
                    name, text, accepted: "a text of 1 to \(textMax) characters")
            }
            return value
        case (.flag, .flag), (.flag, .number): return value
        case (.choice(let words), .number(let number)):
            throw Capabilities.refused(
                name, "\(number)", accepted: words.joined(separator: ", "))
        case (.choice(let words), .flag(let flag)):
            throw Capabilities.refused(
                name, "\(flag)", accepted: words.joined(separator: ", "))
        case (.range(let min, let max, _), .text(let text)):
            throw Capabilities.refused(name, text, accepted: "\(min) to \(max)")
        case (.range(let min, let max, _), .flag(let flag)):
            throw Capabilities.refused(name, "\(flag)", accepted: "\(min) to \(max)")
        }
    }
}
