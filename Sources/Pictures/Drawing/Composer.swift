/// Places the parts of a scene. All measures are fractions of the picture, so that one scene looks
/// alike at every size. What stands in front is in `Foreground.swift`.
struct Composer {
    let idea: Idea
    let size: PixelSize
    let width: Float
    let height: Float
    /// The unit for what has a natural size, in pixels: the shorter side, unless it is a mere strip.
    let scale: Float
    let detail: Detail
    var dice: Dice
    private var sunX: Float = 0

    init(_ idea: Idea, size: PixelSize, dice: Dice) {
        self.idea = idea
        self.size = size
        width = Float(size.width)
        height = Float(size.height)
        scale = max(min(width, height), max(width, height) / 3)
        detail = Detail(scale: scale)
        self.dice = dice
    }

    var palette: Palette { idea.palette }
    /// How far things rise, in pixels: in a tall picture the sky takes what is left.
    var rise: Float { min(height, scale * 1.35) }

    mutating func scene() -> Scene {
        let line = height * waterline
        let sky = Sky(
            palette: palette, size: size, scale: scale, detail: detail, horizon: line,
            dice: &dice)
        sunX = sky.sun.x
        var back = self.back(line)
        if idea.guests.contains(.birds) { back += birds(line) }
        let water = hasWater ? self.water(Int(line)) : nil
        var front = hasWater && idea.guests.contains(.boat) ? boat(line) : []
        front += self.front(line)
        return Scene(sky: sky, back: back, water: water, front: front)
    }

    private var hasWater: Bool { [.lake, .ocean, .city, .snow].contains(idea.place) }

    private var waterline: Float {
        switch idea.place {
        case .lake: 0.64
        case .ocean: 0.56
        case .city: 0.70
        case .forest, .desert, .snow, .hills: 0.66
        }
    }

    private mutating func water(_ line: Int) -> Water {
        Water(
            line: max(1, line), size: size, scale: scale, detail: detail, palette: palette,
            sunX: sunX,
            depth: idea.place == .ocean ? 0.42 : 0.16, dice: &dice)
    }

    private mutating func back(_ line: Float) -> [Scene.Layer] {
        switch idea.place {
        case .lake:
            [
                mountains(line, from: 0.15, to: 0.42, waves: 2.1, near: 0.12, snowy: true),
                mountains(line, from: 0.05, to: 0.26, waves: 2.9, near: 0.48, snowy: false),
                woods(line, low: 0.015, high: 0.09, teeth: 0.022, near: 0.82),
            ]
        case .snow:
            [
                mountains(line, from: 0.16, to: 0.46, waves: 2.0, near: 0.15, snowy: true),
                mountains(line, from: 0.06, to: 0.27, waves: 2.7, near: 0.42, snowy: true),
                woods(line, low: 0.015, high: 0.08, teeth: 0.026, near: 0.8),
            ]
        case .forest:
            (0..<5).map { index in
                let near = 0.1 + 0.2 * Float(index)
                let foot = line - rise * 0.16 + rise * 0.11 * Float(index)
                return woods(
                    foot, low: 0.02, high: 0.13, teeth: 0.018 + 0.016 * Float(index), near: near)
            }
        case .ocean:
            [
                islands(line, high: 0.10, near: 0.15), islands(line, high: 0.07, near: 0.55),
            ]
        case .hills:
            [
                mountains(line, from: 0.10, to: 0.30, waves: 2.3, near: 0.1, snowy: false),
                rolling(line - rise * 0.03, high: 0.15, waves: 2.1, near: 0.35, strength: 0.6),
                woods(line + rise * 0.05, low: 0.02, high: 0.10, teeth: 0.016, near: 0.6),
                rolling(line + rise * 0.15, high: 0.18, waves: 1.7, near: 0.75, strength: 0.7),
            ]
        case .desert:
            [
                mountains(line, from: 0.04, to: 0.20, waves: 1.8, near: 0.2, snowy: false),
                rolling(line + rise * 0.03, high: 0.15, waves: 2.6, near: 0.35, strength: 0.9),
                rolling(line + rise * 0.14, high: 0.20, waves: 1.9, near: 0.65, strength: 0.95),
                rolling(line + rise * 0.30, high: 0.26, waves: 1.4, near: 1.0, strength: 1),
            ]
        case .city:
            [
                mountains(line, from: 0.02, to: 0.20, waves: 1.9, near: 0.1, snowy: false),
                skyline(line, high: 0.42, grid: 0.011, near: 0.35, lit: 0.22),
                skyline(line, high: 0.27, grid: 0.014, near: 0.85, lit: 0.42),
            ]
        }
    }

    private func colours(near: Float) -> (upper: Colour, lower: Colour) {
        let upper = palette.far.mixed(with: palette.near, near)
        let air = palette.sky(at: 1).mixed(with: palette.far, 0.35)
        return (upper, upper.mixed(with: air, 0.62 * (1 - near * 0.75)))
    }

    private mutating func mountains(
        _ foot: Float, from low: Float, to high: Float, waves: Float, near: Float, snowy: Bool
    ) -> Scene.Layer {
        let noise = Noise.ridge(
            count: size.width, waves: waves, span: scale, octaves: 7, dice: &dice)
        let crest = noise.map { foot - rise * (low + (high - low) * $0) }
        let (upper, lower) = colours(near: near)
        let lit = palette.lit.mixed(with: upper, 0.25)
        let face: Ridge.Face =
            snowy
            ? .snowy(
                lit, snow: palette.snow, strength: 0.8,
                line: foot - rise * (low + (high - low) * 0.55))
            : .lit(lit, strength: 0.75)
        return .ridge(
            Ridge(
                crest: crest, upper: upper, lower: lower, depth: rise * high, face: face,
                sunX: sunX, dice: &dice))
    }

    private mutating func rolling(
        _ foot: Float, high: Float, waves: Float, near: Float, strength: Float
    ) -> Scene.Layer {
        let noise = Noise.curve(
            count: size.width, waves: waves, span: scale, octaves: 3, falloff: 0.3, dice: &dice)
        let crest = noise.map { foot - rise * high * (0.5 + 0.7 * $0) }
        let (upper, lower) = colours(near: near)
        return .ridge(
            Ridge(
                crest: crest, upper: upper.mixed(with: palette.lit, 0.3),
                lower: lower.mixed(with: palette.near, 0.5), depth: rise * 0.42,
                face: .lit(palette.lit, strength: strength), sunX: sunX, dice: &dice))
    }

    private mutating func islands(_ line: Float, high: Float, near: Float) -> Scene.Layer {
        let noise = Noise.curve(
            count: size.width, waves: 1.6, span: scale, octaves: 6, falloff: 0.42, dice: &dice)
        let crest = noise.map { line + 1 - rise * high * max(-0.2, $0 * 2.2 - 0.3) }
        let (upper, lower) = colours(near: near)
        return .ridge(
            Ridge(
                crest: crest, upper: upper, lower: lower, depth: rise * high,
                face: .lit(palette.lit, strength: 0.5), sunX: sunX, dice: &dice))
    }

    /// A wooded hill: its crest is the tops of trees.
    private mutating func woods(
        _ foot: Float, low: Float, high: Float, teeth: Float, near: Float
    ) -> Scene.Layer {
        let noise = Noise.curve(
            count: size.width, waves: 1.4, span: scale, octaves: 3, falloff: 0.35, dice: &dice)
        var crest = noise.map { foot - rise * (low + (high - low) * (0.5 + 0.6 * $0)) }
        raiseTrees(on: &crest, tall: rise * teeth)
        let (upper, lower) = colours(near: near)
        return .ridge(
            Ridge(crest: crest, upper: upper, lower: lower, depth: rise * 0.2, dice: &dice))
    }

    private mutating func raiseTrees(on crest: inout [Float], tall: Float) {
        guard tall >= 1.5 else { return }
        let ground = crest
        var x: Float = 0
        while x < width {
            let tree = tall * dice.between(0.45, 1.15)
            let half = max(1, tree * 0.26)
            let first = max(0, Int(x - half))
            let last = min(crest.count - 1, Int(x + half))
            if first <= last {
                for column in first...last {
                    let away = abs(Float(column) - x) / half
                    let top = ground[column] - tree * max(0, 1 - away)
                    crest[column] = min(crest[column], top)
                }
            }
            x += half * dice.between(0.5, 1.5)
        }
    }

    private mutating func skyline(
        _ foot: Float, high: Float, grid: Float, near: Float, lit: Float
    ) -> Scene.Layer {
        let (wall, haze) = colours(near: near)
        let dark = palette.stars > 0 ? lit : lit * 0.25
        return .skyline(
            Skyline(
                width: width, foot: foot, rise: rise * high, grid: max(1, scale * grid), lit: dark,
                wall: wall.mixed(with: palette.near, 0.3), haze: haze,
                window: Colour(0xFFD98A), dice: &dice))
    }
}
