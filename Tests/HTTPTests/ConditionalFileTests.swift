import HTTP
import Testing
import Units

private let file = ConditionalFile(
    byteCount: 1000, etag: "\"k7\"", modified: Timestamp(seconds: 1_795_233_240),
    mediaType: "image/png")

@Suite struct ConditionalFileTests {
    @Test func withoutConditionsTheWholeFileIsSentToBeKeptForEver() {
        let plan = file.plan(for: [:])
        #expect(plan.status == .ok)
        #expect(plan.part == 0..<1000)
        #expect(plan.headers["Content-Type"] == "image/png")
        #expect(plan.headers["ETag"] == "\"k7\"")
        #expect(plan.headers["Last-Modified"] == "Sat, 21 Nov 2026 03:54:00 GMT")
        #expect(plan.headers["Accept-Ranges"] == "bytes")
        #expect(plan.headers["Cache-Control"] == "public, max-age=31536000, immutable")
        #expect(plan.headers["X-Content-Type-Options"] == "nosniff")
        #expect(plan.headers["Content-Range"] == nil)
    }

    @Test(
        arguments: [
            ("bytes=0-0", 0..<1), ("bytes=0-99", 0..<100), ("bytes=900-", 900..<1000),
            ("bytes=-1", 999..<1000), ("bytes=-5000", 0..<1000), ("bytes=10-99999", 10..<1000),
            ("Bytes= 5-6 ", 5..<7), ("bytes=0-99999999999999999999999", 0..<1000),
        ] as [(String, Range<Int64>)])
    func aPartIsSentAsAsked(header: String, part: Range<Int64>) {
        let plan = file.plan(for: ["Range": header])
        #expect(plan.status == .partialContent)
        #expect(plan.part == part)
        #expect(
            plan.headers["Content-Range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/1000")
        #expect(plan.headers["Content-Type"] == "image/png")
    }

    @Test(arguments: ["bytes=1000-", "bytes=5000-6000", "bytes=-0", "bytes=99999999999999999999-"])
    func aPartBeyondTheEndIsRefused(header: String) {
        let plan = file.plan(for: ["Range": header])
        #expect(plan.status == .rangeNotSatisfiable)
        #expect(plan.part == nil)
        #expect(plan.headers["Content-Range"] == "bytes */1000")
        #expect(plan.headers["Cache-Control"] == nil)
    }

    @Test(arguments: [
        "bytes=0-1,5-6", "bytes=5-1", "bytes=", "bytes=-", "bytes=a-b", "bytes=+1-2", "bytes=1--2",
        "lines=0-1", "bytes", "", "bytes=0x0-1",
    ])
    func aRangeThatIsNotUnderstoodIsIgnored(header: String) {
        let plan = file.plan(for: ["Range": header])
        #expect(plan.status == .ok)
        #expect(plan.part == 0..<1000)
    }

    @Test func ofAnEmptyFileThereAreNoParts() {
        let empty = ConditionalFile(
            byteCount: 0, etag: "\"e\"", modified: Timestamp(seconds: 0), mediaType: "image/png")
        #expect(empty.plan(for: [:]).part == 0..<0)
        #expect(empty.plan(for: ["Range": "bytes=0-"]).status == .rangeNotSatisfiable)
        #expect(empty.plan(for: ["Range": "bytes=-5"]).status == .rangeNotSatisfiable)
    }

    @Test(arguments: ["\"k7\"", "W/\"k7\"", "\"a\" , \"k7\"", "*", "\"a,b\",\"k7\""])
    func whoHasItIsToldSo(tags: String) {
        let plan = file.plan(for: ["If-None-Match": tags, "Range": "bytes=0-1"])
        #expect(plan.status == .notModified)
        #expect(plan.part == nil)
        #expect(plan.headers["ETag"] == "\"k7\"")
        #expect(plan.headers["Content-Type"] == nil)
    }

    @Test(arguments: ["\"k8\"", "k7", "\"K7\"", ""])
    func whoHasAnotherGetsThisOne(tags: String) {
        // The date alone would say 304: a tag that is there decides alone.
        let headers: Headers = [
            "If-None-Match": tags, "If-Modified-Since": "Sat, 21 Nov 2026 03:54:00 GMT",
        ]
        #expect(file.plan(for: headers).status == .ok)
    }

    @Test(arguments: [
        ("Sat, 21 Nov 2026 03:54:00 GMT", 304), ("Sun, 22 Nov 2026 03:54:00 GMT", 304),
        ("Sat, 21 Nov 2026 03:53:59 GMT", 200), ("yesterday", 200),
        ("Sat, 31 Feb 2026 03:53:59 GMT", 200), ("2026-11-21T03:54:00Z", 200),
    ])
    func aDateAsksForNews(date: String, status: Int) {
        #expect(file.plan(for: ["If-Modified-Since": date]).status == Status(status))
    }

    @Test(arguments: [
        ("\"k7\"", 206), ("\"k8\"", 200), ("W/\"k7\"", 200),
        ("Sat, 21 Nov 2026 03:54:00 GMT", 206), ("Sun, 22 Nov 2026 03:54:00 GMT", 200),
    ])
    func aPartIsSentOnlyOfTheVersionMeant(condition: String, status: Int) {
        let plan = file.plan(for: ["Range": "bytes=0-9", "If-Range": condition])
        #expect(plan.status == Status(status))
        #expect(plan.part == (status == 206 ? 0..<10 : 0..<1000))
    }

    @Test func datesAreReadAsTheyAreWritten() {
        for seconds: Int64 in [0, 951_782_400, 1_795_233_240, 4_102_444_799, -1] {
            let instant = Timestamp(seconds: seconds)
            #expect(HTTPDate.read(HTTPDate.text(instant)) == instant)
        }
        #expect(HTTPDate.text(Timestamp(seconds: 784_111_777)) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
