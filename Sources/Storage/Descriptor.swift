import Glibc

/// An open file or directory, closed when nobody holds it any more.
final class Descriptor: Sendable {
    let number: Int32
    let path: String

    /// Opens `path`, taken from `directory` when it is relative.
    init(
        _ path: String, in directory: Descriptor? = nil, flags: Int32, action: String
    ) throws(StoreFailure) {
        let mode: mode_t = 0o640
        number = unsafe openat(directory?.number ?? AT_FDCWD, path, flags | O_CLOEXEC, mode)
        self.path = path
        if number < 0 { throw StoreFailure(action, path: path) }
    }

    deinit {
        if number >= 0 { close(number) }
    }

    /// Writes all of `bytes`.
    func write(_ bytes: [UInt8]) throws(StoreFailure) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { all in
                unsafe Glibc.write(
                    number, all.baseAddress.map { unsafe $0 + written }, all.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw StoreFailure("writing a picture", path: path) }
            written += count
        }
    }

    /// Returns once what was written, or a directory's entries, would survive a power cut.
    func sync() throws(StoreFailure) {
        guard fsync(number) == 0 else { throw StoreFailure("syncing", path: path) }
    }

    /// Makes the directory `name` in this one, unless it is there.
    func makeDirectory(_ name: String) throws(StoreFailure) {
        guard unsafe mkdirat(number, name, 0o750) == 0 || errno == EEXIST else {
            throw StoreFailure("making a directory", path: "\(path)/\(name)")
        }
    }

    /// Removes the file `name` from this directory; says whether there was one.
    @discardableResult
    func removeFile(_ name: String) throws(StoreFailure) -> Bool {
        if unsafe unlinkat(number, name, 0) == 0 { return true }
        guard errno == ENOENT else {
            throw StoreFailure("removing a file", path: "\(path)/\(name)")
        }
        return false
    }

    /// Moves the file `name` from this directory to another of the same file system.
    func move(_ name: String, to other: Descriptor) throws(StoreFailure) {
        guard unsafe renameat(number, name, other.number, name) == 0 else {
            throw StoreFailure("naming a picture", path: "\(other.path)/\(name)")
        }
    }

    /// Gives the file at `path` from this directory the second name `name` in another one; says
    /// whether there was such a file.
    func link(_ path: String, to name: String, in other: Descriptor) throws(StoreFailure) -> Bool {
        if unsafe linkat(number, path, other.number, name, 0) == 0 { return true }
        guard errno == ENOENT else {
            throw StoreFailure("naming a picture again", path: "\(other.path)/\(name)")
        }
        return false
    }

    /// The bytes of the file `name`; nil when there is none.
    func readFile(_ name: String) throws(StoreFailure) -> [UInt8]? {
        let file = unsafe openat(number, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw StoreFailure("opening a picture", path: "\(path)/\(name)")
        }
        defer { close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else {
            throw StoreFailure("reading a picture's size", path: "\(path)/\(name)")
        }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var count = 0
        while count < bytes.count {
            let more = unsafe bytes.withUnsafeMutableBytes { all in
                unsafe pread(
                    file, all.baseAddress.map { unsafe $0 + count }, all.count - count, count)
            }
            if more < 0, errno == EINTR { continue }
            guard more > 0 else { throw StoreFailure("reading a picture", path: "\(path)/\(name)") }
            count += more
        }
        return bytes
    }
}
