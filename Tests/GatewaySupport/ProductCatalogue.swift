import FoundationEssentials
import Gateway
import Ledger
import Postgres
import Units

/// The file that the product ships.
public enum ProductCatalogue {
    public static func bytes() throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: path)))
    }

    /// Where it is in the checkout that this was compiled from.
    public static var path: String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return root.appending(path: "catalogue/models.json").path()
    }
}

extension TestGateway {
    /// Has the database say what the product's file says, or another's text, and reads it anew.
    @discardableResult
    public func sync(_ json: String? = nil, dryRun: Bool = false) async throws -> [String] {
        let file = try CatalogueFile(
            json: try json.map { Array($0.utf8) } ?? ProductCatalogue.bytes())
        let actor = actor
        let changes = try await database.transaction {
            try file.sync(dryRun: dryRun, by: actor, in: $0)
        }
        try await engine.reloadCatalogue()
        return changes.map { "\($0.model) \($0.what): \($0.detail)" }
    }
}
