import Units

/// A rehearsal that takes its time. The task's name is all its state, as if a vendor far away kept it:
/// whichever server asks for it goes on where the last one was.
struct SlowTask: Equatable {
    let due: Timestamp
    /// How long it takes in all.
    let seconds: Int
    /// Views of each picture that were shown.
    var shown = 0

    init(due: Timestamp, seconds: Int) {
        self.due = due
        self.seconds = seconds
    }

    /// Reads a name; nil for what is none.
    init?(_ name: String) {
        let parts = name.split(separator: "-")
        let numbers = parts.dropFirst().compactMap { Int64($0) }
        guard parts.first == "slow", numbers.count == parts.count - 1,
            (2...3).contains(numbers.count)
        else { return nil }
        due = Timestamp(microseconds: numbers[0])
        seconds = Int(numbers[1])
        shown = numbers.count == 3 ? Int(numbers[2]) : 0
    }

    private var name: String {
        "slow-\(due.microseconds)-\(seconds)" + (shown > 0 ? "-\(shown)" : "")
    }

    /// How often it wants to be asked.
    private static let pollEvery: Duration = .milliseconds(250)

    /// The share of its time that has passed, in percent.
    private func percent(at now: Timestamp) -> Int {
        let share = 100 - (due - now).microseconds / 10_000 / Int64(max(1, seconds))
        return Int(min(99, max(0, share)))
    }

    /// How many of `views` are to be seen by now: they come at even distances.
    func viewsDue(of views: Int, at now: Timestamp) -> Int {
        min(views, percent(at: now) * (views + 1) / 100)
    }

    func pending(at now: Timestamp) -> Progress {
        .pending(
            task: name, next: max(.zero, min(due - now, Self.pollEvery)), percent: percent(at: now))
    }
}
