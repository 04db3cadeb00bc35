import Glibc
import Log

/// How many files, connections among them, the system lets this process have open.
enum OpenFiles {
    /// Open beside customers' connections: the database's, vendors', webhooks', pictures.
    private static let others = 512

    /// Raises the limit as far as it goes without privileges, and warns where it is too low for
    /// `connections`.
    static func raise(for connections: Int, _ log: Log) {
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        var limit = rlimit()
        guard unsafe getrlimit(resource, &limit) == 0 else { return }
        if limit.rlim_cur < limit.rlim_max {
            let before = limit.rlim_cur
            limit.rlim_cur = limit.rlim_max
            if unsafe setrlimit(resource, &limit) != 0 { limit.rlim_cur = before }
        }
        let files = Int(clamping: limit.rlim_cur)
        guard files < connections + others else { return }
        log(
            .warning, "few open files",
            ["limit": files, "connections": connections, "wanted": connections + others])
    }
}
