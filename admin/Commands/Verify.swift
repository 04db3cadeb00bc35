import Gateway
import Units

extension Command {
    static let verify = Command(
        "verify", "re-derive every promise about money from the rows; exit 1 on any drift", []
    ) { session in
        let audit = try await Audit.run(on: session.database, at: session.clock.now)
        let broken = Set(audit.findings.map(\.check))
        let lines =
            audit.checks.map { (broken.contains($0) ? "DRIFT  " : "ok     ") + $0 }
            + audit.findings.map { "       \($0.check): \($0.detail)" }
            + [broken.isEmpty ? "All promises hold." : "\(broken.count) promises are broken."]
        return .record(
            [
                ("holds", .bool(broken.isEmpty)),
                ("checks", .array(audit.checks.map(JSON.string))),
                (
                    "findings",
                    .array(
                        audit.findings.map {
                            .object([("check", .string($0.check)), ("detail", .string($0.detail))])
                        })
                ),
            ], text: lines.joined(separator: "\n") + "\n", refused: !broken.isEmpty)
    }
}
