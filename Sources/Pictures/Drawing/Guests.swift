/// The shapes of those who visit a landscape, in a box of side 1 with the ground at its lower edge.
extension Outline {
    private static let foxBody: [SIMD2<Float>] = [
        [0.84, 0.345], [0.80, 0.375], [0.72, 0.40], [0.66, 0.42], [0.655, 0.54], [0.66, 0.70],
        [0.655, 0.86], [0.665, 0.945], [0.71, 0.965], [0.715, 1.0], [0.60, 1.0], [0.34, 1.0],
        [0.27, 0.96], [0.25, 0.86], [0.27, 0.74], [0.33, 0.60], [0.41, 0.48], [0.47, 0.38],
        [0.485, 0.28], [0.53, 0.20], [0.60, 0.165], [0.68, 0.20], [0.735, 0.27], [0.79, 0.315],
    ]
    private static let foxEars: [[SIMD2<Float>]] = [
        [[0.49, 0.27], [0.505, 0.02], [0.60, 0.18]],
        [[0.575, 0.20], [0.635, 0.015], [0.685, 0.22]],
    ]
    private static let foxTail: [SIMD2<Float>] = [
        [0.36, 1.0], [0.20, 1.0], [0.06, 0.95], [0.0, 0.82], [0.03, 0.68], [0.13, 0.55],
        [0.165, 0.65], [0.155, 0.76], [0.20, 0.84], [0.32, 0.86],
    ]
    private static let foxTailTip: [SIMD2<Float>] = [
        [0.03, 0.68], [0.13, 0.55], [0.165, 0.65], [0.158, 0.72], [0.115, 0.705], [0.08, 0.735],
        [0.05, 0.715], [0.022, 0.735],
    ]
    private static let foxChest: [SIMD2<Float>] = [
        [0.80, 0.375], [0.72, 0.40], [0.66, 0.42], [0.652, 0.54], [0.645, 0.68], [0.60, 0.60],
        [0.565, 0.47], [0.60, 0.40], [0.69, 0.36],
    ]
    private static let foxSocks: [SIMD2<Float>] = [
        [0.60, 0.86], [0.655, 0.86], [0.665, 0.945], [0.71, 0.965], [0.715, 1.0], [0.585, 1.0],
    ]
    private static let foxNose: [SIMD2<Float>] = [
        [0.845, 0.335], [0.85, 0.36], [0.82, 0.365], [0.815, 0.335],
    ]
    private static let foxEye: [SIMD2<Float>] = [
        [0.665, 0.275], [0.70, 0.285], [0.695, 0.31], [0.66, 0.30],
    ]

    /// A fox that sits on `foot` and looks over the land; `light` tints it.
    static func fox(
        foot: SIMD2<Float>, side: Float, facesLeft: Bool, detail: Detail, light: Colour,
        shade: Float
    ) -> [Outline] {
        func shape(_ points: [SIMD2<Float>], _ hex: UInt32) -> Outline {
            Outline(
                detail.isSketch ? points : rounded(points, times: detail.isWhole ? 2 : 1),
                colour: Colour(hex).mixed(with: light, shade), foot: foot, side: side,
                detail: detail, facesLeft: facesLeft)
        }
        func pointed(_ points: [SIMD2<Float>], _ hex: UInt32) -> Outline {
            Outline(
                points, colour: Colour(hex).mixed(with: light, shade), foot: foot, side: side,
                detail: detail, facesLeft: facesLeft)
        }
        let fox = [
            shape(foxTail, 0xC4541C), shape(foxTailTip, 0xFFF1E0), pointed(foxEars[0], 0x7A2F12),
            shape(foxBody, 0xE0692A), pointed(foxEars[1], 0xD15C20), shape(foxChest, 0xFFF1E0),
        ]
        if detail.isSketch { return fox }
        return fox + [
            shape(foxSocks, 0x3A1A12), shape(foxNose, 0x22120E), shape(foxEye, 0x22120E),
        ]
    }

    /// A small boat under two sails.
    static func boat(foot: SIMD2<Float>, side: Float, detail: Detail, palette: Palette) -> [Outline]
    {
        let hull: [SIMD2<Float>] = [
            [0.12, 0.88], [0.90, 0.88], [0.80, 1.0], [0.24, 1.0],
        ]
        let main: [SIMD2<Float>] = [[0.50, 0.0], [0.50, 0.84], [0.12, 0.84], [0.34, 0.40]]
        let jib: [SIMD2<Float>] = [[0.53, 0.10], [0.62, 0.46], [0.88, 0.84], [0.53, 0.84]]
        let sail = palette.snow.mixed(with: palette.glow, 0.2)
        return [
            Outline(main, colour: sail, foot: foot, side: side, detail: detail),
            Outline(
                jib, colour: sail.mixed(with: palette.near, 0.25), foot: foot, side: side,
                detail: detail),
            Outline(hull, colour: palette.front, foot: foot, side: side, detail: detail),
        ]
    }

    /// A bird far away, its wings up by `lift` of its span.
    static func bird(foot: SIMD2<Float>, side: Float, lift: Float, detail: Detail, colour: Colour)
        -> Outline
    {
        let points: [SIMD2<Float>] = [
            [0, 1 - lift], [0.22, 1 - lift * 1.25], [0.5, 0.97], [0.78, 1 - lift * 1.25],
            [1, 1 - lift], [0.76, 1 - lift * 0.85], [0.5, 1.06], [0.24, 1 - lift * 0.85],
        ]
        return Outline(
            detail.isWhole ? rounded(points, times: 2) : points, colour: colour, foot: foot,
            side: side, detail: detail)
    }
}
