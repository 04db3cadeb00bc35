/// A filled shape with smooth edges, made of straight lines.
struct Outline {
    private let points: [SIMD2<Float>]
    private let colour: Colour
    let top: Float
    let bottom: Float
    private let left: Int
    private let right: Int
    /// Lines inside a row that are looked at: their mean softens flat edges.
    private let samples: Int

    /// The most often that a line may cross a shape: `Guests.swift` holds none that is this jagged.
    private static let crossingsMax = 16

    /// The shape of `points`, given in a box of side 1, standing on `foot` with the box `side` pixels
    /// wide, and mirrored when `facesLeft`.
    init(
        _ points: [SIMD2<Float>], colour: Colour, foot: SIMD2<Float>, side: Float, detail: Detail,
        facesLeft: Bool = false
    ) {
        precondition(!points.isEmpty, "a shape has points")
        let placed = points.map { point in
            let across = facesLeft ? 0.5 - point.x : point.x - 0.5
            return SIMD2(foot.x + across * side, foot.y + (point.y - 1) * side)
        }
        var (low, high) = (placed[0], placed[0])
        for point in placed {
            low = SIMD2(min(low.x, point.x), min(low.y, point.y))
            high = SIMD2(max(high.x, point.x), max(high.y, point.y))
        }
        self.points = placed
        self.colour = colour
        samples = detail.isSketch ? 2 : 4
        (top, bottom) = (low.y, high.y)
        (left, right) = (Int(low.x.rounded(.down)), Int(high.x.rounded(.up)))
    }

    /// Paints what of it lies on row `y`.
    func paint(_ row: inout PaintRow, y: Int) {
        guard Float(y) < bottom, Float(y + 1) > top else { return }
        let (first, last) = (max(0, left), min(row.count, right + 1))
        guard first < last else { return }
        var cover = [Float](repeating: 0, count: last - first)
        for sample in 0..<samples {
            let height = Float(y) + (Float(sample) + 0.5) / Float(samples)
            var crossings = InlineArray<16, Float>(repeating: 0)
            let count = cross(at: height, into: &crossings)
            for pair in stride(from: 0, to: count - 1, by: 2) {
                add(from: crossings[pair], to: crossings[pair + 1], first: first, into: &cover)
            }
        }
        for x in cover.indices where cover[x] > 0 {
            row.lay(colour, over: first + x, cover: min(1, cover[x]))
        }
    }

    /// Where the line at `height` crosses the shape, from the left; returns how often.
    private func cross(at height: Float, into crossings: inout InlineArray<16, Float>) -> Int {
        var count = 0
        guard var from = points.last else { return 0 }
        for to in points {
            defer { from = to }
            guard (from.y <= height) != (to.y <= height) else { continue }
            precondition(count < Self.crossingsMax, "a shape is crossed at most 16 times")
            let x = from.x + (height - from.y) / (to.y - from.y) * (to.x - from.x)
            var place = count
            while place > 0, crossings[place - 1] > x {
                crossings[place] = crossings[place - 1]
                place -= 1
            }
            crossings[place] = x
            count += 1
        }
        return count
    }

    private func add(from left: Float, to right: Float, first: Int, into cover: inout [Float]) {
        let weight = 1 / Float(samples)
        let (left, right) = (
            max(0, left - Float(first)), min(Float(cover.count), right - Float(first))
        )
        guard right > left else { return }
        for x in Int(left)..<min(cover.count, Int(right) + 1) {
            cover[x] += weight * max(0, min(right, Float(x + 1)) - max(left, Float(x)))
        }
    }

    /// The same points with rounded corners: Chaikin's corner cutting, so many `times`.
    static func rounded(_ points: [SIMD2<Float>], times: Int) -> [SIMD2<Float>] {
        var points = points
        for _ in 0..<times {
            var cut: [SIMD2<Float>] = []
            cut.reserveCapacity(points.count * 2)
            for index in points.indices {
                let (from, to) = (points[index], points[index + 1 == points.count ? 0 : index + 1])
                cut.append(from + (to - from) * 0.25)
                cut.append(from + (to - from) * 0.75)
            }
            points = cut
        }
        return points
    }
}
