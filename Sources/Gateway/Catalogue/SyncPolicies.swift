import Postgres
import Units

/// What a file says of how providers treat data, taken over.
extension CatalogueFile {
    /// What is different from what is known. A provider that the file does not list stays as it is.
    func policyChanges(
        in transaction: borrowing Transaction
    ) throws -> [CatalogueChange] {
        let known = try DataPolicy.all(in: transaction)
        return policies.sorted { $0.key < $1.key }.compactMap { provider, policy in
            let before = known[provider]
            guard before?.policy != policy else { return nil }
            return CatalogueChange(
                provider: provider, what: before == nil ? "policy added" : "policy changed",
                detail: policy.inWords
            ).kept(before?.isAdmins == true)
        }
    }

    /// Writes those of `changes` that are made.
    func write(
        _ changes: [CatalogueChange], by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        guard changes.contains(where: { !$0.isKept }) else { return }
        let known = try DataPolicy.all(in: transaction)
        for change in changes where !change.isKept {
            guard let policy = policies[change.model] else { continue }
            try policy.write(of: change.model, byAdmin: false, in: transaction)
            try AuditEvent.record(
                "provider.policy_changed", on: change.model, account: nil,
                details: AuditEvent.changes(known[change.model]?.policy.members, policy.members),
                by: actor, in: transaction)
        }
    }
}

extension CatalogueChange {
    /// A change of what is known of a provider: its name stands where a model's does.
    fileprivate init(provider: String, what: String, detail: String) {
        self.init(model: provider, what: what, detail: detail)
    }
}

extension DataPolicy {
    fileprivate var inWords: String {
        "\(trainingInWords), \(retentionInWords), by \(source) of \(checkedOn)"
    }
}
