/// The painter of the built-in free model: landscapes that follow the prompt's words.
public enum TestPicture {
    /// A picture of exactly `size` for `prompt`; another seed shows another view.
    ///
    /// The same arguments give the same bytes on every machine and in every version that does not
    /// say otherwise in the changelog.
    public static func draw(prompt: String, seed: Int64, size: PixelSize) -> Bitmap {
        let start = Dice.mixed(Dice.hash(prompt) ^ Dice.mixed(UInt64(bitPattern: seed)))
        var composer = Composer(Idea(prompt), size: size, dice: Dice(start))
        let scene = composer.scene()
        let count = size.pixels * 4
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            guard let base = UnsafeMutableRawPointer(buffer.baseAddress) else { return }
            let words = unsafe base.bindMemory(to: UInt32.self, capacity: size.pixels)
            paint(scene, on: unsafe Canvas(size: size, pixels: words))
            filled = count
        }
        return Bitmap(size: size, pixels: pixels)
    }

    private static func paint(_ scene: Scene, on canvas: consuming Canvas) {
        var colours = [Colour](repeating: .zero, count: canvas.size.width)
        var row = colours.mutableSpan
        var sky = scene.sky
        let shore = min(canvas.size.height, scene.water?.line ?? canvas.size.height)
        let (back, front) = (scene.back, scene.front)
        let backOpaque = back.map { $0.opaqueFrom ?? .infinity }
        for y in 0..<shore {
            let hidden = firstVisible(backOpaque, y: y)
            if hidden == nil { sky.paint(&row, y: y) }
            for index in (hidden ?? 0)..<back.count { back[index].paint(&row, y: y) }
            canvas.store(row, y: y)
        }
        for y in shore..<canvas.size.height {
            scene.water?.paint(&row, y: y, from: canvas)
            canvas.store(row, y: y)
        }
        // In a second pass, or the water would mirror what stands before it.
        let top = front.map { $0.top }.min() ?? Float(canvas.size.height)
        let frontOpaque = front.map { $0.opaqueFrom ?? .infinity }
        for y in max(0, min(Int(top) - 1, canvas.size.height))..<canvas.size.height {
            let hidden = firstVisible(frontOpaque, y: y)
            if hidden == nil { canvas.load(&row, y: y) }
            for index in (hidden ?? 0)..<front.count { front[index].paint(&row, y: y) }
            canvas.store(row, y: y)
        }
    }

    /// The nearest layer that hides on row `y` all that is behind it, from the rows where each begins
    /// to; nil when there is none.
    private static func firstVisible(_ opaqueFrom: [Float], y: Int) -> Int? {
        opaqueFrom.lastIndex { Float(y) >= $0 }
    }
}
