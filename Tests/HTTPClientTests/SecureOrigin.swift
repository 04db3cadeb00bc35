import FoundationEssentials
import Glibc
import HTTPClient
import Testing

/// OpenSSL's test server on 127.0.0.1, with a certificate for that address only, signed by itself.
struct SecureOrigin: Sendable {
    let certificate: String
    let port: Int

    func url(_ host: String) -> String { "https://\(host):\(port)/" }
}

/// Runs a server with further `options` of `openssl s_server` while `body` calls it.
func withSecureOrigin(
    _ options: String..., body: (SecureOrigin) async throws -> Void
) async throws {
    let folder = FileManager.default.temporaryDirectory
        .appending(path: "atelier-tls-\(UInt64.random(in: 0 ... .max))").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let (certificate, key, output) = (
        "\(folder)/certificate.pem", "\(folder)/key.pem", "\(folder)/output"
    )
    let maker = try OpenSSL(
        [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", key, "-out", certificate,
        ], output: output)
    #expect(await eventually { maker.hasEnded() })
    let server = try OpenSSL(
        ["s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificate, "-key", key] + options,
        output: output)
    let result: Result<Void, any Error>
    do {
        #expect(await eventually { listeningPort(in: output) != nil })
        let port = try #require(listeningPort(in: output))
        try await body(SecureOrigin(certificate: certificate, port: port))
        result = .success(())
    } catch {
        result = .failure(error)
    }
    kill(server.pid, SIGKILL)
    #expect(await eventually { server.hasEnded() })
    try FileManager.default.removeItem(atPath: folder)
    try result.get()
}

/// The port in `ACCEPT 127.0.0.1:40000`, which the server writes once it listens.
private func listeningPort(in file: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    // Without the last part, which may be half a line.
    let lines = String(decoding: data, as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return lines.first { $0.hasPrefix("ACCEPT ") }?.split(separator: ":").last.flatMap { Int($0) }
}

private struct OpenSSL: Sendable {
    let pid: pid_t

    init(_ arguments: [String], output: String) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDOUT_FILENO, STDERR_FILENO] {
            unsafe posix_spawn_file_actions_addopen(
                &actions, descriptor, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        }
        // It ends when its input does.
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/zero", O_RDONLY, 0)
        var words = unsafe (["openssl"] + arguments).map { unsafe strdup($0) } + [nil]
        defer { for index in unsafe words.indices { unsafe free(words[index]) } }
        var variables: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var pid: pid_t = 0
        let failed = unsafe posix_spawnp(&pid, "openssl", &actions, nil, &words, &variables)
        try #require(failed == 0, "cannot start openssl: \(failed)")
        self.pid = pid
    }

    func hasEnded() -> Bool {
        waitpid(pid, nil, WNOHANG) != 0
    }
}
