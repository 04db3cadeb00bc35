/// A fir or spruce, seen against the light.
struct Conifer {
    let x: Float
    let base: Float
    let height: Float
    let colour: Colour
    /// What lies on its branches; equal to `colour` without snow.
    let tips: Colour
    let salt: UInt64

    /// Paints what of it lies on row `y`.
    func paint(_ row: inout PaintRow, y: Int) {
        let part = (Float(y) + 0.5 - (base - height)) / height
        guard part > 0, part < 1 else { return }
        guard part < 0.95 else {
            let half = max(0.4, height * 0.016)
            row.lay(colour, from: x - half, to: x + half)
            return
        }
        // Each tier of branches starts narrow and ends wide and drooping.
        let tier = part * part * 2 + part * 7
        let number = tier.rounded(.down)
        let within = tier - number
        let half = height * (0.002 + 0.18 * part * (0.5 + 0.5 * within))
        let left = half * reach(Int(number) * 2)
        let right = half * reach(Int(number) * 2 + 1)
        row.lay(colour, from: x - left, to: x + right)
        let snowy = 1 - within.step(0.1, 0.6)
        if tips != colour, snowy > 0 {
            row.lay(tips, from: x - left * 0.9, to: x + right * 0.7, cover: snowy * 0.85)
        }
    }

    private func reach(_ branch: Int) -> Float {
        0.75 + 0.5 * Dice.unit(Dice.mixed(salt &+ UInt64(branch)))
    }
}
