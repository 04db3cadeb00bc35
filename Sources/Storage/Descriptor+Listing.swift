import Glibc
import Units

/// What is known of an entry without opening it.
struct EntryStatus {
    let isFile: Bool
    /// When its content was last written.
    let written: Timestamp
    /// When it was last written, named, linked or unlinked.
    let touched: Timestamp
}

extension Descriptor {
    /// The names in this directory, in no order.
    func names() throws(StoreFailure) -> [String] {
        // A descriptor of its own: the listing closes it, and its place in the directory is its own.
        let copy = unsafe openat(number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw StoreFailure("listing a directory", path: path) }
        guard let listing = unsafe fdopendir(copy) else {
            let failure = StoreFailure("listing a directory", path: path)
            close(copy)
            throw failure
        }
        defer { unsafe closedir(listing) }
        var names: [String] = []
        while let entry = unsafe readdir(listing) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { text in
                unsafe String(cString: UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// What is known of the entry `name`; nil when it is gone.
    func status(of name: String) throws(StoreFailure) -> EntryStatus? {
        var status = stat()
        guard unsafe fstatat(number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return nil }
            throw StoreFailure("looking at a file", path: "\(path)/\(name)")
        }
        let written = Timestamp(seconds: Int64(status.st_mtim.tv_sec))
        return EntryStatus(
            isFile: status.st_mode & S_IFMT == S_IFREG, written: written,
            touched: max(written, Timestamp(seconds: Int64(status.st_ctim.tv_sec))))
    }

    /// Dates the content of this file back, or forward, to `instant`.
    func date(_ instant: Timestamp) throws(StoreFailure) {
        let time = timespec(tv_sec: Int(instant.seconds), tv_nsec: 0)
        guard unsafe futimens(number, [time, time]) == 0 else {
            throw StoreFailure("dating a picture", path: path)
        }
    }
}
