import Ledger
import Units

/// Where and of what the sender of one request wants to be told, besides the account's endpoints.
public struct RequestedWebhook: Hashable, Sendable {
    /// The words of the request dialects.
    public enum Event: String, CaseIterable, Sendable {
        case progress, completed, failed
    }

    public let url: String
    public let events: Set<Event>

    public init(url: String, events: Set<Event>) {
        self.url = url
        self.events = events
    }

    /// From the two columns of a generation's request: nil when it named no address.
    init?(url: String?, words: String?) {
        guard let url else { return nil }
        self.url = url
        events = Set(Event.allCases.filter { words?.contains("\"\($0.rawValue)\"") ?? false })
    }

    /// As kept in `request`.
    var json: JSON {
        .object([
            ("url", .string(url)),
            ("events", .array(events.map(\.rawValue).sorted().map(JSON.string))),
        ])
    }

    /// The address, if it is to be told of `event`.
    public func url(for event: Event) -> String? { events.contains(event) ? url : nil }
}

extension WebhookEvent {
    /// What is told of a generation's end. A cancelled one has failed, as far as a receiver cares.
    /// Members of a batch are told of by their batch alone, where the request named the address.
    init(of end: Settlement, wanted: RequestedWebhook?) {
        let completed = end.state == "completed"
        self.init(
            account: end.wallet.account, message: ID(at: end.at),
            event: completed ? .completed : .failed, subject: .generation(end.generation),
            requestURL: wanted?.url(for: completed ? .completed : .failed), at: end.at)
    }
}
