/// A colour of the page, as shares of red, green and blue.
struct Ink: Equatable {
    let red: Double
    let green: Double
    let blue: Double

    /// From `0x1C2333` and the like.
    init(_ hex: UInt32) {
        red = Double(hex >> 16 & 255) / 255
        green = Double(hex >> 8 & 255) / 255
        blue = Double(hex & 255) / 255
    }

    static let black = Ink(0x1B2130)
    static let grey = Ink(0x6A7282)
    static let pale = Ink(0x858D9E)
    static let line = Ink(0xDDE1E8)
    static let tint = Ink(0xF3F5FA)
    static let accent = Ink(0x2F3FA0)
    static let white = Ink(0xFFFFFF)
    /// What lies behind the text of a draft.
    static let ghost = Ink(0xEFF0F3)
}

/// A text and how it looks.
struct Text {
    enum Side { case left, right, center }

    var string: String
    /// In points, as every length here.
    var size: Double
    var bold = false
    var ink = Ink.black
    var side = Side.left
    /// Broken to this width; nil for one line.
    var width: Double?
    /// Extra space between letters.
    var spacing = 0.0

    init(
        _ string: String, _ size: Double = 8.5, bold: Bool = false, ink: Ink = .black,
        side: Side = .left, width: Double? = nil, spacing: Double = 0
    ) {
        // Pango takes no control characters; a new line it understands.
        self.string = String(
            String.UnicodeScalarView(
                string.unicodeScalars.map {
                    $0.properties.generalCategory == .control && $0 != "\n" ? " " : $0
                }))
        self.size = size
        self.bold = bold
        self.ink = ink
        self.side = side
        self.width = width
        self.spacing = spacing
    }
}

/// Something at a place on a page, measured from its upper left corner.
enum Mark {
    /// The upper left corner of the text; its upper right one when it is one line on the right.
    case text(Text, x: Double, y: Double)
    case box(x: Double, y: Double, width: Double, height: Double, Ink)
    /// One word across the page.
    case stamp(String)
}
