import Glibc

/// Where something long is written piece by piece: a file, or standard output.
///
/// A file gets its name once all of it is written, so that a part is never taken for the whole.
public final class OutputFile: Sendable {
    /// It cannot be written; the reason in words.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    private let path: String?
    private let descriptor: Int32

    private static let unfinished = ".part"

    /// Opens `path`, or standard output where there is none.
    public init(_ path: String?) throws(Failure) {
        self.path = path
        guard let path else {
            descriptor = STDOUT_FILENO
            return
        }
        descriptor = unsafe open(
            path + Self.unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    public func write(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure(path ?? "standard output") }
            rest = rest.dropFirst(written)
        }
    }

    /// Gives the file its name.
    public func finish() throws(Failure) {
        guard let path else { return }
        guard fsync(descriptor) == 0, unsafe rename(path + Self.unfinished, path) == 0 else {
            throw Self.failure(path)
        }
    }

    deinit {
        if path != nil { close(descriptor) }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(
            description: "\(path) cannot be written: \(unsafe String(cString: strerror(errno)))")
    }
}
