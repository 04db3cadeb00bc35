import Units

/// Text of a page, in which every value has been made harmless.
struct HTML: ExpressibleByStringInterpolation, Sendable {
    private(set) var text: String

    init(stringLiteral text: String) { self.text = text }

    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    init(_ parts: some Sequence<HTML>) { text = parts.map(\.text).joined() }

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity)
        }

        mutating func appendLiteral(_ literal: String) { text += literal }

        /// A value: told as it is, never read as markup.
        mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
        mutating func appendInterpolation(_ value: Int) { text += "\(value)" }
        mutating func appendInterpolation(_ html: HTML) { text += html.text }
    }

    /// A sentence, where what stands between backticks is code.
    static func prose(_ text: String) -> HTML {
        HTML(
            text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map {
                $0.offset % 2 == 1 ? "<code>\(String($0.element))</code>" : "\(String($0.element))"
            })
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for character in value {
            switch character {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            default: text.append(character)
            }
        }
        return text
    }
}
