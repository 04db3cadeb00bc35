import Terminal

/// How far something long has come, for whoever sits there; silent where nobody does.
struct ProgressBar {
    private let title: String
    private let total: Int64
    private var done: Int64 = 0
    private let isShown: Bool

    private static let width: Int64 = 30

    init(_ title: String, of total: Int64, isShown: Bool = Terminal.isWatched) {
        self.title = title
        self.total = max(total, 1)
        self.isShown = isShown
    }

    /// The line as it is now.
    var line: String {
        let share = min(done, total) * Self.width / total
        return "\(title) [" + String(repeating: "#", count: Int(share))
            + String(repeating: ".", count: Int(Self.width - share)) + "] \(done) of \(total)"
    }

    mutating func advance(by count: Int) {
        done += Int64(count)
        if isShown { Terminal.complain("\r" + line) }
    }

    /// Leaves the line as it is.
    func end() {
        if isShown { Terminal.complain("\n") }
    }
}
