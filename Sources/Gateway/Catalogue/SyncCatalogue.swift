public import Postgres
import Units

/// One thing that a sync changes, or would change.
public struct CatalogueChange: Sendable {
    public let model: String
    /// `added`, `changed`, `retired`, `priced`, `endpoint added`, `endpoint disabled`, …
    public let what: String
    public let detail: String
}

extension CatalogueFile {
    /// Makes the database's catalogue say what the file says, and tells what that changed.
    ///
    /// Nothing is deleted: what the file no longer lists of a model stays, an endpoint of it
    /// disabled; a price that differs is a new version from now on; models that the file does not
    /// know, and whether an admin has disabled one, are left alone. Done again, it changes nothing.
    public func sync(
        dryRun: Bool = false, by actor: AuditEvent.Actor, in transaction: borrowing Transaction
    ) throws -> [CatalogueChange] {
        // Two at once would both see the old prices. Readers are not in the way of this lock.
        if !dryRun { try transaction.send("lock table model in share row exclusive mode") }
        let known = try ListedModel.all(in: transaction)
        try refuseNames(ofOthers: known)
        let changes = models.map { ($0, $0.changes(from: known[$0.id], at: actor.now)) }
            .filter { !$0.1.isEmpty }
        guard !dryRun else { return changes.flatMap(\.1) }
        // All of them before any replacement is named: it may be new itself.
        for (model, _) in changes { try model.insert(in: transaction) }
        for (model, changes) in changes {
            try model.write(over: known[model.id], at: actor.now, in: transaction)
            let details = changes.map { JSON.string("\($0.what): \($0.detail)") }
            try AuditEvent.record(
                known[model.id] == nil ? "model.added" : "model.changed", on: model.id,
                account: nil, details: .object([("changes", .array(details))]), by: actor,
                in: transaction)
        }
        return changes.flatMap(\.1)
    }
}

extension CatalogueFile {
    /// A name of a model that the file does not know is not taken from it.
    private func refuseNames(ofOthers known: [String: ListedModel]) throws(Refusal) {
        let listed = Set(models.map(\.id))
        var owners: [String: String] = [:]
        for other in known.values where !listed.contains(other.id) {
            for name in other.names { owners[name] = other.id }
        }
        for model in models {
            for name in model.names.sorted() {
                guard let owner = owners[name] else { continue }
                throw Refusal(
                    .invalidValue, "The name '\(name)' is of both '\(owner)' and '\(model.id)'.")
            }
        }
    }
}

extension ListedModel {
    /// What is different from `old`, in words.
    fileprivate func changes(from old: ListedModel?, at now: Timestamp) -> [CatalogueChange] {
        func change(_ what: String, _ detail: String) -> CatalogueChange {
            CatalogueChange(model: id, what: what, detail: detail)
        }
        guard let old else {
            return [change("added", "\(name), by \(endpoints.map(\.provider).listed)")]
        }
        var changes: [CatalogueChange] = []
        if retiresOn != old.retiresOn, let retiresOn {
            let over = retiresOn.midnight <= now
            changes.append(
                change(over ? "retired" : "retires", "\(retiresOn), use \(replacement ?? "-")"))
        }
        let fields = changedFields(from: old)
        if !fields.isEmpty { changes.append(change("changed", fields.listed)) }
        for endpoint in endpoints {
            let before = old.endpoints.first { $0.provider == endpoint.provider }
            let difference = before.map { Self.changed(endpoint, from: $0) } ?? "endpoint added"
            if let difference { changes.append(change(difference, endpoint.provider)) }
            if let before, before.lines != endpoint.lines {
                changes.append(
                    change(
                        "priced",
                        "\(endpoint.provider) from \(now): \(endpoint.lines.map(\.words).listed)"))
            }
        }
        for gone in old.endpoints
        where gone.priority != ListedEndpoint.disabled
            && !endpoints.contains(where: { $0.provider == gone.provider })
        {
            changes.append(change("endpoint disabled", gone.provider))
        }
        return changes
    }

    private func changedFields(from old: ListedModel) -> [String] {
        [
            ("author", author != old.author), ("name", name != old.name),
            ("description", description != old.description),
            ("released_on", releasedOn != old.releasedOn),
            ("deprecated_on", deprecatedOn != old.deprecatedOn),
            ("retires_on", retiresOn == nil && old.retiresOn != nil),
            ("replacement", replacement != old.replacement),
            ("names", !names.isSubset(of: old.names)),
        ].filter(\.1).map(\.0)
    }

    private static func changed(_ new: ListedEndpoint, from old: ListedEndpoint) -> String? {
        if old.priority == ListedEndpoint.disabled { return "endpoint enabled" }
        let same =
            new.model == old.model && new.priority == old.priority
            && new.capabilities == old.capabilities
        return same ? nil : "endpoint changed"
    }
}

extension ListedEndpoint {
    /// The priority that a disabled endpoint is read with.
    static let disabled = Int32.max
}

extension Price.Line {
    /// `output_image by image $0.03 (2K)`.
    public var words: String {
        "\(billable.rawValue) by \(unit.rawValue) $\(amount)"
            + (variant.map { " (\($0))" } ?? "") + (isEstimate ? " as estimate" : "")
    }
}

extension Collection<String> {
    fileprivate var listed: String { joined(separator: ", ") }
}
