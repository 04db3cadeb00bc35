import FoundationEssentials
import Gateway
import Postgres
import Units

extension Command {
    private static let model: Option = .operand("model", "MODEL", "its id, author/id or an alias")
    private static let reason: Option = .optional("reason", "WHY", "for the audit log")

    static let modelsList = Command(
        "models list", "list what is sold, with the price in force", []
    ) { session in
        let now = session.clock.now
        let catalogue = try await session.database.read { try Catalogue.load(in: $0) }
        return .list(
            ["id", "name", "state", "provider", "price", "unit", "price_version", "released_on"],
            catalogue.models.map { model in
                let endpoint = model.endpoints.first
                let price = endpoint?.price(at: now)
                let line = price?.lines.first
                return [
                    .string(model.id), .string(model.name),
                    .string(model.life.state(at: now).rawValue),
                    .optional(endpoint?.provider, JSON.string),
                    .optional(line) { .credits($0.amount) },
                    .optional(line) { .string($0.unit.rawValue) },
                    .optional(price?.version) { .int(Int64($0)) },
                    .string(model.releasedOn.description),
                ]
            })
    }

    static let modelsShow = Command(
        "models show", "show a model: its names, its life, every version of its prices", [model]
    ) { session in
        let name = session.options.needed("model")
        let now = session.clock.now
        let catalogue = try await session.database.read { try Catalogue.load(in: $0) }
        guard let model = catalogue.model(named: name) else {
            throw Refusal(.notFound, "There is no model '\(name)' that is sold.", field: "model")
        }
        let offered = model.endpoints.map { ($0, true) } + model.withdrawn.map { ($0, false) }
        let prices = offered.flatMap { endpoint, isOffered in
            endpoint.prices.map { price in
                JSON.object([
                    ("provider", .string(endpoint.provider)), ("offered", .bool(isOffered)),
                    ("model", .string(endpoint.providerModel)),
                    ("version", .int(Int64(price.version))), ("from", .time(price.startsAt)),
                    ("lines", .array(price.lines.map { .string($0.words) })),
                ])
            }
        }
        return .record([
            ("id", .string(model.id)), ("name", .string(model.name)),
            ("names", .array(catalogue.names(of: model.id).map(JSON.string))),
            ("description", .string(model.description)),
            ("released_on", .string(model.releasedOn.description)),
            ("state", .string(model.life.state(at: now).rawValue)),
            ("deprecated_on", .optional(model.life.deprecatedOn) { .string($0.description) }),
            ("retires_on", .optional(model.life.retiresOn) { .string($0.description) }),
            ("replacement", .optional(model.life.replacement, JSON.string)),
            ("prices", .array(prices)),
        ])
    }

    static let modelsSync = Command(
        "models sync",
        "make the catalogue say what a file says, but for what admins have set",
        [
            .operand("file", "FILE", "such as catalogue/models.json"),
            .flag("dry-run", "tell what would change, and change nothing"),
            .flag(
                "prices",
                "take the file's prices, from now on, also in place of those that an admin has set"),
            reason,
        ]
    ) { session in
        let file = try CatalogueFile(json: try bytes(ofFile: session.options.needed("file")))
        let actor = session.actor
        let dryRun = session.options.has("dry-run")
        let prices = session.options.has("prices")
        let changes =
            dryRun
            ? try await session.database.read {
                try file.sync(dryRun: true, prices: prices, by: actor, in: $0)
            }
            : try await session.database.transaction {
                try file.sync(prices: prices, by: actor, in: $0)
            }
        let isNothing = changes.allSatisfy(\.isKept)
        let note = isNothing ? "nothing to change" : dryRun ? "nothing was changed" : nil
        return .list(
            ["model", "change", "detail"],
            changes.map { [.string($0.model), .string($0.what), .string($0.detail)] }, note: note)
    }

    static let modelsEnable = Command(
        "models enable", "let a model be used again", [model, reason]
    ) { try await set(true, $0) }

    static let modelsDisable = Command(
        "models disable", "refuse a model to everybody, within seconds", [model, reason]
    ) { try await set(false, $0) }

    private static func set(_ enabled: Bool, _ session: Session) async throws -> Result {
        let name = session.options.needed("model")
        let actor = session.actor
        let id = try await session.database.transaction {
            try Catalogue.setEnabled(enabled, name, by: actor, in: $0)
        }
        return .record([("id", .string(id)), ("enabled", .bool(enabled))])
    }

    /// Largest file that is read: a catalogue of thousands of models.
    private static let fileBytesMax = 16 * 1024 * 1024

    private static func bytes(ofFile path: String) throws -> [UInt8] {
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
            guard bytes.count <= fileBytesMax else {
                throw Refusal(.bodyTooLarge, "'\(path)' is larger than any catalogue.")
            }
            return bytes
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.notFound, "The file '\(path)' cannot be read.", field: "file")
        }
    }
}
