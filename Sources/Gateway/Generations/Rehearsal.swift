import Units

/// What a prompt asks the built-in provider to act out, so that a customer can see every failure
/// before a real provider shows it.
///
/// `sandbox:slow=5,partial a fox` is a fox that takes five seconds and of which only half the
/// pictures come.
struct Rehearsal: Equatable {
    /// Waits so long in the queue, in seconds, before it begins; of a synchronous call nothing.
    var queuedSeconds = 0
    /// Takes so long, in seconds, as a task that is asked for.
    var slowSeconds: Int?
    /// Is busy, or down, for so many attempts.
    var busyAttempts = 0
    var downAttempts = 0
    /// Refuses the prompt.
    var moderated = false
    /// Delivers half of the pictures, and at least one.
    var partial = false

    static let prefix = "sandbox:"
    /// Seconds that `queued` and `slow` may take: as long as the slowest models, far below a job's
    /// deadline.
    static let slowMax = 600
    /// For ever, for a word without a number.
    private static let always = Int.max

    /// Reads the words in front of a prompt; nil when there are none.
    init?(_ prompt: String) {
        guard prompt.hasPrefix(Self.prefix) else { return nil }
        let words = prompt.dropFirst(Self.prefix.count).prefix { !$0.isWhitespace }
        for word in words.split(separator: ",") {
            let parts = word.split(separator: "=", maxSplits: 1)
            let number = parts.count == 2 ? Int(parts[1]) : nil
            switch parts.first {
            case "queued": queuedSeconds = min(max(0, number ?? 5), Self.slowMax)
            case "slow": slowSeconds = min(max(0, number ?? 5), Self.slowMax)
            case "busy": busyAttempts = number ?? Self.always
            case "down": downAttempts = number ?? Self.always
            case "moderated": moderated = true
            case "partial": partial = true
            default: continue
            }
        }
    }

    /// What happens instead of pictures at this attempt, if anything does.
    func failure(attempt: Int) -> ProviderFailure? {
        if moderated {
            return .refused(
                Refusal(
                    .moderated,
                    "The prompt was refused by the provider's safety system. Nothing was charged.",
                    field: "prompt"))
        }
        if attempt < busyAttempts { return .busy(retryAfter: nil) }
        if attempt < downAttempts { return .broken("the rehearsed provider is down") }
        return nil
    }
}
