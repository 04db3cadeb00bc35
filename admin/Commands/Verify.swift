import Gateway
import Signing
import Terminal
import Units

extension Command {
    static let verify = Command(
        "verify", "re-derive every promise about money from the rows; exit 1 on any drift", []
    ) { session in
        let isWatched = Terminal.isWatched
        let audit = try await Audit.run(on: session.database, at: session.clock.now) {
            if isWatched { Terminal.complain("\(restart)\($1) of \($2): \($0) …") }
        }
        if isWatched { Terminal.complain(restart) }
        let broken = Set(audit.findings.map(\.check))
        let head = audit.logHead.map { (number: $0.number, hash: Hex.text(of: $0.hash)) }
        let lines =
            audit.checks.map { (broken.contains($0) ? "DRIFT  " : "ok     ") + $0 }
            + audit.findings.map { "       \($0.check): \($0.detail)" }
            + (head.map { ["The audit log ends with event \($0.number), hash \($0.hash)."] } ?? [])
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
                (
                    "audit_log",
                    .optional(head) {
                        .object([("events", .int($0.number)), ("hash", .string($0.hash))])
                    }
                ),
            ], text: lines.joined(separator: "\n") + "\n", refused: !broken.isEmpty)
    }

    /// Begins the terminal's line anew: the cursor back to its start, and what stands there away.
    private static let restart = "\r\u{1B}[K"
}
