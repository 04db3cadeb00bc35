import Gateway
import HTTPClient
import HTTPServer
import Log
import Providers
import Signing
import Units

/// Everything that can be set, read once at the start. Nothing else reads the environment.
struct Configuration: Sendable {
    let databaseURL: Secret
    let listen: SocketAddress
    let network: NetworkSettings
    let publicURL: String
    let pepper: Pepper
    let storeDirectory: String
    /// Where webhooks and the URLs of input pictures may lead.
    let addresses: AddressFilter
    let slots: Int
    let queueDepth: Int
    let loops: Int
    let databaseConnections: Int
    /// What one key may read, and how often one address may show unknown keys, on this server.
    let readsPerMinute: Int
    let failedKeysPerMinute: Int
    let logLevel: Log.Level
    /// How long a server that is asked to stop serves on, not ready.
    let drain: Duration
    /// Whom we can buy from.
    let vendors: [ReadyVendor]
    /// Calls of vendors under way at once.
    let vendorCalls: Int
    /// What vendors are called through, and whose certificates are trusted; nil for the usual.
    let proxy: Secret?
    let caFile: String?

    /// One variable of the environment.
    struct Setting: Sendable {
        let name: String
        /// Nil when it must be set.
        let standard: String?
        let help: String
    }

    /// In the order of the README's table.
    static let settings: [Setting] = first + NetworkSettings.settings + last

    private static let first: [Setting] = [
        Setting(
            name: "DATABASE_URL", standard: nil,
            help: "PostgreSQL 15 or later: postgres://user:password@host:port/name"),
        Setting(
            name: "ATELIER_KEY_PEPPER", standard: nil,
            help: "secret in every key's hash, 16 characters or more; losing it voids all keys"),
        Setting(
            name: "ATELIER_LISTEN", standard: "127.0.0.1:8080",
            help: "address and port to listen on"),
        Setting(
            name: "ATELIER_PUBLIC_URL", standard: "http:// or https://, and ATELIER_LISTEN",
            help: "what URLs in answers begin with"),
        Setting(
            name: "ATELIER_STORE", standard: "dir:pictures",
            help: "where pictures are kept: dir: and a directory"),
    ]

    private static let last: [Setting] = [
        Setting(
            name: "ATELIER_ALLOW_ADDRESSES", standard: "none",
            help:
                "private ranges that webhooks and input pictures may lead to all the same, such as 10.1.0.0/16,::1/128"
        ),
        Setting(
            name: "ATELIER_WORKER_SLOTS", standard: "256",
            help: "jobs that this process's worker carries out at once, 1 to 20000"),
        Setting(
            name: "ATELIER_QUEUE_DEPTH", standard: "10000",
            help: "jobs of one account that may wait, 1 to 1000000"),
        Setting(
            name: "ATELIER_PROVIDER_CALLS", standard: "4096",
            help:
                "calls of providers under way at once, 1 to 20000; one provider may have half of them"
        ),
        Setting(
            name: "ATELIER_PROXY", standard: "none",
            help: "http://[user:password@]host:port that providers are called through"),
        Setting(
            name: "ATELIER_CA_FILE", standard: "the system's",
            help: "certificates (PEM) to trust in place of the system's when providers are called"),
        Setting(name: "ATELIER_LOOPS", standard: "one a core", help: "event loops, 1 to 64"),
        Setting(
            name: "ATELIER_DATABASE_CONNECTIONS", standard: "4",
            help:
                "connections for reads, 1 to 64; holds, settlements and key look-ups have 3 of their own"
        ),
        Setting(
            name: "ATELIER_READS_PER_MINUTE", standard: "6000",
            help:
                "requests of one key that make no pictures, a minute and server, 1 to 1000000; a tenth at once"
        ),
        Setting(
            name: "ATELIER_FAILED_KEYS_PER_MINUTE", standard: "60",
            help:
                "unknown keys that one address may show, a minute and server, 1 to 1000000; a third at once"
        ),
        Setting(
            name: "ATELIER_DRAIN_SECONDS", standard: "0",
            help:
                "how long a server that is asked to stop serves on while /readyz says no, 0 to 600: longer than a balancer takes to notice"
        ),
        Setting(
            name: "ATELIER_LOG_LEVEL", standard: "info", help: "debug, info, warning or error"),
    ]

    /// Reads the settings; throws a sentence that names the one that is missing or odd.
    init(environment: [String: String], cores: Int) throws(ConfigurationFault) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        func needed(_ name: String) throws(ConfigurationFault) -> String {
            guard let text = value(name) else { throw ConfigurationFault("\(name) is not set") }
            return text
        }
        func number(
            _ name: String, _ standard: Int, from least: Int = 1, upTo limit: Int = 64
        ) throws(ConfigurationFault) -> Int {
            guard let text = value(name) else { return standard }
            guard let number = Int(text), (least...limit).contains(number) else {
                throw ConfigurationFault(
                    "\(name) is a number from \(least) to \(limit), not '\(text)'")
            }
            return number
        }
        databaseURL = Secret(try needed("DATABASE_URL"))
        guard let pepper = Pepper(Secret(try needed("ATELIER_KEY_PEPPER"))) else {
            throw ConfigurationFault(
                "ATELIER_KEY_PEPPER has fewer than \(Pepper.lengthMin) characters")
        }
        self.pepper = pepper
        let listenText = value("ATELIER_LISTEN") ?? "127.0.0.1:8080"
        guard let listen = SocketAddress(listenText) else {
            throw ConfigurationFault(
                "ATELIER_LISTEN is an address and a port such as 127.0.0.1:8080 or [::]:8080, not '\(listenText)'"
            )
        }
        self.listen = listen
        network = try NetworkSettings(value: value) {
            name, standard, limit throws(ConfigurationFault) in
            try number(name, standard, upTo: limit)
        }
        let scheme = network.tls == nil ? "http" : "https"
        var publicURL = value("ATELIER_PUBLIC_URL") ?? "\(scheme)://\(listenText)"
        guard publicURL.hasPrefix("http://") || publicURL.hasPrefix("https://") else {
            throw ConfigurationFault(
                "ATELIER_PUBLIC_URL begins with http:// or https://, not '\(publicURL)'")
        }
        while publicURL.hasSuffix("/") { publicURL.removeLast() }
        self.publicURL = publicURL
        let store = value("ATELIER_STORE") ?? "dir:pictures"
        guard store.hasPrefix("dir:"), store.utf8.count > 4 else {
            throw ConfigurationFault("ATELIER_STORE is dir: and a directory, not '\(store)'")
        }
        storeDirectory = String(store.dropFirst(4))
        do throws(AddressFilter.Unreadable) {
            addresses = try AddressFilter(allowing: value("ATELIER_ALLOW_ADDRESSES") ?? "")
        } catch {
            throw ConfigurationFault("ATELIER_ALLOW_ADDRESSES: \(error)")
        }
        slots = try number("ATELIER_WORKER_SLOTS", 256, upTo: 20_000)
        queueDepth = try number("ATELIER_QUEUE_DEPTH", 10_000, upTo: 1_000_000)
        loops = try number("ATELIER_LOOPS", cores)
        databaseConnections = try number("ATELIER_DATABASE_CONNECTIONS", 4)
        readsPerMinute = try number(
            "ATELIER_READS_PER_MINUTE", Int(Doorkeeper.readsPerMinute), upTo: Int(GCRA.most))
        failedKeysPerMinute = try number(
            "ATELIER_FAILED_KEYS_PER_MINUTE", Int(Doorkeeper.failedKeysPerMinute),
            upTo: Int(GCRA.most))
        vendors = ReadyVendor.all(value)
        for ready in vendors {
            let base = ready.vendor.base ?? ""
            guard base.hasPrefix("https://") || base.hasPrefix("http://") else {
                throw ConfigurationFault(
                    "\(ready.vendor.baseVariable) begins with http:// or https://, not '\(base)'")
            }
        }
        vendorCalls = try number("ATELIER_PROVIDER_CALLS", 4096, upTo: 20_000)
        proxy = value("ATELIER_PROXY").map { Secret($0) }
        caFile = value("ATELIER_CA_FILE")
        drain = .seconds(try number("ATELIER_DRAIN_SECONDS", 0, from: 0, upTo: 600))
        let level = value("ATELIER_LOG_LEVEL") ?? "info"
        guard let logLevel = Log.Level(rawValue: level) else {
            throw ConfigurationFault(
                "ATELIER_LOG_LEVEL is debug, info, warning or error, not '\(level)'")
        }
        self.logLevel = logLevel
    }

    /// The settings as a table for `--help`.
    static var help: String {
        let width = settings.map(\.name.count).max() ?? 0
        return settings.map { setting in
            let name = setting.name + String(repeating: " ", count: width - setting.name.count)
            return "  \(name)  \(setting.help) (\(setting.standard ?? "required"))"
        }.joined(separator: "\n")
    }
}

/// A setting that is missing or odd, in a sentence.
struct ConfigurationFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
