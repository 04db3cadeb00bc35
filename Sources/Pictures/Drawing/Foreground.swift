/// What stands before the water: the bank with its trees, and who visits.
extension Composer {
    mutating func front(_ line: Float) -> [Scene.Layer] {
        if idea.place == .ocean && !idea.guests.contains(.fox) { return [] }
        if idea.place == .city && !idea.guests.contains(.fox) { return [] }
        let onLeft = dice.unit() < 0.5
        let crest = bank(onLeft: onLeft)
        let isSnow = idea.place == .snow
        let upper = isSnow ? palette.snow : palette.front.mixed(with: palette.near, 0.12)
        let lower = isSnow ? palette.snow.mixed(with: palette.far, 0.7) : palette.front
        var layers: [Scene.Layer] = []
        if idea.place != .desert {
            layers.append(conifers(on: crest, onLeft: onLeft))
        }
        if idea.place != .desert || idea.guests.contains(.fox) {
            layers.append(
                .ridge(
                    Ridge(
                        crest: crest, upper: upper, lower: lower, depth: rise * 0.14, dice: &dice)))
        }
        if idea.guests.contains(.fox) { layers += fox(on: crest, onLeft: onLeft) }
        if isSnow { layers.append(snowfall()) }
        return layers
    }

    /// The near ground, rising to one side, or to both in a forest.
    private mutating func bank(onLeft: Bool) -> [Float] {
        let rough = Noise.curve(
            count: size.width, waves: 2, span: scale, octaves: 6, falloff: 0.42, dice: &dice)
        let level: Float = idea.place == .lake ? 0.955 : 0.90
        return rough.indices.map { x in
            let across = (Float(x) + 0.5) / width
            let side = onLeft ? 1 - across : across
            let hill = (side - 0.35).clampedToUnit
            return height * level - rise * (0.16 * hill * (2 - hill) * hill + 0.016 * rough[x])
        }
    }

    private mutating func conifers(on crest: [Float], onLeft: Bool) -> Scene.Layer {
        let dense: Float = idea.place == .forest ? 26 : (idea.place == .hills ? 7 : 13)
        let fewer: Float = detail.isSketch ? 0.6 : 1
        let count = Int(min(120, dense * max(1, width / scale)) * fewer)
        let isSnow = idea.place == .snow
        var trees: [Conifer] = []
        for _ in 0..<count {
            // Squaring gathers them at the sides and leaves the view open.
            let away = dice.unit()
            let reach: Float = idea.place == .forest ? 0.55 : 0.42
            let side = away * away * reach
            let left = idea.place == .forest ? dice.unit() < 0.5 : onLeft
            let across = left ? side : 1 - side
            let x = across * width
            let tall = rise * dice.between(0.13, 0.34) * (1.15 - side * 1.4)
            let column = max(0, min(crest.count - 1, Int(x)))
            let tone = dice.between(0, 0.16)
            let colour = palette.front.mixed(with: palette.near, tone)
            trees.append(
                Conifer(
                    x: x, base: crest[column] + rise * 0.01, height: max(2, tall), colour: colour,
                    tips: isSnow ? palette.snow.mixed(with: palette.far, 0.2) : colour,
                    salt: dice.next()))
        }
        // Small ones stand farther back.
        trees.sort { ($0.height, $0.x) < ($1.height, $1.x) }
        return .conifers(trees, top: trees.map { $0.base - $0.height }.min() ?? height)
    }

    private mutating func fox(on crest: [Float], onLeft: Bool) -> [Scene.Layer] {
        let side = rise * dice.between(0.20, 0.26)
        let across = dice.between(0.42, 0.58)
        let x = width * (onLeft ? 1 - across : across)
        let ground = crest[max(0, min(crest.count - 1, Int(x)))]
        return Outline.fox(
            foot: [x, ground + side * 0.04], side: side, facesLeft: !onLeft, detail: detail,
            light: palette.front, shade: 0.08 + 0.35 * palette.stars
        ).map { .outline($0) }
    }

    private mutating func snowfall() -> Scene.Layer {
        let count = Int(min(1500, 220 * width / scale * height / scale) * detail.share)
        return .dots(
            Dots.scattered(count) {
                let near = dice.unit()
                return Dot(
                    x: width * dice.unit(), y: height * dice.unit(),
                    radius: min(7, max(0.6, scale * (0.0012 + 0.0032 * near * near * near))),
                    colour: Colour(0xFFFFFF), cover: 0.35 + 0.5 * near)
            })
    }

    mutating func boat(_ line: Float) -> [Scene.Layer] {
        let side = rise * dice.between(0.14, 0.19)
        let foot: SIMD2<Float> = [width * dice.between(0.3, 0.7), line + rise * 0.07]
        return Outline.boat(foot: foot, side: side, detail: detail, palette: palette).map {
            .outline($0)
        }
    }

    mutating func birds(_ line: Float) -> [Scene.Layer] {
        let middle: SIMD2<Float> = [
            width * dice.between(0.25, 0.75), line * dice.between(0.22, 0.42),
        ]
        let colour = palette.near.mixed(with: palette.front, 0.5)
        return (0..<(detail.isSketch ? 3 : 7)).map { index in
            // A loose wedge: each pair a little behind the one before.
            let rank = Float((index + 1) / 2)
            let flank: Float = index % 2 == 0 ? 1 : -1
            let foot = SIMD2(
                middle.x + scale * (0.045 * rank * flank + dice.between(-0.008, 0.008)),
                middle.y + scale * (0.022 * rank + dice.between(-0.006, 0.006)))
            return .outline(
                .bird(
                    foot: foot, side: scale * dice.between(0.026, 0.036),
                    lift: dice.between(0.1, 0.34), detail: detail, colour: colour))
        }
    }
}
