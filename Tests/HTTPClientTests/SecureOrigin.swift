import FoundationEssentials
import Glibc
import HTTPClient
import Testing
import TLSSupport

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
    try await TestCertificate.with { made in
        let output = "\(made.folder)/output"
        let server = try OpenSSL(
            [
                "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", made.certificate, "-key",
                made.key,
            ] + options, output: output)
        let result: Result<Void, any Error>
        do {
            #expect(await eventually { listeningPort(in: output) != nil })
            let port = try #require(listeningPort(in: output))
            try await body(SecureOrigin(certificate: made.certificate, port: port))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        kill(server.pid, SIGKILL)
        await server.end()
        try result.get()
    }
}

/// The port in `ACCEPT 127.0.0.1:40000`, which the server writes once it listens.
private func listeningPort(in file: String) -> Int? {
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    // Without the last part, which may be half a line.
    let lines = String(decoding: data, as: UTF8.self)
        .split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return lines.first { $0.hasPrefix("ACCEPT ") }?.split(separator: ":").last.flatMap { Int($0) }
}
