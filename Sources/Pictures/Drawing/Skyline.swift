/// Towers with lit windows.
struct Skyline {
    private struct Tower {
        let left: Float
        let right: Float
        let top: Float
        let salt: UInt64
        let mast: Float
    }

    private let towers: [Tower]
    private let foot: Float
    private let wall: Colour
    private let haze: Colour
    private let window: Colour
    /// The distance of windows, in pixels, and what part of them is lit.
    private let grid: Float
    private let lit: Float
    let top: Float

    /// Towers side by side over the width, up to `rise` pixels above `foot`.
    init(
        width: Float, foot: Float, rise: Float, grid: Float, lit: Float,
        wall: Colour, haze: Colour, window: Colour, dice: inout Dice
    ) {
        self.foot = foot
        self.wall = wall
        self.haze = haze
        self.window = window
        self.grid = grid
        self.lit = lit
        var towers: [Tower] = []
        var left = -grid * 3 * dice.unit()
        while left < width {
            let columns = 4 + dice.index(below: 6)
            let right = left + Float(columns) * grid
            // Taller towards the middle of the town.
            let centre = 1 - abs((left / width) - 0.5) * 1.3
            let tall = dice.unit()
            towers.append(
                Tower(
                    left: left, right: right,
                    top: foot - rise * (0.18 + 0.82 * tall * tall * centre), salt: dice.next(),
                    mast: dice.unit() < 0.25 ? rise * 0.14 : 0))
            left = right + grid * 0.5 * Float(dice.index(below: 3))
        }
        self.towers = towers
        top = towers.map { $0.top - $0.mast }.min() ?? foot
    }

    func paint(_ row: inout PaintRow, y: Int) {
        let middle = Float(y) + 0.5
        guard middle > top, middle < foot + 1 else { return }
        let shade = wall.mixed(with: haze, ((middle - top) / (foot - top)).clampedToUnit * 0.7)
        for tower in towers where middle > tower.top - tower.mast {
            let cover = (middle - tower.top + 0.5).clampedToUnit
            if cover < 1, tower.mast > 0 {
                let centre = (tower.left + tower.right) * 0.5
                row.lay(shade, from: centre - grid * 0.12, to: centre + grid * 0.12)
            }
            guard cover > 0 else { continue }
            row.lay(shade, from: tower.left, to: tower.right, cover: cover)
            if lit > 0 { paintWindows(of: tower, on: &row, middle: middle) }
        }
    }

    private func paintWindows(of tower: Tower, on row: inout PaintRow, middle: Float) {
        let storey = (middle - tower.top) / (grid * 1.25) - 0.5
        guard storey > 0 else { return }
        let floor = storey.rounded(.down)
        let tall = ((0.62 - (storey - floor)) * grid + 0.5).clampedToUnit
        guard tall > 0 else { return }
        let columns = Int((tower.right - tower.left) / grid + 0.5) - 1
        for column in 0..<max(0, columns) {
            let bits = Dice.mixed(tower.salt &+ UInt64(column) << 32 &+ UInt64(floor))
            guard Dice.unit(bits) < lit else { continue }
            let left = tower.left + (Float(column) + 0.75) * grid
            let warmth = 0.45 + 0.5 * Dice.unit(bits << 24)
            row.lay(window, from: left, to: left + grid * 0.52, cover: tall * warmth)
        }
    }
}
