/// A provider's name for work of ours, with who it is: what is written down to be asked for by anybody.
struct OwnedTask: Equatable {
    /// Nil in what an older program wrote.
    let provider: String?
    let task: String

    private static let separator: Character = "\n"

    init(_ task: String, of candidate: Candidate) {
        provider = candidate.endpoint.provider
        self.task = task
    }

    init?(_ text: String?) {
        guard let text else { return nil }
        let parts = text.split(separator: Self.separator, maxSplits: 1)
        if parts.count == 2 {
            (provider, task) = (String(parts[0]), String(parts[1]))
        } else {
            (provider, task) = (nil, text)
        }
    }

    var text: String { (provider.map { $0 + String(Self.separator) } ?? "") + task }
}
