/// A lake or a sea: what lies above, mirrored in ripples, with the sun's path over it.
struct Water {
    /// The first row of it.
    let line: Int
    private let height: Float
    private let scale: Float
    private let tint: Colour
    private let shine: Colour
    private let sunX: Float
    /// How much of its own colour shows: a sea more than a lake.
    private let depth: Float
    private let ripples: [Float]
    /// Their number less one: the waves repeat.
    private let mask: Int
    private let salt: UInt64

    init(
        line: Int, size: PixelSize, scale: Float, detail: Detail, palette: Palette, sunX: Float,
        depth: Float,
        dice: inout Dice
    ) {
        self.line = line
        height = Float(max(1, size.height - line))
        self.scale = scale
        tint = palette.water
        shine = palette.sun.mixed(with: palette.glow, 0.35)
        self.sunX = sunX
        self.depth = depth
        salt = dice.next()
        let count = detail.ripples
        mask = count - 1
        // As long a wave, however many of them there are.
        ripples = Noise.curve(
            count: count, waves: Float(count) * (40 / 1024), span: Float(count), octaves: 3,
            dice: &dice)
    }

    /// Paints the whole row `y` from the finished rows of `canvas` above the line.
    func paint(_ row: inout PaintRow, y: Int, from canvas: borrowing Canvas) {
        let below = Float(y - line) + 0.5
        let part = below / height
        // Waves look narrower the farther they are; the bands thin out towards the horizon.
        let band = (part.squareRoot() * 42)
        let index = band.rounded(.down)
        let between = (band - index).step(0, 1)
        let (first, second) = (offset(Int(index)), offset(Int(index) + 1))
        let stretch = 330 / (scale * (0.35 + part))
        let sway = scale * (0.004 + 0.035 * part)
        let source = Float(line) - 1 - below * 1.08
        let own = (depth + 0.3 * part) * Float(1)
        let path = scale * (0.03 + 0.10 * part)
        for x in 0..<row.count {
            let position = Int(Float(x) * stretch)
            let one = ripples[(position + first) & mask]
            let other = ripples[(position + second) & mask]
            let ripple = one + (other - one) * between
            let mirrored = canvas.colour(
                x: x, y: max(0, min(line - 1, Int(source + ripple * sway))))
            let aside = Float(x) - sunX
            let sunny = path * path / (path * path + aside * aside)
            let spark = ((ripple - 0.12) * 3.2).clampedToUnit * sunny
            let colour = mirrored.mixed(with: tint, own + ripple * 0.10)
            row[x] = colour.mixed(with: shine, spark * 0.75)
        }
    }

    private func offset(_ band: Int) -> Int {
        Int(truncatingIfNeeded: Dice.mixed(salt &+ UInt64(band)) >> 50)
    }
}
