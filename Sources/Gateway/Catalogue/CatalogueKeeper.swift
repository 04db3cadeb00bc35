public import Log
public import Postgres
import Units

import Threads

/// Holds the catalogue that requests are answered from, and reads it anew now and then.
///
/// A request keeps the offer it was quoted, so a change never falls between quote and charge; it
/// is seen everywhere within `period`.
public final class CatalogueKeeper: Sendable {
    /// How soon a change of the catalogue is seen.
    static let period: Duration = .seconds(5)

    private let database: Database
    private let log: Log
    private let kept: Lock<Catalogue>

    /// Reads the catalogue for the first time.
    public init(database: Database, log: Log) async throws {
        self.database = database
        self.log = log
        kept = Lock(try await database.read { try Catalogue.load(in: $0) })
    }

    /// The catalogue as last read.
    public var current: Catalogue { kept.withLock { $0 } }

    /// Reads it again, once.
    func reload() async throws {
        let fresh = try await database.read { try Catalogue.load(in: $0) }
        kept.withLock { $0 = fresh }
    }

    /// Reads it again until cancelled; what fails to load leaves the last one in force.
    public func run() async {
        while !Task.isCancelled {
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.period)
            guard !Task.isCancelled else { return }
            do {
                try await reload()
            } catch {
                log(.warning, "catalogue not reloaded", ["error": "\(error)"])
            }
        }
    }
}
