/// Pages being filled from top to bottom. What they hold is known before anything is drawn, so that
/// each page can say how many there are.
struct Sheet {
    static let left = 48.0
    static let right = Canvas.width - 48
    static let width = right - left
    static let top = 48.0
    /// Where the footer begins.
    static let bottom = Canvas.height - 62

    let canvas: Canvas
    private(set) var pages: [[Mark]]
    /// What lies behind everything else on every page.
    private let backdrop: [Mark]
    /// Where the next thing goes.
    var y = Sheet.top
    /// What stands at the top of every page but the first.
    var heading: (inout Sheet) -> Void = { _ in }

    init(_ canvas: Canvas, backdrop: [Mark] = []) {
        self.canvas = canvas
        self.backdrop = backdrop
        pages = [backdrop]
    }

    /// What is left of the page.
    var room: Double { Sheet.bottom - y }

    /// What a page after the first has, below its heading.
    var roomOfNewPage: Double {
        var copy = self
        copy.breakPage()
        return copy.room
    }

    mutating func breakPage() {
        pages.append(backdrop)
        y = Sheet.top
        heading(&self)
    }

    /// Begins a new page unless `height` more fits, or would not fit on a new one either.
    mutating func keep(_ height: Double) {
        if height > room, height <= roomOfNewPage { breakPage() }
    }

    mutating func put(_ mark: Mark) {
        pages[pages.count - 1].append(mark)
    }

    /// A text at `x`, `down` below where the next thing goes.
    mutating func put(_ text: Text, x: Double, down: Double = 0) {
        put(.text(text, x: x, y: y + down))
    }

    /// A line across, or over part of, the page.
    mutating func rule(
        _ ink: Ink = .line, from x: Double = left, to end: Double = right, thick: Double = 0.6
    ) {
        put(.box(x: x, y: y, width: end - x, height: thick, ink))
    }

    /// An amount whose cents end at `x`: what is smaller stands behind them, paler.
    mutating func put(
        _ figure: Figure, size: Double = 8.5, bold: Bool = false, ink: Ink = .black, x: Double,
        down: Double = 0
    ) {
        put(Text(figure.head, size, bold: bold, ink: ink, side: .right), x: x, down: down)
        if !figure.tail.isEmpty { put(Text(figure.tail, size, ink: .pale), x: x, down: down) }
    }

    /// How far behind their cents the longest of `figures` reaches.
    func tail(of figures: [Figure], size: Double = 8.5) -> Double {
        let digits = figures.map(\.tail.count).max() ?? 0
        return digits == 0
            ? 0 : canvas.size(of: Text(String(repeating: "0", count: digits), size)).width
    }

    /// Draws every page: what it holds, and its `footer`.
    func draw(footer: (Int, Int) -> [Mark]) {
        for (index, page) in pages.enumerated() {
            for mark in page + footer(index + 1, pages.count) { canvas.draw(mark) }
            canvas.endPage()
        }
    }
}
