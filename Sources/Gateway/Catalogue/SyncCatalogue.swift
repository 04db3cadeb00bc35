public import Postgres
import Units

/// One thing that a sync changes, or would change.
public struct CatalogueChange: Sendable {
    public let model: String
    /// `added`, `changed`, `retired`, `priced`, `endpoint added`, `endpoint disabled`, …
    public let what: String
    public let detail: String
    /// Whether it is not made, because an admin has decided otherwise.
    public var isKept = false

    /// The same, told as not made if `isKept`.
    func kept(_ isKept: Bool) -> CatalogueChange {
        guard isKept else { return self }
        return CatalogueChange(
            model: model, what: "kept", detail: "as an admin has it, not \(what): \(detail)",
            isKept: true)
    }
}

extension CatalogueFile {
    /// Makes the database's catalogue say what the file says, and tells what that changed.
    ///
    /// Nothing is deleted: what the file no longer lists of a model stays, an endpoint of it
    /// disabled; a price that differs is a new version from now on; models that the file does not
    /// know, and what an admin has decided (models and endpoints disabled, endpoints added, prices
    /// set), are left alone and told as kept; `prices` has the file's prices take the place of an
    /// admin's. Done again, it changes nothing.
    public func sync(
        dryRun: Bool = false, prices: Bool = false, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> [CatalogueChange] {
        // Two at once would both see the old prices.
        if !dryRun { try Catalogue.lock(in: transaction) }
        let known = try ListedModel.all(in: transaction)
        try refuseNames(ofOthers: known)
        let changes = models.map {
            ($0, $0.changes(from: known[$0.id], prices: prices, at: actor.now))
        }
        let policies = try policyChanges(in: transaction)
        let told = changes.flatMap(\.1) + policies
        guard !dryRun else { return told }
        try write(policies, by: actor, in: transaction)
        // All of them before any replacement is named: it may be new itself.
        let made = changes.map { ($0, $1.filter { !$0.isKept }) }.filter { !$0.1.isEmpty }
        for (model, _) in made { try model.insert(in: transaction) }
        for (model, _) in made {
            try model.write(
                over: known[model.id], prices: prices, at: actor.now, in: transaction)
        }
        let written = made.isEmpty ? [:] : try ListedModel.all(in: transaction)
        for (model, changes) in made {
            let details = changes.map { JSON.string("\($0.what): \($0.detail)") }
            try AuditEvent.record(
                known[model.id] == nil ? "model.added" : "model.changed", on: model.id,
                account: nil,
                details: AuditEvent.changes(
                    known[model.id]?.members, written[model.id]?.members,
                    beside: [("changes", .array(details))]), by: actor, in: transaction)
        }
        return told
    }
}

extension Catalogue {
    /// Lets one change of the catalogue be made at a time. Readers are not in the way.
    static func lock(in transaction: borrowing Transaction) throws {
        try transaction.send("lock table model in share row exclusive mode")
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
    fileprivate func changes(
        from old: ListedModel?, prices: Bool, at now: Timestamp
    ) -> [CatalogueChange] {
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
            if let difference {
                changes.append(change(difference, endpoint.provider).kept(before?.isKept == true))
            }
            if let before, before.lines != endpoint.lines {
                let words = "from \(now): \(endpoint.lines.map(\.words).listed)"
                changes.append(
                    change("priced", "\(endpoint.provider) \(words)")
                        .kept(before.hasAdminsPrice && !prices))
            }
        }
        for gone in old.endpoints
        where gone.priority != ListedEndpoint.disabled && !gone.isAdmins
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

    /// Whether what a file says of it, but for its price, is not taken.
    var isKept: Bool { isAdmins || isDisabledByAdmin }
}

extension Price.Line {
    /// `output_image by image $0.03 (2K)`.
    public var words: String {
        "\(billable.rawValue) by \(unit.rawValue) $\(amount)"
            + (variant.map { " (\($0))" } ?? "") + (isEstimate ? " as estimate" : "")
    }
}
