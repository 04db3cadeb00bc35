import Glibc
import Testing
import Threads

/// A program of this project that runs as a process of its own.
final class Program: Sendable {
    let pid: pid_t
    private let ended = Lock<Int32?>(nil)

    /// Where the build has put its programs: beside the tests themselves.
    static func path(_ name: String) throws -> String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count - 1)
        try #require(count > 0)
        let own = String(decoding: buffer.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
        let folder = own.prefix(upTo: own.lastIndex(of: "/") ?? own.startIndex)
        let beside = "\(folder)/\(name)"
        if unsafe access(beside, X_OK) == 0 { return beside }
        // The package manager runs the tests through a helper of its own; then they are an argument.
        let bundle = try #require(CommandLine.arguments.first { $0.hasSuffix(".xctest") })
        return "\(bundle.prefix(upTo: bundle.lastIndex(of: "/") ?? bundle.startIndex))/\(name)"
    }

    /// Starts `path`; what it writes goes to the files given, or to ours.
    init(
        _ path: String, _ arguments: [String], environment: [String: String],
        output: Int32? = nil, errors: Int32? = nil
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let output { unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
        if let errors { unsafe posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
        let words = CStrings([path] + arguments)
        let variables = CStrings(environment.map { "\($0)=\($1)" })
        var pid: pid_t = 0
        let failed = unsafe posix_spawn(
            &pid, path, &actions, nil, words.pointers, variables.pointers)
        try #require(failed == 0, "cannot start \(path): \(failed)")
        self.pid = pid
    }

    func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Waits until it has ended; its exit code, or 128 and the signal that ended it.
    func wait() async -> Int32 {
        while true {
            if let code = poll() { return code }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// Whether it has ended, and how.
    private func poll() -> Int32? {
        ended.withLock { ended in
            if let ended { return ended }
            var status: Int32 = 0
            guard unsafe waitpid(pid, &status, WNOHANG) == pid else { return nil }
            ended = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + (status & 0x7F)
            return ended
        }
    }

    deinit {
        if poll() == nil {
            kill(pid, SIGKILL)
            var status: Int32 = 0
            unsafe _ = waitpid(pid, &status, 0)
        }
    }
}

/// Texts as C wants a program's arguments: pointers with a null behind the last.
@safe private final class CStrings {
    let pointers: [UnsafeMutablePointer<CChar>?]

    init(_ texts: [String]) {
        unsafe pointers = texts.map { unsafe strdup($0) } + [nil]
    }

    deinit {
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
    }
}

/// A file of a test that a program writes into.
struct Transcript {
    let descriptor: Int32

    init() throws {
        let path = "/tmp/atelier-test-\(UInt64.random(in: 0 ... .max))"
        let file = unsafe open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        try #require(file >= 0)
        // Nameless from here on: it goes when the last who holds it goes.
        unsafe unlink(path)
        descriptor = file
    }

    var text: String {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe pread(descriptor, &piece, piece.count, bytes.count)
            guard count > 0 else { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
