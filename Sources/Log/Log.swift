public import Units

import Glibc
import Threads

/// Where events are told: one line each, readable without its fields, searchable by them.
///
/// `2026-11-21T01:00:00.000Z info request served status=200 micros=5312 request=req_…`
///
/// Lines are handed to a thread that writes; past `waitingMax` they are dropped and counted, so a
/// full disk or a stopped reader cannot hold a request up. Keys, prompts, bodies and addresses are
/// never given to it; a `Secret` prints as `•••`.
public struct Log: Sendable {
    /// How much somebody should care.
    public enum Level: String, Comparable, CaseIterable, Sendable {
        /// For a developer looking at one thing.
        case debug
        /// One a request and one a job attempt.
        case info
        /// Something was wrong and healed itself.
        case warning
        /// Somebody must look.
        case error

        public static func < (left: Level, right: Level) -> Bool {
            left.severity < right.severity
        }

        private var severity: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }
    }

    private let threshold: Level
    private let clock: Clock
    private let emit: @Sendable (String) -> Void
    private let settle: @Sendable () -> Void

    /// A log that hands whole lines, without their end, to `emit`.
    public init(threshold: Level, clock: Clock, emit: @escaping @Sendable (String) -> Void) {
        self.init(threshold: threshold, clock: clock, emit: emit, settle: {})
    }

    private init(
        threshold: Level, clock: Clock, emit: @escaping @Sendable (String) -> Void,
        settle: @escaping @Sendable () -> Void
    ) {
        self.threshold = threshold
        self.clock = clock
        self.emit = emit
        self.settle = settle
    }

    /// Waits until what was told so far is written, for a second at most: the last thing that a
    /// program does with its log.
    public func flush() { settle() }

    /// A log that tells nobody.
    public static let silent = Log(threshold: .error, clock: .system) { _ in }

    /// Lines that may wait for the writer.
    static let waitingMax = 16_384

    /// A log on the descriptor `file`, written by a thread of its own.
    public static func on(file: Int32, threshold: Level, clock: Clock) -> Log {
        let lines = WorkQueue<String>()
        let unwritten = Lock(0)
        Thread.start(name: "log") {
            while true {
                let batch = lines.waitForMany()
                if batch.isEmpty { return }
                write(Array((batch.joined(separator: "\n") + "\n").utf8), to: file)
                unwritten.withLock { $0 -= batch.count }
            }
        }
        return Log(threshold: threshold, clock: clock) { line in
            unwritten.withLock { $0 += 1 }
            // A dropped line is the price of never waiting here; the reader sees the gap in time.
            if !lines.append(limit: waitingMax, line) { unwritten.withLock { $0 -= 1 } }
        } settle: {
            for _ in 0..<1000 where unwritten.withLock({ $0 }) > 0 { usleep(1000) }
        }
    }

    private static func write(_ bytes: [UInt8], to file: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress, $0.count)
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// Tells of `event`, a constant sentence, with what varies in `fields`.
    public func callAsFunction(
        _ level: Level, _ event: StaticString,
        _ fields: KeyValuePairs<StaticString, any Loggable> = [:]
    ) {
        guard level >= threshold else { return }
        var line = "\(clock.now) \(level.rawValue) \(event)"
        for (name, value) in fields {
            line += " \(name)=\(Self.quoted(value.logged))"
        }
        emit(line)
    }

    /// A value with blanks, quotes or control characters is quoted: one event stays one line.
    private static func quoted(_ text: String) -> String {
        let plain =
            text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x5C && $0 != 0x7F }
            && !HiddenCharacters.areIn(text)
        if plain && !text.isEmpty { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": quoted += "\\\(scalar)"
            case "\n": quoted += "\\n"
            case _ where HiddenCharacters.contains(scalar):
                quoted += HiddenCharacters.shown(String(scalar))
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

/// What may stand in a field of a log line.
public protocol Loggable: Sendable {
    var logged: String { get }
}

extension String: Loggable {
    public var logged: String { self }
}

extension Int: Loggable {
    public var logged: String { String(self) }
}

extension Int64: Loggable {
    public var logged: String { String(self) }
}

extension Credits: Loggable {
    public var logged: String { dollars }
}

extension ID: Loggable {
    public var logged: String { description }
}
