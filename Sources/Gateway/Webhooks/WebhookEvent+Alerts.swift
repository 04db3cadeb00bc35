import Ledger
import Units

/// What accounts are told before they meet a wall.
extension WebhookEvent {
    /// What a wallet's account is told when a charge or an expiry has taken it from `before` below
    /// its line; nil when it has not.
    static func low(
        _ wallet: Wallet, since before: Credits, at now: Timestamp
    ) -> WebhookEvent? {
        guard let line = wallet.alertBelow, before >= line, wallet.lasting < line else {
            return nil
        }
        return alert(
            .balanceLow, of: wallet.name.account,
            [
                ("mode", .string(wallet.name.mode.rawValue)), ("balance", .credits(wallet.posted)),
                ("held", .credits(wallet.held)), ("credit_limit", .credits(wallet.creditLimit)),
                ("available", .credits(wallet.available)), ("alert_below", .credits(line)),
            ], at: now)
    }

    /// Most of a cap is used.
    static func near(
        _ cap: LimitReading, of key: Key.Standing, at now: Timestamp
    ) -> WebhookEvent {
        alert(
            .limitNear, of: key.account,
            [
                ("limit", .string(cap.limit)), ("scope", .string(cap.scope.rawValue)),
                ("mode", .string(key.mode.rawValue)),
                ("key_id", cap.scope == .key ? .id(key.id) : .null), ("cap", cap.most.json),
                ("left", cap.left.json),
                ("resets_at", .optional(cap.resetsIn.map { now + $0 }, JSON.time)),
            ], at: now)
    }

    private static func alert(
        _ event: Name, of account: ID<Account>, _ data: [(String, JSON)], at now: Timestamp
    ) -> WebhookEvent {
        WebhookEvent(
            account: account, message: ID(at: now), event: event,
            subject: .data(JSON.object(data).text), requestURL: nil, at: now)
    }
}
