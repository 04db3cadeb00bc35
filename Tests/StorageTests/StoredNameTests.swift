import Storage
import Testing

@Suite struct StoredNameTests {
    private static let stem = "k7abcdefghijKLMNOPQR0123"

    @Test func aNameIsReadBack() throws {
        #expect(StoredName("\(Self.stem).png")?.text == "\(Self.stem).png")
        #expect(StoredName("\(Self.stem).webp") != nil)
    }

    @Test(arguments: [
        "", ".", "..", "../../etc/passwd", "/etc/passwd", "\(stem)", "\(stem).", "\(stem)png",
        "\(stem).PNG", "\(stem).png.exe", "\(stem).p/g", "\(stem).png\0", "\(stem).png ",
        " \(stem).png", "\(stem)x.png", "\(stem.dropLast()).png", "../abcdefghijKLMNOPQR0123.png",
        "k/abcdefghijKLMNOPQR01234.png", "k7abcdefghij%2e%2eQR0123.png", "\(stem).png/../x",
        "k7abcdefghijKLMNOPQR012é.png", "k7abcdefghijKLMNOPQR01-3.png", "\(stem).abcdefghi",
        "\(stem)/.png", "\(stem).é",
    ])
    func anyOtherShapeIsNoName(text: String) {
        #expect(StoredName(text) == nil)
    }
}
