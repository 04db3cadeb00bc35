extension Bitmap {
    /// The same picture as if it had only every `factor`th pixel: a view of one that is not done yet.
    public func coarser(by factor: Int) -> Bitmap {
        precondition(factor > 0, "a picture is coarser by a whole factor")
        let small = PixelSize(
            width: max(1, size.width / factor), height: max(1, size.height / factor))
        guard small != size else { return self }
        var pixels: [UInt8] = []
        pixels.reserveCapacity(small.pixels * 4)
        for row in 0..<small.height {
            let rows = Self.span(row, of: small.height, in: size.height)
            for column in 0..<small.width {
                let columns = Self.span(column, of: small.width, in: size.width)
                for channel in 0..<4 { pixels.append(average(columns, rows, channel)) }
            }
        }
        return Bitmap(size: small, pixels: pixels).enlarged(to: size)
    }

    /// What it shows within the largest ellipse, on nothing: a picture with a transparent background.
    public func cutOut() -> Bitmap {
        var pixels = pixels
        let (wide, high) = (Int64(size.width), Int64(size.height))
        for row in 0..<size.height {
            for column in 0..<size.width {
                // Twice the distance from the middle, in units of the other side: all is whole.
                let x = (2 * Int64(column) + 1 - wide) * high
                let y = (2 * Int64(row) + 1 - high) * wide
                if x * x + y * y > wide * wide * high * high {
                    pixels[(row * size.width + column) * 4 + 3] = 0
                }
            }
        }
        return Bitmap(size: size, pixels: pixels)
    }

    /// The pixels that one of a coarser picture stands for.
    private static func span(_ index: Int, of count: Int, in all: Int) -> Range<Int> {
        index * all / count..<(index + 1) * all / count
    }

    private func average(_ columns: Range<Int>, _ rows: Range<Int>, _ channel: Int) -> UInt8 {
        var sum = 0
        for row in rows {
            for column in columns { sum += value(column, row, channel) }
        }
        return UInt8(sum / (columns.count * rows.count))
    }

    /// The same picture in `size`, smoothed between its pixels.
    private func enlarged(to size: PixelSize) -> Bitmap {
        var enlarged: [UInt8] = []
        enlarged.reserveCapacity(size.pixels * 4)
        let columns = (0..<size.width).map { Self.place($0, of: size.width, in: self.size.width) }
        for row in 0..<size.height {
            let (top, below, down) = Self.place(row, of: size.height, in: self.size.height)
            for (left, right, across) in columns {
                for channel in 0..<4 {
                    let above = blend(
                        value(left, top, channel), value(right, top, channel), across)
                    let under = blend(
                        value(left, below, channel), value(right, below, channel), across)
                    enlarged.append(UInt8(blend(above, under, down)))
                }
            }
        }
        return Bitmap(size: size, pixels: enlarged)
    }

    private func value(_ column: Int, _ row: Int, _ channel: Int) -> Int {
        Int(pixels[(row * size.width + column) * 4 + channel])
    }

    /// `to` at 256, `from` at 0.
    private func blend(_ from: Int, _ to: Int, _ weight: Int) -> Int {
        (from * (256 - weight) + to * weight) >> 8
    }

    /// The two old pixels that a new one lies between, and how near it is to the second, in 256ths.
    private static func place(
        _ index: Int, of count: Int, in old: Int
    ) -> (first: Int, second: Int, weight: Int) {
        let at = count > 1 ? index * (old - 1) * 256 / (count - 1) : 0
        return (at >> 8, min(old - 1, (at >> 8) + 1), at & 255)
    }
}
