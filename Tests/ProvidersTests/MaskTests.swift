import Pictures
import Providers
import Testing

@Suite struct MaskTests {
    private static func greys(_ form: MaskForm) throws -> [UInt8] {
        let bitmap = try Picture.decode(form.made(from: Fixture.mask).bytes)
        #expect(bitmap.isOpaque)
        return stride(from: 0, to: bitmap.pixels.count, by: 4).map { bitmap.pixels[$0] }
    }

    /// The fixture's left half is transparent: that is where it is to change.
    @Test func whatIsTransparentIsRedrawnWhateverColourTheVendorCallsIt() throws {
        #expect(try Self.greys(.whiteChanges) == [255, 0, 255, 0])
        #expect(try Self.greys(.blackChanges) == [0, 255, 0, 255])
        #expect(
            try MaskForm.transparentChanges.made(from: Fixture.mask).bytes == Fixture.mask.bytes)
    }

    @Test func aDamagedMaskIsTheCustomersDoing() {
        let damaged = InputFile(
            bytes: Array(Fixture.mask.bytes.dropLast(20)), format: .png, size: Fixture.mask.size)
        #expect { try MaskForm.whiteChanges.made(from: damaged) } throws: { error in
            let failure = error as? VendorFailure
            return failure?.kind == .badRequest && failure?.field == "mask"
        }
    }

    @Test func aGridIsCutRowByRow() {
        let pixels = (0..<16).flatMap { [UInt8($0), 0, 0, 255] as [UInt8] }
        let grid = Bitmap(size: PixelSize(width: 4, height: 4), pixels: pixels)
        let reds = Grid.cut(grid, side: 2).map { part in
            stride(from: 0, to: part.pixels.count, by: 4).map { part.pixels[$0] }
        }
        #expect(reds == [[0, 1, 4, 5], [2, 3, 6, 7], [8, 9, 12, 13], [10, 11, 14, 15]])
    }
}
