/// A range of mountains, a hill, a dune or a row of trees: all that lies below one curve.
struct Ridge {
    /// How its face looks, apart from the gradient.
    enum Face {
        case flat
        /// Slopes lit from the sun's side.
        case lit(Colour, strength: Float)
        /// The same, with snow down to a ragged line.
        case snowy(Colour, snow: Colour, strength: Float, line: Float)
    }

    /// The row of its upper edge in each column.
    private let crest: [Float]
    /// How fast coverage grows downwards there: less on steep slopes, so that they are smooth too.
    private let sharpness: [Float]
    /// From −1, turned away from the sun, to 1.
    private let light: [Float]
    private let ragged: [Float]
    let top: Float
    /// From this row down it covers everything.
    let bottom: Float
    private let upper: Colour
    private let lower: Colour
    private let depth: Float
    private let face: Face

    /// What lies below `crest`; the colour goes from `upper` to `lower` over `depth` rows.
    init(
        crest: [Float], upper: Colour, lower: Colour, depth: Float, face: Face = .flat,
        sunX: Float = 0, dice: inout Dice
    ) {
        self.crest = crest
        self.upper = upper
        self.lower = lower
        self.depth = max(1, depth)
        self.face = face
        let count = crest.count
        top = (crest.min() ?? 0) - 1
        bottom = (crest.max() ?? 0) + 1
        sharpness = crest.indices.map { x in
            let slope = (crest[min(x + 1, count - 1)] - crest[max(x - 1, 0)]) * 0.5
            return 1 / (1 + slope * slope).squareRoot()
        }
        guard case .flat = face else {
            light = Self.light(on: crest, sunX: sunX)
            ragged = Noise.curve(
                count: count, waves: 26, span: Float(max(count, 200)), octaves: 3, dice: &dice)
            return
        }
        light = []
        ragged = []
    }

    /// Slopes over a few pixels, so that the finest teeth of the crest do not flicker.
    private static func light(on crest: [Float], sunX: Float) -> [Float] {
        let reach = max(1, crest.count / 90)
        return crest.indices.map { x in
            let (left, right) = (max(0, x - reach), min(crest.count - 1, x + reach))
            let slope = (crest[right] - crest[left]) / Float(max(1, right - left))
            // A crest that falls to the right looks right.
            let facing = Float(x) < sunX ? slope : -slope
            return (facing * 2.2) / (1 + abs(facing * 2.2))
        }
    }

    /// Paints what of it lies on row `y`.
    func paint(_ row: inout PaintRow, y: Int) {
        let middle = Float(y) + 0.5
        guard middle > top else { return }
        let base = upper.mixed(with: lower, ((middle - top) / depth).clampedToUnit)
        switch face {
        case .flat: paintFlat(&row, middle: middle, base: base)
        case .lit(let lit, let strength):
            paintLit(&row, middle: middle, base: base, lit: lit, strength: strength)
        case .snowy(let lit, let snow, let strength, let line):
            paintLit(&row, middle: middle, base: base, lit: lit, strength: strength)
            if middle < line + depth * 0.2 {
                paintSnow(&row, middle: middle, base: base, snow: snow, line: line)
            }
        }
    }

    private func paintFlat(_ row: inout PaintRow, middle: Float, base: Colour) {
        if middle >= bottom {
            for x in 0..<row.count { row[x] = base }
            return
        }
        for x in 0..<row.count {
            let cover = ((middle - crest[x]) * sharpness[x] + 0.5).clampedToUnit
            guard cover > 0 else { continue }
            row.lay(base, over: x, cover: cover)
        }
    }

    /// The edges between lit and shaded slopes run down from the peaks, aslant.
    private func source(_ x: Int, below: Float) -> Int {
        max(0, min(crest.count - 1, x + Int(below * 0.45 + ragged[x] * below * 0.25)))
    }

    private func paintLit(
        _ row: inout PaintRow, middle: Float, base: Colour, lit: Colour, strength: Float
    ) {
        // Air lies over the foot and takes the contrast away.
        let clear = strength * (1 - ((middle - top) / depth).clampedToUnit)
        let (bright, dark) = ((lit - base) * clear, base * Colour(-0.45, -0.4, -0.3, 0) * clear)
        for x in 0..<row.count {
            let below = middle - crest[x]
            let cover = (below * sharpness[x] + 0.5).clampedToUnit
            guard cover > 0 else { continue }
            let value = light[source(x, below: max(0, below))]
            let colour = base + (value > 0 ? bright * value : dark * -value)
            row.lay(colour, over: x, cover: cover)
        }
    }

    private func paintSnow(
        _ row: inout PaintRow, middle: Float, base: Colour, snow: Colour, line: Float
    ) {
        let shade = snow.mixed(with: base, 0.5)
        for x in 0..<row.count {
            let below = middle - crest[x]
            let cover = (below * sharpness[x] + 0.5).clampedToUnit
            guard cover > 0 else { continue }
            let from = source(x, below: max(0, below))
            let edge = line + ragged[from] * depth * 0.2
            let white = ((edge - middle) / (depth * 0.05) + 0.5).clampedToUnit
            guard white > 0 else { continue }
            let colour = shade.mixed(with: snow, (light[from] * 1.6 + 0.5).clampedToUnit)
            row.lay(colour, over: x, cover: cover * white)
        }
    }
}
