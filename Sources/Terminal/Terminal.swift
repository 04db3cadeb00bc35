import Glibc

/// Whoever started the program and sits before it.
public enum Terminal {
    /// Writes an answer.
    public static func write(_ text: String) { put(text, on: STDOUT_FILENO) }

    /// Writes what is not part of the answer.
    public static func complain(_ text: String) { put(text, on: STDERR_FILENO) }

    /// Whether somebody reads what is not part of the answer while it is written.
    public static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    private static func put(_ text: String, on file: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress, $0.count)
            }
            guard written > 0 else { return }
            rest = rest.dropFirst(written)
        }
    }

    /// The longest line that is read of an answer.
    private static let lineMax = 256

    /// What is typed next, up to the end of the line; nil when nobody can type.
    public static func line() -> String? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < lineMax {
            guard unsafe read(STDIN_FILENO, &byte, 1) == 1 else {
                return line.isEmpty ? nil : String(decoding: line, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\n") { break }
            line.append(byte)
        }
        return String(decoding: line, as: UTF8.self)
    }

    /// Bytes read of standard input at once.
    private static let pieceMax = 64 * 1024

    /// The next piece of standard input, never empty; nil at its end.
    public static func piece() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: pieceMax)
        let count = unsafe read(STDIN_FILENO, &bytes, bytes.count)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    /// The login name of the user that the program runs as; `uid-1000` where that user has none.
    public static var userName: String {
        let id = getuid()
        guard let entry = unsafe getpwuid(id), let name = unsafe entry.pointee.pw_name else {
            return "uid-\(id)"
        }
        return unsafe String(cString: name)
    }

    /// Ends the process with `code`, whatever its threads are doing.
    ///
    /// Not by `exit`, which takes libraries down under threads that may still be closing their
    /// connections. Nothing of ours waits for that: what is written here is written at once.
    public static func leave(_ code: Int32) -> Never { _exit(code) }

    /// The environment as it was at the start. Only programs read it, once.
    public static func environment() -> [String: String] {
        var variables: [String: String] = [:]
        var index = 0
        while let entry = unsafe environ[index] {
            let halves = unsafe String(cString: entry).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2 { variables[String(halves[0])] = String(halves[1]) }
            index += 1
        }
        return variables
    }
}
