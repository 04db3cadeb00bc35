import Testing
import Units

@testable import atelier_admin

@Suite struct ResultTests {
    private static let foxes = Result.list(
        ["name", "count", "cost", "by"],
        [
            [.string("Rex"), .int(5 as Int), .credits(Credits(nanodollars: 1_500_000_000)), .null],
            [.string("Alexandra"), .int(12_000 as Int), .credits(.zero), .string("ann")],
        ], note: "2 foxes")

    @Test func figuresLineUpAtTheirLastDigit() {
        #expect(
            Self.foxes.text == """
                name       count  cost  by
                Rex            5   1.5  -
                Alexandra  12000     0  ann
                2 foxes

                """)
    }

    @Test func programsGetOneJSONValue() {
        #expect(
            Self.foxes.json
                == #"[{"name":"Rex","count":5,"cost":1.5,"by":null},"#
                + #"{"name":"Alexandra","count":12000,"cost":0,"by":"ann"}]"# + "\n")
    }

    @Test func oneThingIsAColumnOfItsMembers() {
        let result = Result.record(
            [
                ("id", .int(7 as Int)), ("scopes", .array([.string("read"), .string("generate")])),
                ("revoked", .bool(false)), ("at", .null),
            ], note: "Keep it.", refused: true)
        #expect(
            result.text == """
                id       7
                scopes   read generate
                revoked  no
                at       -
                Keep it.

                """)
        #expect(
            result.json
                == #"{"id":7,"scopes":["read","generate"],"revoked":false,"at":null}"# + "\n")
        #expect(result.refused)
        #expect(!Self.foxes.refused)
    }

    @Test func anEmptyListIsItsHeadAndAnEmptyArray() {
        let result = Result.list(["id", "name"], [])
        #expect(result.text == "id  name\n")
        #expect(result.json == "[]\n")
    }
}
