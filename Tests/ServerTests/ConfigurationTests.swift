import FoundationEssentials
import Log
import Testing
import Units

@testable import atelier

@Suite struct ConfigurationTests {
    /// The least that must be set.
    private static let least = [
        "DATABASE_URL": "postgres://ann:fox-and-owl@127.0.0.1/atelier",
        "ATELIER_KEY_PEPPER": "pepper-of-the-house",
    ]

    private static func configuration(
        _ changes: [String: String] = [:]
    ) throws -> Configuration {
        try Configuration(environment: least.merging(changes) { $1 }, cores: 3)
    }

    @Test func whatIsNotSetHasItsStandard() throws {
        let configuration = try Self.configuration()
        #expect(configuration.databaseURL.reveal() == Self.least["DATABASE_URL"])
        #expect(configuration.publicURL == "http://127.0.0.1:8080")
        #expect(configuration.storeDirectory == "pictures")
        #expect(configuration.loops == 3)
        #expect(configuration.databaseConnections == 4)
        #expect(configuration.logLevel == .info)
        #expect(configuration.drain == .zero)
    }

    @Test func anEmptyVariableIsNotSet() throws {
        let names = Configuration.settings.map(\.name).filter { Self.least[$0] == nil }
        let configuration = try Self.configuration(
            Dictionary(uniqueKeysWithValues: names.map { ($0, "") }))
        #expect(configuration.storeDirectory == "pictures")
        #expect(configuration.loops == 3)
    }

    @Test func everySettingIsRead() throws {
        let configuration = try Self.configuration([
            "ATELIER_LISTEN": "[::]:9090", "ATELIER_PUBLIC_URL": "https://api.example.com//",
            "ATELIER_STORE": "dir:/srv/pictures", "ATELIER_LOOPS": "64",
            "ATELIER_DATABASE_CONNECTIONS": "1", "ATELIER_LOG_LEVEL": "debug",
            "ATELIER_DRAIN_SECONDS": "15",
        ])
        #expect(configuration.drain == .seconds(15))
        #expect(configuration.publicURL == "https://api.example.com")
        #expect(configuration.storeDirectory == "/srv/pictures")
        #expect(configuration.loops == 64)
        #expect(configuration.databaseConnections == 1)
        #expect(configuration.logLevel == .debug)
        #expect(
            try Self.configuration(["ATELIER_LISTEN": "[::]:9090"]).publicURL == "http://[::]:9090")
    }

    @Test(arguments: [
        ("DATABASE_URL", ""), ("ATELIER_KEY_PEPPER", ""), ("ATELIER_KEY_PEPPER", "too-short"),
        ("ATELIER_LISTEN", "8080"), ("ATELIER_LISTEN", "127.0.0.1:"),
        ("ATELIER_LISTEN", "127.0.0.1:65536"), ("ATELIER_LISTEN", "127.0.0.1:+80"),
        ("ATELIER_PUBLIC_URL", "api.example.com"), ("ATELIER_PUBLIC_URL", "ftp://example.com"),
        ("ATELIER_STORE", "pictures"), ("ATELIER_STORE", "dir:"), ("ATELIER_STORE", "s3:bucket"),
        ("ATELIER_LOOPS", "0"), ("ATELIER_LOOPS", "65"), ("ATELIER_LOOPS", "many"),
        ("ATELIER_LOOPS", "1.5"), ("ATELIER_DATABASE_CONNECTIONS", "-1"),
        ("ATELIER_DATABASE_CONNECTIONS", "65"), ("ATELIER_LOG_LEVEL", "INFO"),
        ("ATELIER_LOG_LEVEL", "loud"), ("ATELIER_DRAIN_SECONDS", "-1"),
        ("ATELIER_DRAIN_SECONDS", "601"), ("ATELIER_DRAIN_SECONDS", "1.5"),
    ])
    func aMissingOrOddSettingIsNamedInASentence(name: String, value: String) {
        let fault = #expect(throws: ConfigurationFault.self) {
            try Self.configuration([name: value])
        }
        let sentence = fault?.description ?? ""
        #expect(sentence.hasPrefix("\(name) "))
        // What is odd is shown, unless it is a secret.
        let secret = name == "ATELIER_KEY_PEPPER" || value.isEmpty
        #expect(sentence.contains("'\(value)'") == !secret)
        #expect(value.isEmpty || !secret || !sentence.contains(value))
    }

    @Test(arguments: Configuration.settings.filter { $0.standard == nil }.map(\.name))
    func whatIsRequiredIsMissed(name: String) {
        var environment = Self.least
        environment[name] = nil
        let fault = #expect(throws: ConfigurationFault.self) {
            try Configuration(environment: environment, cores: 1)
        }
        #expect(fault?.description.hasPrefix("\(name) ") == true)
    }

    @Test func theTableNamesEachSettingOnce() {
        let names = Configuration.settings.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(
            Set(Configuration.settings.filter { $0.standard == nil }.map(\.name))
                == Set(Self.least.keys))
        for setting in Configuration.settings {
            #expect(
                Configuration.help.split(separator: "\n").contains {
                    $0.contains("  \(setting.name) ") && $0.contains(setting.help)
                        && $0.hasSuffix("(\(setting.standard ?? "required"))")
                }, "\(setting.name)")
        }
    }

    @Test func secretsAreNotShown() throws {
        let configuration = try Self.configuration()
        #expect(!"\(configuration.databaseURL)".contains("fox-and-owl"))
        var dumped = ""
        dump(configuration.databaseURL, to: &dumped)
        #expect(!dumped.contains("fox-and-owl"))
    }

    @Test func theTableOfTheREADMEIsTrue() throws {
        let root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let data = try #require(
            FileManager.default.contents(atPath: root.path + "/README.md"),
            "README.md is missing")
        let rows = String(decoding: data, as: UTF8.self).split(separator: "\n")
            .filter { $0.hasPrefix("| `") }
        for setting in Configuration.settings {
            let row = rows.first { $0.hasPrefix("| `\(setting.name)` |") }
            #expect(row != nil, "README.md has no row for \(setting.name)")
        }
        // Nor does it promise what nobody reads.
        let names = Set(Configuration.settings.map(\.name))
        let told = rows.compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        for name in told where name.hasPrefix("ATELIER_") && !name.hasPrefix("ATELIER_TEST_") {
            #expect(names.contains(name), "README.md tells of \(name), which nothing reads")
        }
    }
}
