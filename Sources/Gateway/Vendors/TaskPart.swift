/// A vendor's task, and the credential that it belongs to: no other may ask for it.
struct TaskPart: Equatable, Sendable {
    let credential: Int
    let task: String

    /// Between the tasks of several calls. No vendor's name of a task holds it.
    private static let separator: Character = "\u{1F}"

    init(credential: Int, task: String) {
        self.credential = credential
        self.task = task
    }

    /// Those that `text` names; one that cannot be read is none of ours.
    static func all(in text: String) -> [TaskPart] {
        text.split(separator: separator).compactMap { part in
            let halves = part.split(separator: ":", maxSplits: 1)
            guard halves.count == 2, let credential = Int(halves[0]) else { return nil }
            return TaskPart(credential: credential, task: String(halves[1]))
        }
    }

    static func text(of parts: [TaskPart]) -> String {
        parts.map { "\($0.credential):\($0.task)" }.joined(separator: String(separator))
    }
}
