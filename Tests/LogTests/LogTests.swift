import Log
import Testing
import Threads
import Units

/// A log at one instant, and what it wrote.
private final class Journal: Sendable {
    private let kept = Lock<[String]>([])

    var lines: [String] { kept.withLock { $0 } }

    func log(_ threshold: Log.Level = .debug) -> Log {
        let noon = Timestamp(seconds: 1_795_262_400)
        return Log(threshold: threshold, clock: .stopped(at: noon)) { [kept] line in
            kept.withLock { $0.append(line) }
        }
    }
}

@Suite struct LogTests {
    @Test func aLineIsTimeLevelEventAndFields() {
        let journal = Journal()
        let log = journal.log()
        log(.info, "request served", ["status": 200, "micros": Int64(5312), "path": "/v1/models"])
        log(.error, "database lost")
        #expect(
            journal.lines == [
                "2026-11-21T12:00:00.000Z info request served status=200 micros=5312 path=/v1/models",
                "2026-11-21T12:00:00.000Z error database lost",
            ])
    }

    @Test func fieldsStayInTheirOrder() {
        let journal = Journal()
        journal.log()(.debug, "counted", ["z": 1, "a": 2, "m": 3, "a": 4])
        #expect(journal.lines.first?.hasSuffix(" counted z=1 a=2 m=3 a=4") == true)
    }

    @Test func idsAndAmountsAreWrittenAsEverywhere() {
        let journal = Journal()
        let id = ID<Account>(high: 0x017F_22E2_79B0_7CC3, low: 0x98C4_DC0C_0C07_398F)
        journal.log()(
            .info, "paid", ["account": id, "cost": Credits(nanodollars: 4_000_000)])
        #expect(
            journal.lines.first?.hasSuffix(
                " paid account=017f22e2-79b0-7cc3-98c4-dc0c0c07398f cost=0.004") == true)
    }

    @Test(arguments: [
        ("plain", "plain"), ("a=b", "a=b"), ("é", "é"), ("", #""""#), ("a b", #""a b""#),
        ("a\"b", #""a\"b""#), ("a\\b", #""a\\b""#), ("a\nb", #""a\nb""#), ("a\rb", #""a\u{D}b""#),
        ("a\tb", #""a\u{9}b""#), ("\u{1B}[31m", #""\u{1B}[31m""#), ("\u{0}", #""\u{0}""#),
        ("\u{7F}", #""\u{7F}""#), ("\u{202E}x", #""\u{202E}x""#), ("a\r\nb", #""a\u{D}\nb""#),
        ("\" x=1 \"", #""\" x=1 \"""#),
    ])
    func anOddValueIsQuotedAndStaysOneLine(value: String, written: String) {
        let journal = Journal()
        journal.log()(.info, "event", ["value": value])
        #expect(journal.lines == ["2026-11-21T12:00:00.000Z info event value=\(written)"])
        #expect(journal.lines.first?.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } == true)
    }

    @Test(arguments: Log.Level.allCases)
    func whatIsBelowTheThresholdIsNotTold(threshold: Log.Level) {
        let journal = Journal()
        let log = journal.log(threshold)
        for level in Log.Level.allCases { log(level, "event") }
        let told = Log.Level.allCases.filter { $0 >= threshold }
        #expect(journal.lines == told.map { "2026-11-21T12:00:00.000Z \($0.rawValue) event" })
    }

    @Test func levelsAreOrderedByHowMuchSomebodyShouldCare() {
        #expect(Log.Level.allCases.shuffled().sorted() == [.debug, .info, .warning, .error])
    }

    @Test func aSecretCanOnlyBeToldAsDots() {
        // It is not `Loggable` itself, so it has to be made a text first, and that text is dots.
        let secret = Secret("fox-and-owl")
        #expect(!((secret as Any) is any Loggable))
        let journal = Journal()
        journal.log()(.info, "event", ["key": "\(secret)", "keys": "\([secret])"])
        #expect(journal.lines.first?.hasSuffix(" event key=••• keys=[•••]") == true)
    }
}
