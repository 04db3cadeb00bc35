/// Smooth random curves and fields, built from lattices of random values.
///
/// Only `+ − × ÷` and square roots, which IEEE 754 fixes to the last bit: no function of libm, whose
/// results differ between versions.
enum Noise {
    /// One octave: `waves` bumps over every `span` samples.
    private static func add(
        to curve: inout [Float], waves: Float, span: Float, amplitude: Float, sharp: Bool,
        dice: inout Dice
    ) {
        let salt = dice.next()
        let step = waves / span
        var cell = Int64.min
        var (left, right): (Float, Float) = (0, 0)
        for index in curve.indices {
            let position = Float(index) * step
            let floor = position.rounded(.down)
            if Int64(floor) != cell {
                cell = Int64(floor)
                left = lattice(cell, salt)
                right = lattice(cell + 1, salt)
            }
            let part = position - floor
            let eased = sharp ? part : part * part * (3 - 2 * part)
            curve[index] += amplitude * (left + (right - left) * eased)
        }
    }

    private static func lattice(_ cell: Int64, _ salt: UInt64) -> Float {
        Dice.unit(Dice.mixed(UInt64(bitPattern: cell) &* 0xD6E8_FEB8_6659_FD93 ^ salt)) * 2 - 1
    }

    /// A curve of `count` samples around 0, within about ±1: octaves from `waves` bumps per `span`
    /// samples upwards, each twice as fine and `falloff` times as high, down to three samples a bump.
    static func curve(
        count: Int, waves: Float, span: Float, octaves: Int, falloff: Float = 0.5,
        sharp: Bool = false, dice: inout Dice
    ) -> [Float] {
        var curve = [Float](repeating: 0, count: count)
        var (waves, amplitude) = (waves, 1 - falloff)
        for octave in 0..<octaves where octave == 0 || waves * 3 < span {
            // The coarsest octave is always round, or the mountains would be triangles.
            add(
                to: &curve, waves: waves, span: span, amplitude: amplitude,
                sharp: sharp && octave > 0, dice: &dice)
            waves *= 2.03
            amplitude *= falloff
        }
        return curve
    }

    /// A curve of pointed crests and round valleys, from about 0 to 1.
    static func ridge(
        count: Int, waves: Float, span: Float, octaves: Int, dice: inout Dice
    ) -> [Float] {
        let base = curve(
            count: count, waves: waves, span: span, octaves: octaves, falloff: 0.46, sharp: true,
            dice: &dice)
        return base.map { (1 / (1 + abs($0) * 2.2) - 0.31) / 0.69 }
    }
}

/// A random field over the plane, coarse, for clouds: sampled row by row.
struct NoiseField {
    let columns: Int
    let rows: Int
    private let values: [Float]

    /// Octaves of smooth noise on a lattice of `columns` × `rows`, `waves` bumps across. Only the
    /// first `drawn` of them are worked out; the finer ones count with their mean.
    init(
        columns: Int, rows: Int, waves: (x: Float, y: Float), octaves: Int, drawn: Int,
        dice: inout Dice
    ) {
        self.columns = columns
        self.rows = rows
        // Amplitudes shrink to 0.55 each time, and lattice values lie around a half.
        var (mean, left): (Float, Float) = (0, 0.275)
        for octave in 0..<octaves {
            if octave >= drawn { mean += left }
            left *= 0.55
        }
        var values = [Float](repeating: mean, count: columns * rows)
        var amplitude: Float = 0.55
        var (across, down) = waves
        for _ in 0..<drawn {
            let salt = dice.next()
            for row in 0..<rows {
                let y = Float(row) * down / Float(rows)
                let top = y.rounded(.down)
                let yPart = Self.eased(y - top)
                var cell = -1
                var (left, right): (Float, Float) = (0, 0)
                for column in 0..<columns {
                    let x = Float(column) * across / Float(columns)
                    let floor = Int(x)
                    if floor != cell {
                        cell = floor
                        left = Self.column(cell, Int(top), yPart, salt)
                        right = Self.column(cell + 1, Int(top), yPart, salt)
                    }
                    let part = Self.eased(x - Float(floor))
                    values[row * columns + column] += amplitude * (left + (right - left) * part)
                }
            }
            amplitude *= 0.55
            across *= 2.1
            down *= 2.1
        }
        self.values = values
    }

    private static func eased(_ part: Float) -> Float { part * part * (3 - 2 * part) }

    private static func column(_ x: Int, _ y: Int, _ part: Float, _ salt: UInt64) -> Float {
        let upper = at(x, y, salt)
        return upper + (at(x, y + 1, salt) - upper) * part
    }

    private static func at(_ x: Int, _ y: Int, _ salt: UInt64) -> Float {
        Dice.unit(Dice.mixed(UInt64(x) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(y) << 32 ^ salt))
    }

    /// One line of the field at `height` from 0 (top) to 1, `columns` samples into `line`.
    func sample(at height: Float, into line: inout [Float]) {
        let position = max(0, min(Float(rows - 1), height * Float(rows - 1)))
        let upper = min(Int(position), max(0, rows - 2))
        let part = position - Float(upper)
        let start = upper * columns
        let next = min(upper + 1, rows - 1) * columns
        for column in 0..<columns {
            let value = values[start + column]
            line[column] = value + (values[next + column] - value) * part
        }
    }
}
