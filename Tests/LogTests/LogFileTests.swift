import Glibc
import Log
import Testing
import Units

@Suite(.timeLimit(.minutes(10))) struct LogFileTests {
    /// The two ends of a pipe.
    private static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(unsafe Glibc.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    /// Reads until `count` lines have come; reading waits, so nothing has to sleep.
    private static func lines(_ count: Int, from file: Int32) -> [String] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count(where: { $0 == UInt8(ascii: "\n") }) < count {
            let came = unsafe read(file, &buffer, buffer.count)
            guard came > 0 else { break }
            bytes += buffer.prefix(came)
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test func linesReachTheirFileInOrder() throws {
        let ends = try Self.pipe()
        let noon = Timestamp(seconds: 1_795_262_400)
        let log = Log.on(file: ends.writing, threshold: .info, clock: .stopped(at: noon))
        for index in 0..<500 {
            log(.info, "counted", ["index": index])
            log(.debug, "not told")
        }
        #expect(
            Self.lines(500, from: ends.reading)
                == (0..<500).map { "2026-11-21T12:00:00.000Z info counted index=\($0)" })
    }

    @Test func aReaderThatStoppedHoldsNobodyUp() throws {
        let ends = try Self.pipe()
        let log = Log.on(file: ends.writing, threshold: .info, clock: .system)
        // More than the pipe and the lines that may wait: what is past both is dropped.
        let event = String(repeating: "x", count: 100)
        for _ in 0..<40_000 { log(.info, "event", ["text": event]) }
        #expect(Self.lines(1, from: ends.reading).isEmpty == false)
        // The reading end stays open: closing it would end the process by a signal.
    }
}
