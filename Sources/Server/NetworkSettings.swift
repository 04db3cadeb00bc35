import API
import HTTP
import HTTPServer
import Units

/// How the server meets its clients: over TLS or in the clear, directly or behind proxies.
struct NetworkSettings: Sendable {
    /// The files of a certificate and its key.
    struct TLSFiles: Sendable {
        let certificate: String
        let key: String
    }

    let tls: TLSFiles?
    let trustedProxies: AddressRanges
    let connections: Int
    let connectionsPerAddress: Int
    let origins: CrossOrigin

    static let settings: [Configuration.Setting] = [
        .init(
            name: "ATELIER_TLS_CERT", standard: "none",
            help:
                "certificate (PEM) with its chain: HTTPS is served, by it and ATELIER_TLS_KEY; SIGHUP reads both again"
        ),
        .init(
            name: "ATELIER_TLS_KEY", standard: "none",
            help: "the certificate's key (PEM, without a passphrase)"),
        .init(
            name: "ATELIER_TRUSTED_PROXIES", standard: "none",
            help:
                "ranges of proxies whose X-Forwarded-For says who calls, such as 127.0.0.1,10.1.0.0/16"
        ),
        .init(
            name: "ATELIER_CONNECTIONS", standard: "20000",
            help: "connections open at once, 1 to 1000000"),
        .init(
            name: "ATELIER_CONNECTIONS_PER_ADDRESS", standard: "2000",
            help:
                "of them from one IPv4 address or one /64 of IPv6, 1 to 1000000; trusted proxies' do not count"
        ),
        .init(
            name: "ATELIER_CORS_ORIGINS", standard: "none",
            help: "origins whose web pages may call, such as https://app.example.com, or *"),
    ]

    init(
        value: (String) -> String?,
        number: (String, Int, Int) throws(ConfigurationFault) -> Int
    ) throws(ConfigurationFault) {
        switch (value("ATELIER_TLS_CERT"), value("ATELIER_TLS_KEY")) {
        case (nil, nil): tls = nil
        case (let certificate?, let key?): tls = TLSFiles(certificate: certificate, key: key)
        case (_?, nil):
            throw ConfigurationFault("ATELIER_TLS_KEY is not set, but ATELIER_TLS_CERT is")
        case (nil, _?):
            throw ConfigurationFault("ATELIER_TLS_CERT is not set, but ATELIER_TLS_KEY is")
        }
        do throws(AddressRange.Unreadable) {
            trustedProxies = try AddressRanges(value("ATELIER_TRUSTED_PROXIES") ?? "")
        } catch {
            throw ConfigurationFault("ATELIER_TRUSTED_PROXIES: \(error)")
        }
        connections = try number("ATELIER_CONNECTIONS", 20_000, 1_000_000)
        connectionsPerAddress = try number("ATELIER_CONNECTIONS_PER_ADDRESS", 2_000, 1_000_000)
        do throws(CrossOrigin.Unreadable) {
            origins = try CrossOrigin(value("ATELIER_CORS_ORIGINS") ?? "")
        } catch {
            throw ConfigurationFault("ATELIER_CORS_ORIGINS: \(error)")
        }
    }

    var limits: Limits {
        var limits = Limits()
        limits.connectionsMax = connections
        limits.connectionsPerAddressMax = connectionsPerAddress
        return limits
    }

    /// What the server begins with; throws a sentence when certificate and key will not do.
    func edge() throws(ConfigurationFault) -> Edge {
        var edge = Edge()
        edge.trustedProxies = trustedProxies
        edge.standingHeaders = Application.standingHeaders
        guard let tls else { return edge }
        do throws(TLSFailure) {
            edge.tls = try tls.read()
        } catch {
            throw ConfigurationFault("ATELIER_TLS_CERT and ATELIER_TLS_KEY: \(error)")
        }
        // A year: whoever has once called over TLS does not go back.
        edge.standingHeaders.add("Strict-Transport-Security", "max-age=31536000")
        return edge
    }
}

extension NetworkSettings.TLSFiles {
    func read() throws(TLSFailure) -> TLSIdentity {
        try TLSIdentity(certificate: certificate, key: key)
    }
}
