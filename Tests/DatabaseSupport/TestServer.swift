internal import Glibc
internal import Postgres

/// There is no server to test against.
public struct NoTestServer: Error, CustomStringConvertible {
    public var description: String {
        "no server to test against: run `make test`, which starts a throwaway one."
    }
}

/// The throwaway PostgreSQL server that `make test` starts.
public enum TestServer {
    /// The URL of its database `postgres`, as a superuser.
    public static var url: String {
        get throws {
            try variable("ATELIER_TEST_DATABASE_URL")
        }
    }

    /// The script that starts and stops a private cluster, for a test that needs one of its own.
    public static var script: String {
        get throws { try variable("ATELIER_TEST_POSTGRES") }
    }

    /// The folder of PostgreSQL's programs.
    public static var programs: String {
        get throws { try variable("ATELIER_TEST_POSTGRES_BIN") }
    }

    /// A Python that has the official clients.
    public static var python: String {
        get throws { try variable("ATELIER_TEST_PYTHON") }
    }

    /// What a script of ours needs of the environment.
    public static var environment: [String: String] {
        var variables: [String: String] = [:]
        for name in ["PATH", "HOME", "USER", "ATELIER_TEST_POSTGRES_BIN"] {
            variables[name] = unsafe getenv(name).map { unsafe String(cString: $0) }
        }
        return variables
    }

    /// Where `make schema` wants the schema written instead of compared.
    public static var schemaToWrite: String? {
        unsafe getenv("ATELIER_WRITE_SCHEMA").map { unsafe String(cString: $0) }
    }

    private static func variable(_ name: String) throws -> String {
        guard let value = unsafe getenv(name) else { throw NoTestServer() }
        return unsafe String(cString: value)
    }

    /// The URL of the database `name`.
    public static func url(ofDatabase name: String) throws -> String {
        let url = try url
        let end = url.firstIndex(of: "?") ?? url.endIndex
        guard let scheme = url.firstRange(of: "://") else { throw NoTestServer() }
        let authority = url[scheme.upperBound..<end]
        let slash = authority.firstIndex(of: "/") ?? end
        return url[..<slash] + "/" + name + url[end...]
    }

    /// Databases of tests that are there at once. More would only make each slower.
    static let turns = Turns(32)

    /// The superuser's own few connections.
    static let admin = Result {
        var settings = Database.Settings()
        // A copy of a template waits for the disk, and for the other copies.
        settings.statementTimeout = .seconds(600)
        settings.lockTimeout = .seconds(600)
        settings.waitMax = .seconds(600)
        settings.queueMax = 10_000
        return Database(url: try url, connections: 2, settings: settings)
    }
}
