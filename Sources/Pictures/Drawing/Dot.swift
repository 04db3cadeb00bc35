/// A small soft disc: a star, a snowflake.
struct Dot {
    let x: Float
    let y: Float
    let radius: Float
    let colour: Colour
    let cover: Float

    fileprivate func paint(_ row: inout PaintRow, middle: Float) {
        let below = middle - y
        guard abs(below) < radius + 0.5 else { return }
        let (first, last) = (max(0, Int(x - radius)), min(row.count - 1, Int(x + radius)))
        guard first <= last else { return }
        for column in first...last {
            let aside = Float(column) + 0.5 - x
            let distance = (aside * aside + below * below).squareRoot()
            row.lay(colour, over: column, cover: cover * (radius - distance + 0.5).clampedToUnit)
        }
    }
}

/// Many dots, in the order in which rows meet them.
struct Dots {
    private let dots: [Dot]
    /// No dot touches a row farther from its middle than this.
    private let reach: Float

    init(_ dots: [Dot]) {
        self.dots = dots.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
        reach = dots.reduce(0) { max($0, $1.radius) } + 1
    }

    /// `count` dots made by `make`.
    static func scattered(_ count: Int, _ make: () -> Dot) -> Dots {
        Dots((0..<max(0, count)).map { _ in make() })
    }

    /// Paints what of them lies on row `y`.
    func paint(_ row: inout PaintRow, y: Int) {
        let middle = Float(y) + 0.5
        var index = firstIndex(below: middle - reach)
        while index < dots.count, dots[index].y < middle + reach {
            dots[index].paint(&row, middle: middle)
            index += 1
        }
    }

    private func firstIndex(below y: Float) -> Int {
        var (low, high) = (0, dots.count)
        while low < high {
            let middle = (low + high) / 2
            if dots[middle].y < y { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
