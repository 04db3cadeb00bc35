/// Everything that a picture shows, placed and coloured, from the back to the front.
struct Scene {
    /// What can be painted row by row.
    enum Layer {
        case ridge(Ridge)
        case skyline(Skyline)
        case conifers([Conifer], top: Float)
        case outline(Outline)
        case dots(Dots)

        /// Nothing of it lies above this row.
        var top: Float {
            switch self {
            case .ridge(let ridge): ridge.top
            case .skyline(let skyline): skyline.top
            case .conifers(_, let top): top
            case .outline(let outline): outline.top
            case .dots: 0
            }
        }

        /// From this row down nothing behind it is seen; nil for what has gaps.
        var opaqueFrom: Float? {
            if case .ridge(let ridge) = self { ridge.bottom } else { nil }
        }

        func paint(_ row: inout PaintRow, y: Int) {
            switch self {
            case .ridge(let ridge): ridge.paint(&row, y: y)
            case .skyline(let skyline): skyline.paint(&row, y: y)
            case .conifers(let trees, _): for tree in trees { tree.paint(&row, y: y) }
            case .outline(let outline): outline.paint(&row, y: y)
            case .dots(let dots): dots.paint(&row, y: y)
            }
        }
    }

    let sky: Sky
    /// Behind the water, and mirrored in it.
    let back: [Layer]
    let water: Water?
    /// Before the water.
    let front: [Layer]
}
