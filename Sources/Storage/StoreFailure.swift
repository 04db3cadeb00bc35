import Glibc

/// The system refused what the store asked of it.
public struct StoreFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was being done, as in `writing a picture`.
    public let action: String
    /// The file or directory concerned.
    public let path: String
    /// The system's number for the reason.
    public let code: Int32

    /// The failure that the system's last call on this thread reported.
    init(_ action: String, path: String) {
        self.init(action, path: path, code: errno)
    }

    init(_ action: String, path: String, code: Int32) {
        self.action = action
        self.path = path
        self.code = code
    }

    /// Whether there is no room left: somebody must make some.
    public var isFull: Bool { [ENOSPC, EDQUOT].contains(code) }

    public var description: String {
        let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
        return "The picture store failed at \(action) (\(path)): \(reason)."
    }
}
