import Testing
import Units

@Suite struct HiddenCharacterTests {
    private static let hidden: [Unicode.Scalar] = [
        "\u{0}", "\u{7}", "\u{1B}", "\u{7F}", "\u{9B}", "\u{200B}", "\u{200E}", "\u{202E}",
        "\u{2066}",
        "\u{2028}", "\u{FEFF}", "\u{E0041}",
    ]

    @Test func namesRefuseWhatIsNotSeenByName() {
        for scalar in Self.hidden {
            let refusal = #expect(throws: Refusal.self) {
                try Label.check("a\(scalar)b", field: "name")
            }
            #expect(refusal?.field == "name")
            #expect(refusal.map { !HiddenCharacters.areIn($0.message) } == true)
        }
    }

    @Test(arguments: ["Zoë", "千と千尋", "نمونه\u{200C}ها", "👩\u{200D}🎨", "a b", "é"])
    func namesOfAllScriptsAreTaken(_ name: String) throws {
        try Label.check(name, field: "name")
        #expect(HiddenCharacters.shown(name) == name)
    }

    @Test(arguments: [" a", "a ", "\u{A0}a", "", String(repeating: "a", count: 201)])
    func nothingIsTrimmedInSilence(_ name: String) {
        #expect(throws: Refusal.self) { try Label.check(name, field: "name") }
    }

    @Test func whatIsPrintedShowsThem() throws {
        #expect(HiddenCharacters.shown("a\u{1B}[31mb\u{202E}") == "a\\u{1B}[31mb\\u{202E}")
        let text = JSON.object([("name", .string("a\u{9B}\u{E0041}\u{202E}"))]).text
        let escaped = HiddenCharacters.escaped(json: text)
        #expect(escaped == #"{"name":"a\u009b\udb40\udc41\u202e"}"#)
        let read = try JSONReader.read(Array(escaped.utf8), .strict)
        #expect(read["name"]?.text == "a\u{9B}\u{E0041}\u{202E}")
    }
}
