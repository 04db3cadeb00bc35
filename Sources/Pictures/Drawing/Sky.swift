/// Gradient, sun or moon with its glow, clouds and stars.
struct Sky {
    let palette: Palette
    let size: PixelSize
    /// Where the sun stands and its radius, in pixels.
    let sun: (x: Float, y: Float, radius: Float)
    /// The row where the gradient reaches its last colour.
    let horizon: Float
    private let glowReach: Float
    private let clouds: NoiseField
    private let cloudiness: Float
    private let stars: Dots
    private var line: [Float]

    init(
        palette: Palette, size: PixelSize, scale: Float, detail: Detail, horizon: Float,
        dice: inout Dice
    ) {
        self.palette = palette
        self.size = size
        self.horizon = horizon
        let height = Float(size.height)
        let low: Float = palette.stars > 0.5 ? 0.34 : 0.66
        sun = (
            x: Float(size.width) * dice.between(0.22, 0.78),
            y: horizon * dice.between(low * 0.55, low), radius: scale * dice.between(0.045, 0.07)
        )
        glowReach = scale * dice.between(0.16, 0.26)
        cloudiness = dice.between(0.46, 0.58)
        // Clouds are soft: one sample every few pixels is all they need.
        let columns = max(3, min(size.width / 6 + 2, 640))
        let rows = max(3, min(Int(horizon) / 3 + 2, 400))
        clouds = NoiseField(
            columns: columns, rows: rows,
            waves: (x: 2.6 * Float(size.width) / scale, y: 7 * height / scale),
            octaves: 4, drawn: detail.cloudOctaves, dice: &dice)
        line = [Float](repeating: 0, count: columns + 1)
        stars = Self.stars(
            palette.stars, size: size, scale: scale, share: detail.share, horizon: horizon,
            dice: &dice)
    }

    private static func stars(
        _ strength: Float, size: PixelSize, scale: Float, share: Float, horizon: Float,
        dice: inout Dice
    ) -> Dots {
        guard strength > 0 else { return Dots([]) }
        let density = 320 * Float(size.width) / scale * horizon / scale
        return Dots.scattered(Int(min(density, 2000) * strength * share)) {
            let shine = dice.unit()
            return Dot(
                x: Float(size.width) * dice.unit(), y: horizon * 0.96 * dice.unit(),
                radius: max(0.6, scale * (0.0008 + 0.0016 * shine * shine)),
                colour: Colour(0xFFFAEE).mixed(with: Colour(0xBFD6FF), dice.unit()),
                cover: strength * (0.25 + 0.75 * shine))
        }
    }

    /// Paints the whole row.
    mutating func paint(_ row: inout PaintRow, y: Int) {
        let middle = Float(y) + 0.5
        let height = middle / horizon
        paintGlow(&row, base: palette.sky(at: height), below: middle - sun.y)
        paintStars(&row, y: y)
        paintSun(&row, below: middle - sun.y)
        paintClouds(&row, height: height)
    }

    private func paintGlow(_ row: inout PaintRow, base: Colour, below: Float) {
        let reach = glowReach * glowReach
        let distance = below * below
        let (light, core) = (palette.glow - base, palette.sun - base)
        for x in 0..<row.count {
            let aside = Float(x) + 0.5 - sun.x
            let near = reach / (reach + distance + aside * aside * 0.55)
            let spark = near * near
            row[x] = base + light * (near * 0.85) + core * (spark * spark * 0.35)
        }
    }

    private func paintStars(_ row: inout PaintRow, y: Int) {
        stars.paint(&row, y: y)
    }

    private func paintSun(_ row: inout PaintRow, below: Float) {
        let radius = sun.radius
        guard abs(below) < radius + 1 else { return }
        let first = max(0, Int(sun.x - radius - 2))
        let last = min(row.count, max(0, Int(sun.x + radius + 2)))
        guard first < last else { return }
        for x in first..<last {
            let aside = Float(x) + 0.5 - sun.x
            let distance = (aside * aside + below * below).squareRoot()
            row.lay(palette.sun, over: x, cover: (radius - distance + 0.5).clampedToUnit)
        }
    }

    private mutating func paintClouds(_ row: inout PaintRow, height: Float) {
        clouds.sample(at: height, into: &line)
        line[clouds.columns] = line[clouds.columns - 1]
        // Thin above, streaming together towards the horizon.
        let opacity = 0.72 * height.step(-0.1, 0.75) * (1 - 0.5 * height.step(0.8, 1.05))
        let step = Float(clouds.columns - 1) / Float(row.count)
        let threshold = cloudiness
        let colour = palette.cloud
        for x in 0..<row.count {
            let position = Float(x) * step
            let left = Int(position)
            let value = line[left] + (line[left + 1] - line[left]) * (position - Float(left))
            let cover = ((value - threshold) * 4.2).clampedToUnit
            guard cover > 0 else { continue }
            row.lay(colour, over: x, cover: cover * (2 - cover) * opacity)
        }
    }
}
