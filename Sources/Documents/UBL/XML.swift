/// XML as it is written: elements in order, indented, escaped.
struct XML {
    private(set) var bytes: [UInt8]
    private var depth = 0

    /// A document whose root is `name`.
    init(_ name: String, namespaces: [(String, String)], _ content: (inout XML) -> Void) {
        bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8)
        element(name, with: namespaces, content)
    }

    /// `<name>text</name>`
    mutating func element(_ name: String, _ text: String, with attributes: [(String, String)] = [])
    {
        open(name, attributes)
        append(escaping: text)
        bytes += "</\(name)>\n".utf8
    }

    /// Nothing when `text` is nil or blank: EN 16931 wants no empty elements.
    mutating func element(_ name: String, optional text: String?) {
        guard let text, !text.allSatisfy(\.isWhitespace) else { return }
        element(name, text)
    }

    /// An element that holds others.
    mutating func element(
        _ name: String, with attributes: [(String, String)] = [], _ content: (inout XML) -> Void
    ) {
        open(name, attributes)
        bytes.append(UInt8(ascii: "\n"))
        depth += 1
        content(&self)
        depth -= 1
        indent()
        bytes += "</\(name)>\n".utf8
    }

    private mutating func open(_ name: String, _ attributes: [(String, String)]) {
        indent()
        bytes += "<\(name)".utf8
        for (name, value) in attributes {
            bytes += " \(name)=\"".utf8
            append(escaping: value)
            bytes.append(UInt8(ascii: "\""))
        }
        bytes.append(UInt8(ascii: ">"))
    }

    private mutating func indent() {
        bytes += repeatElement(UInt8(ascii: " "), count: depth * 2)
    }

    private mutating func append(escaping text: String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": bytes += "&amp;".utf8
            case "<": bytes += "&lt;".utf8
            case ">": bytes += "&gt;".utf8
            case "\"": bytes += "&quot;".utf8
            // Written plainly, a reader would turn them into blanks or into one another.
            case "\t", "\n", "\r": bytes += "&#\(scalar.value);".utf8
            // XML 1.0 cannot say these, not even escaped.
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": bytes += "\u{FFFD}".utf8
            default: bytes += String(scalar).utf8
            }
        }
    }
}
