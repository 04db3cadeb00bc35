/// A provider's name for work of ours, with who it is: what is written down to be asked for by any server.
struct OwnedTask: Equatable {
    /// Nil in what an older program wrote.
    let provider: String?
    let task: String

    private static let separator: Character = "\n"

    init(_ task: String, of candidate: Candidate) {
        provider = candidate.endpoint.provider
        self.task = task
    }

    fileprivate init(_ text: Substring) {
        let parts = text.split(separator: Self.separator, maxSplits: 1)
        if parts.count == 2 {
            (provider, task) = (String(parts[0]), String(parts[1]))
        } else {
            (provider, task) = (nil, String(text))
        }
    }

    var text: String { (provider.map { $0 + String(Self.separator) } ?? "") + task }
}

/// What a generation's row keeps of a run, in its column `task`: which providers may charge for it
/// already, and the task that one of them works on.
struct TaskNote: Equatable {
    /// Providers that may have accepted the work and whose answer was lost or is of no use. None of
    /// them is given the work again, by no server.
    var spent: [String] = []
    var owned: OwnedTask?

    /// Stands before the names of `spent`; no provider's name begins with it.
    private static let mark: Character = "!"

    init(spent: [String] = [], owned: OwnedTask? = nil) {
        self.spent = spent
        self.owned = owned
    }

    /// Reads the column; what is null says nothing.
    init(_ text: String?) {
        guard let text else { return }
        guard text.first == Self.mark else {
            owned = OwnedTask(text[...])
            return
        }
        let line = text.dropFirst().prefix { $0 != "\n" }
        spent = line.split(separator: ",").map(String.init)
        let rest = text.dropFirst(line.count + 2)
        owned = rest.isEmpty ? nil : OwnedTask(rest)
    }

    /// The text of the column.
    var text: String {
        let names =
            spent.isEmpty ? "" : String(Self.mark) + spent.joined(separator: ",") + "\n"
        return names + (owned?.text ?? "")
    }
}
