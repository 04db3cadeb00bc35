package import Glibc
import Testing

/// The program `openssl`, as a process of its own.
package struct OpenSSL: Sendable {
    package let pid: pid_t

    /// Starts it; what it writes is appended to `output`, what it reads comes from `input`, without
    /// end where none is named: it ends when its input does.
    package init(
        _ arguments: [String], output: String, input: String = "/dev/zero"
    ) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            unsafe posix_spawn_file_actions_addopen(
                &actions, descriptor, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, input, O_RDONLY, 0)
        var words = unsafe (["openssl"] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var pid: pid_t = 0
        let failed = unsafe posix_spawnp(&pid, "openssl", &actions, nil, &words, &variables)
        try #require(failed == 0, "cannot start openssl: \(failed)")
        self.pid = pid
    }

    package func hasEnded() -> Bool {
        waitpid(pid, nil, WNOHANG) != 0
    }

    /// Waits without holding a thread, for ten seconds at most.
    package func end() async {
        var polls = 0
        while !hasEnded() {
            polls += 1
            if polls > 10_000 {
                Issue.record("openssl does not end")
                kill(pid, SIGKILL)
                return
            }
            // Cancelled, it looks more often, which does no harm.
            try? await Task.sleep(for: .milliseconds(1))
        }
    }
}
