import DatabaseSupport
import Glibc
import Testing

/// A folder of a test, gone with it, and the programs that look at what is in it.
final class Workshop: Sendable {
    let folder: String

    init() throws {
        var name = Array("/tmp/atelier-documents-XXXXXX".utf8CString)
        try #require(unsafe mkdtemp(&name) != nil)
        folder = String(decoding: name.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        guard let entries = unsafe opendir(folder) else { return }
        while let entry = unsafe readdir(entries) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                unsafe tuple.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            unsafe unlink("\(folder)/\(name)")
        }
        unsafe closedir(entries)
        unsafe rmdir(folder)
    }

    /// The path of a new file that holds `bytes`.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = "\(folder)/\(name)"
        let file = unsafe open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let rest = bytes[written...]
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress, $0.count)
            }
            try #require(count > 0)
            written += count
        }
        return path
    }

    struct Result {
        let code: Int32
        /// What it wrote, complaints included.
        let output: String
    }

    /// Runs a program that is found on the PATH, to its end.
    func run(_ program: String, _ arguments: [String]) async throws -> Result {
        let path = "\(folder)/output-\(UInt64.random(in: 0 ... .max))"
        let file = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        defer { close(file) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, file, STDOUT_FILENO)
        unsafe posix_spawn_file_actions_adddup2(&actions, file, STDERR_FILENO)
        // Texts of any script come out as UTF-8, and Python leaves nothing among the sources.
        let variables = TestServer.environment.merging(
            ["LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"], uniquingKeysWith: { $1 })
        var words = unsafe ([program] + arguments).map { unsafe strdup($0) } + [nil]
        var settings = unsafe variables.map { unsafe strdup("\($0)=\($1)") } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe settings.indices { unsafe free(settings[index]) }
        }
        var pid: pid_t = 0
        let failed = unsafe posix_spawnp(&pid, program, &actions, nil, &words, &settings)
        try #require(failed == 0, "\(program) is missing: scripts/install test")
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, WNOHANG) == 0 {
            // A test that is cancelled still waits for its child.
            try? await Task.sleep(for: .milliseconds(5))
        }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe pread(file, &piece, piece.count, bytes.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return Result(
            code: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F),
            output: String(decoding: bytes, as: UTF8.self))
    }
}
