import FoundationEssentials

/// A certificate for 127.0.0.1 only, signed by itself, with its key, in files of a test's own.
package struct TestCertificate: Sendable {
    package let folder: String
    package var certificate: String { "\(folder)/certificate.pem" }
    package var key: String { "\(folder)/key.pem" }

    /// Makes a folder with a certificate in it, and deletes it after `body`.
    package static func with<Result>(
        _ body: (TestCertificate) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "atelier-tls-\(UInt64.random(in: 0 ... .max))").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        // A folder that stays is one of many under /tmp.
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let certificate = TestCertificate(folder: folder)
        try await certificate.make()
        return try await body(certificate)
    }

    /// Makes both files, or makes them anew, with `name` as the subject.
    package func make(name: String = "test") async throws {
        try await OpenSSL(
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                "-nodes", "-days", "2", "-subj", "/CN=\(name)", "-addext",
                "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ], output: "\(folder)/output"
        ).end()
    }

    /// What `openssl s_client`, with further `options`, says of a server; it ends after the
    /// handshake.
    package func client(port: UInt16, _ options: [String] = []) async throws -> String {
        let output = "\(folder)/client-\(UInt64.random(in: 0 ... .max))"
        try await OpenSSL(
            ["s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", certificate] + options,
            output: output, input: "/dev/null"
        ).end()
        let data = FileManager.default.contents(atPath: output) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }
}
