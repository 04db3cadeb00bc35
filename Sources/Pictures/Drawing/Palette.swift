/// Colours that go together, made by hand: one time of day, one kind of light.
struct Palette: Sendable {
    /// The sky from the zenith down to the horizon.
    let sky: [Colour]
    let sun: Colour
    let glow: Colour
    let cloud: Colour
    /// The farthest mountains, bathed in air, and the nearest hills.
    let far: Colour
    let near: Colour
    /// The light on slopes that face the sun.
    let lit: Colour
    let snow: Colour
    let water: Colour
    /// Trees and the bank in front.
    let front: Colour
    /// From 0 by day to 1 by night.
    let stars: Float

    private init(
        sky: [UInt32], sun: UInt32, glow: UInt32, cloud: UInt32, far: UInt32, near: UInt32,
        lit: UInt32, snow: UInt32, water: UInt32, front: UInt32, stars: Float = 0
    ) {
        self.sky = sky.map { Colour($0) }
        self.sun = Colour(sun)
        self.glow = Colour(glow)
        self.cloud = Colour(cloud)
        self.far = Colour(far)
        self.near = Colour(near)
        self.lit = Colour(lit)
        self.snow = Colour(snow)
        self.water = Colour(water)
        self.front = Colour(front)
        self.stars = stars
    }

    static let dawn = Palette(
        sky: [0x7A8FC9, 0xB3A6D6, 0xF0B7C0, 0xFFD9B8], sun: 0xFFF6DF, glow: 0xFFC79A,
        cloud: 0xFFE3D6, far: 0xB7A3C8, near: 0x4B4A78, lit: 0xF2B8AE, snow: 0xFFEFEA,
        water: 0x8F8FC0, front: 0x2A2A4D)
    static let day = Palette(
        sky: [0x2F7FC4, 0x5FA8DD, 0x9CCFEE, 0xD9EEF5], sun: 0xFFFDF0, glow: 0xFFF3CF,
        cloud: 0xFFFFFF, far: 0x9DBAD3, near: 0x3A6B5F, lit: 0xC9DCCB, snow: 0xFFFFFF,
        water: 0x3E86B0, front: 0x1F4438)
    static let sunset = Palette(
        sky: [0x2E2A5E, 0x7A3B7E, 0xE2605B, 0xFFB45E], sun: 0xFFF1C4, glow: 0xFF8A4A,
        cloud: 0xFF9A76, far: 0xA5557A, near: 0x35234F, lit: 0xFF9E6B, snow: 0xFFC8AE,
        water: 0x54346B, front: 0x1B1230)
    static let dusk = Palette(
        sky: [0x1B2450, 0x3D4A8C, 0x8A6FA8, 0xE39AA0], sun: 0xFFE9DE, glow: 0xE88D9E,
        cloud: 0xC68FB0, far: 0x6B6AA5, near: 0x232A57, lit: 0xB58FB8, snow: 0xE3CFE6,
        water: 0x35407A, front: 0x11152F, stars: 0.35)
    static let night = Palette(
        sky: [0x060B24, 0x0E1C46, 0x1C3566, 0x35588A], sun: 0xF4F3E4, glow: 0x7FA3D1,
        cloud: 0x4A6797, far: 0x32507F, near: 0x0D1B3A, lit: 0x7FA0CC, snow: 0xB9CDEA,
        water: 0x10264C, front: 0x050B1C, stars: 1)
    static let aurora = Palette(
        sky: [0x050A20, 0x0A2038, 0x12454F, 0x2F7F76], sun: 0xEAF7EE, glow: 0x5FD3A6,
        cloud: 0x4BE0A0, far: 0x24535F, near: 0x0A1F30, lit: 0x63C9A8, snow: 0xB5E6D8,
        water: 0x0C2E3C, front: 0x040D16, stars: 1)
    static let mist = Palette(
        sky: [0x7FA7A5, 0xA8C5BC, 0xCFDDCB, 0xF2EBD3], sun: 0xFFFBEA, glow: 0xFFE9B8,
        cloud: 0xF5F4E6, far: 0x9FBDB0, near: 0x2E5A4F, lit: 0xD5DDB9, snow: 0xF6F6EC,
        water: 0x6C9A93, front: 0x143129)
    static let autumn = Palette(
        sky: [0x5D7FA8, 0x9DB2BF, 0xE8D3AE, 0xFBE3B4], sun: 0xFFF7DD, glow: 0xFFC873,
        cloud: 0xFFF0D8, far: 0xB58E7C, near: 0x9A4A2A, lit: 0xF0B35E, snow: 0xFFF3E2,
        water: 0x74859A, front: 0x4A2118)
    static let sand = Palette(
        sky: [0x3E7FAE, 0x86B4C4, 0xE9D2A8, 0xFBD08F], sun: 0xFFF9E3, glow: 0xFFD08A,
        cloud: 0xFFEBD0, far: 0xD9A77C, near: 0xB5653A, lit: 0xFFD39A, snow: 0xFFE9C9,
        water: 0x5C9AA0, front: 0x6B3220)
    static let frost = Palette(
        sky: [0x6E93C4, 0x9DBBDD, 0xCADBEC, 0xF4EEEF], sun: 0xFFFDF6, glow: 0xFFE6D3,
        cloud: 0xFFFFFF, far: 0xAEC3DB, near: 0x5D7FA6, lit: 0xEAF1F8, snow: 0xFFFFFF,
        water: 0x7DA3C6, front: 0x27405F)

    /// What a prompt without a word for the light may get.
    static let all = [dawn, day, sunset, dusk, night, aurora, mist, autumn, frost]

    /// The sky's colour at `height` from 0 (zenith) to 1 (horizon).
    func sky(at height: Float) -> Colour {
        let position = height.clampedToUnit * Float(sky.count - 1)
        let upper = min(Int(position), sky.count - 2)
        let part = position - Float(upper)
        return sky[upper].mixed(with: sky[upper + 1], part)
    }
}
