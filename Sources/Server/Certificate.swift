import HTTPServer
import Log

/// Keeps the certificate that a server shows up to date with its files.
struct Certificate: Sendable {
    let files: NetworkSettings.TLSFiles
    let server: HTTPServer
    let log: Log

    /// A certificate that ends in less than this is worth a warning.
    private static let soonSeconds: Int64 = 7 * 86_400

    /// Reads the files again each time it is asked to. A pair that will not do is told of, and the
    /// one in use stays.
    func reload(on requests: AsyncStream<Void>) async {
        for await _ in requests {
            do throws(TLSFailure) {
                let identity = try files.read()
                server.present(identity)
                log(.info, "certificate reloaded")
                Self.warn(of: identity, log)
            } catch {
                log(.error, "certificate not reloaded", ["error": "\(error)"])
            }
        }
    }

    /// Clients refuse a certificate that has ended, and nobody but them would notice.
    static func warn(of identity: TLSIdentity, _ log: Log) {
        guard identity.secondsLeft < soonSeconds else { return }
        log(
            .warning, identity.secondsLeft < 0 ? "certificate has ended" : "certificate ends soon",
            ["seconds": identity.secondsLeft])
    }
}
