import Glibc

/// Where something long is written piece by piece: a file, or standard output.
///
/// A file gets its name once all of it is written, so that a part is never taken for the whole. Until
/// then it is beside it under a name that nobody can guess and that was not there before: who may write
/// to the directory cannot have us write elsewhere by a link. What is not finished is removed.
public final class OutputFile: Sendable {
    /// It cannot be written; the reason in words.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
    }

    /// Where it will be, and where it is meanwhile; nil for standard output.
    private let place: (path: String, part: String)?
    private let descriptor: Int32

    /// Opens the file at `path`, or in the directory `path` the file `name`; standard output where there
    /// is no path.
    public init(_ path: String?, named name: String) throws(Failure) {
        guard let path else {
            place = nil
            descriptor = STDOUT_FILENO
            return
        }
        let whole = Self.isDirectory(path) ? path + "/" + name : path
        let folder = whole.lastIndex(of: "/").map { String(whole[...$0]) } ?? ""
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        let part = folder + ".atelier-\(random).part"
        descriptor = unsafe open(
            part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Self.failure(whole) }
        place = (whole, part)
    }

    /// Whether there is a directory at `path`.
    public static func isDirectory(_ path: String) -> Bool {
        var about = stat()
        return unsafe stat(path, &about) == 0 && about.st_mode & S_IFMT == S_IFDIR
    }

    public func write(_ bytes: [UInt8]) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw Self.failure(place?.path ?? "standard output") }
            rest = rest.dropFirst(written)
        }
    }

    /// Gives the file its name. A link at that name is replaced, not followed.
    public func finish() throws(Failure) {
        guard let place else { return }
        guard fsync(descriptor) == 0, unsafe rename(place.part, place.path) == 0 else {
            throw Self.failure(place.path)
        }
    }

    deinit {
        guard let place else { return }
        close(descriptor)
        // Finished, it is not there any more.
        unsafe unlink(place.part)
    }

    private static func failure(_ path: String) -> Failure {
        Failure(
            description: "\(path) cannot be written: \(unsafe String(cString: strerror(errno)))")
    }
}
