import HTTP
import Testing

@Suite struct HeadersTests {
    @Test func namesCompareWithoutCase() {
        var headers: Headers = ["Content-Type": "a", "X": "1", "x": "2"]
        #expect(headers["content-TYPE"] == "a")
        #expect(headers.all("X") == ["1", "2"])
        headers["x"] = "3"
        #expect(headers.all("X") == ["3"])
        headers["X"] = nil
        #expect(headers["x"] == nil)
        #expect(!Headers.same("@", "`"))
        #expect(!Headers.same("X", "X-"))
    }
}

@Suite struct RequestBodyTests {
    @Test(arguments: [(4, true), (5, true), (3, false)])
    func aBodyIsCollectedUpToItsLimit(limitBytes: Int, fits: Bool) async throws {
        let pieces = Pieces([[1, 2], [3, 4]])
        let body = RequestBody(declaredBytes: nil) { () async throws(BodyFailure) in
            await pieces.next()
        }
        do throws(BodyFailure) {
            #expect(try await body.collect(limitBytes: limitBytes) == [1, 2, 3, 4])
            #expect(fits)
        } catch {
            #expect(error == .tooLarge(limitBytes: limitBytes))
            #expect(!fits)
        }
    }

    @Test func aDeclaredLengthPastTheLimitIsRefusedUnread() async {
        let body = RequestBody(declaredBytes: 5) { () async throws(BodyFailure) -> [UInt8]? in
            Issue.record("read")
            return nil
        }
        await #expect(throws: BodyFailure.tooLarge(limitBytes: 4)) {
            try await body.collect(limitBytes: 4)
        }
    }

    private actor Pieces {
        private var left: [[UInt8]]

        init(_ pieces: [[UInt8]]) {
            left = pieces
        }

        func next() -> [UInt8]? { left.isEmpty ? nil : left.removeFirst() }
    }
}
