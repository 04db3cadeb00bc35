import Gateway
import Units

/// What a request wants to be told of, and what it wants back with it.
extension Fields {
    /// A batch is told of as a whole.
    func refuseWebhook() throws(Refusal) {
        for name in ["webhook_url", "webhookUrl", "webhook_events", "webhookEvents"]
        where has(name) {
            throw Refusal(
                .invalidValue, "'\(name)' is for the batch as a whole, not for one item.",
                field: name)
        }
    }

    /// Characters of an end user's name. Source: OpenRouter's SDK.
    static let endUserMax = 256

    /// Whom the caller does it for, in the caller's words: `safety_identifier`, which OpenAI has put in
    /// the place of `user`, or that.
    func endUser() throws(Refusal) -> String? {
        var found: String?
        for name in ["user", "safety_identifier"] {
            guard let text = try string(name), !text.isEmpty else { continue }
            // Not as letters are seen: one can be of a thousand code points.
            let length = text.unicodeScalars.count
            guard length <= Self.endUserMax else {
                throw Refusal(
                    .invalidValue,
                    "'\(name)' has \(length) characters; up to \(Self.endUserMax) are accepted.",
                    field: name)
            }
            found = text
        }
        return found
    }

    /// Members of `metadata`, and characters of each value.
    private static let metadataMax = (members: 16, name: 64, value: 512)

    /// `metadata`: the caller's own words.
    func metadata() throws(Refusal) -> [String: String] {
        guard let metadata = try texts("metadata") else { return [:] }
        let limits = Self.metadataMax
        guard metadata.count <= limits.members,
            metadata.allSatisfy({
                // Code points: what is seen as one letter can be of a thousand.
                $0.key.unicodeScalars.count <= limits.name
                    && $0.value.unicodeScalars.count <= limits.value
                    && !$0.key.utf8.contains(0) && !$0.value.utf8.contains(0)
            })
        else {
            throw Refusal(
                .invalidValue,
                "'metadata' has up to \(limits.members) members, names of up to \(limits.name) and "
                    + "values of up to \(limits.value) characters.", field: "metadata")
        }
        return metadata
    }

    /// Where and of what to tell, under either spelling; nil when no address is named.
    func webhook() throws(Refusal) -> RequestedWebhook? {
        let url = try string(has("webhook_url") ? "webhook_url" : "webhookUrl")
        let name = has("webhook_events") ? "webhook_events" : "webhookEvents"
        let words = try strings(name)
        guard let url else {
            guard words == nil else {
                throw Refusal(
                    .missingParameter, "'\(name)' needs a 'webhook_url'.", field: "webhook_url")
            }
            return nil
        }
        guard let words else { return RequestedWebhook(url: url, events: [.completed, .failed]) }
        let events = try words.map { word throws(Refusal) in
            guard let event = RequestedWebhook.Event(rawValue: word) else {
                throw Self.notOne(
                    of: RequestedWebhook.Event.allCases.map(\.rawValue), name, word)
            }
            return event
        }
        guard !events.isEmpty else {
            throw Refusal(.invalidValue, "'\(name)' names at least one event.", field: name)
        }
        return RequestedWebhook(url: url, events: Set(events))
    }
}
