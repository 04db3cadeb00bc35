import Gateway
import Units

/// What an account's endpoints are sent, event by event.
extension Shape {
    /// The body of a message: `type`, `timestamp` and `data`, as Standard Webhooks suggests.
    static func message(_ event: WebhookEvent.Name) -> Shape {
        .object(
            .must("type", .word([event.rawValue])), .must("timestamp", .time("When it happened.")),
            .must("data", data(of: event)))
    }

    /// Total: an event does not compile until it is described.
    private static func data(of event: WebhookEvent.Name) -> Shape {
        switch event {
        case .progress, .completed, .failed: .named("Job")
        case .batchCompleted: .named("Batch")
        case .balanceLow:
            .object(
                .must("mode", mode), .must("balance", .money()), .must("held", .money()),
                .must("credit_limit", .money()), .must("available", .money()),
                .must("alert_below", .money("Where the account wants to be told.")))
        case .limitNear:
            .object(
                .must("limit", .word(["day_cap", "month_cap"])),
                .must("scope", .word(["key", "account"])), .must("mode", mode),
                .must("key_id", .id("Null where it is the account's.").orNull),
                .must("cap", .money()), .must("left", .money()), .must("resets_at", .time().orNull))
        case .invoiceFinalized:
            .object(
                .must("id", .id()), .must("number", .text("Such as `2026-000042`.")),
                .must("kind", .word(Invoice.Kind.allCases.map(\.rawValue))),
                .must("month", .text("Such as `2026-10`, in UTC.")),
                .must("currency", .word(["USD"])), .must("net", .money()), .must("tax", .money()),
                .must("gross", .money()), .must("due", .money("What is to be paid.")))
        }
    }
}

extension WebhookEvent.Name {
    /// `GenerationCompletedMessage`, as generated clients call its body.
    var typeName: String { rawValue.inTypeName + "Message" }

    /// When it is sent.
    var about: String {
        switch self {
        case .progress: "A generation has come further. Sent once, and not tried again."
        case .completed: "A generation has ended with pictures."
        case .failed: "A generation has failed, or was cancelled. Nothing was charged."
        case .batchCompleted: "The last generation of a batch has ended, well or not."
        case .balanceLow: "A charge has taken the balance below where the account wants to be told."
        case .limitNear: "Four fifths of a day's or month's cap are used."
        case .invoiceFinalized: "An invoice, statement or credit note is final."
        }
    }
}
