import Units

extension Shape {
    /// A value of this shape as an answer could have it. `name` is that of the member in which it stands.
    func example(as name: String = "") -> JSON {
        if isNullable, Self.usuallyNull.contains(name) { return .null }
        switch kind {
        case .text: return .string(textExample(name))
        case .integer: return .int(Self.integers[name].map { within($0) } ?? least ?? 1)
        case .number: return .number(Self.numbers[name] ?? "0.04")
        case .boolean: return .bool(!Self.usuallyFalse.contains(name))
        case .anything: return .object([])
        case .bytes: return .string("…")
        case .json(let shape): return .string(shape.example().text)
        case .object(let members, _):
            return .object(
                members.filter(\.isRequired).map { ($0.name, $0.shape.example(as: $0.name)) })
        case .map(let value): return .object([("order", value.example(as: name))])
        case .list(let item): return .array([item.example(as: name)])
        case .either(let shapes): return shapes.first?.example(as: name) ?? .null
        case .named(let other):
            let shape = Self.components.first { $0.name == other }?.shape
            return shape?.example(as: name) ?? .null
        }
    }

    /// `number`, or the nearest that its bounds allow.
    private func within(_ number: Int) -> Int { min(most ?? .max, max(least ?? .min, number)) }

    private func textExample(_ name: String) -> String {
        if let text = Self.texts[name], words.isEmpty || words.contains(text) { return text }
        if let word = words.first { return word }
        switch format {
        case "uuid": return "01a2310e-6b7c-7d3e-8f41-5a6b7c8d9e0f"
        case "date": return "2026-12-01"
        case "date-time": return "2026-12-01T09:30:00.000Z"
        case "uri": return "https://api.example/i/DPfTnDm8d7jLPmXq8xB4vS26.webp"
        default: return pattern?.hasSuffix(#"\.[0-9]{4}$"#) == true ? "25.0000" : "words"
        }
    }

    /// What there is nothing of in the usual case.
    private static let usuallyNull: Set<String> = [
        "error", "next_cursor", "nextCursor", "corrects", "disabled_reason", "failing_since",
        "revoked_at", "previous_hint", "previous_until", "previous_secret", "next", "next_expiry",
        "cost_details", "batchId", "batch_id", "provider_tag", "variant", "user_id", "credits",
    ]

    private static let usuallyFalse: Set<String> = [
        "has_more", "hasMore", "expired", "is_byok", "is_free_tier", "cancelled", "estimate",
    ]

    private static let texts: [String: String] = [
        "model": "test/test", "prompt": "a lighthouse at dusk", "mode": "live",
        "status": "completed", "state": "completed", "event": "generation.completed",
        "b64_json": "iVBORw0KGgo=", "size": "1024x1024", "quality": "medium",
        "output_format": "png", "media_type": "image/png", "object": "model",
        "owned_by": "test", "name": "renders", "description": "Renders of the night",
        "message": "'size' must be 'auto' or WIDTHxHEIGHT, such as '1024x1024'.",
        "dialect": "openai", "hint": "atl_live_DPfT…vS26", "provider": "test", "currency": "USD",
        "secret": "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "number": "2026-000042",
        "month": "2026-11", "issued": "2026-12-03", "due_on": "2026-12-17",
        "release_date": "2026-11-21", "statusUrl": "/v1/jobs/01a2310e-6b7c-7d3e-8f41-5a6b7c8d9e0f",
        "openapi": "3.1.0", "label": "renders", "currency_code": "USD", "scope": "key",
        "limit": "month_cap", "group_by": "day", "key_name": "renders",
    ]

    private static let integers: [String: Int] = [
        "created": 1_796_117_400, "created_at": 1_796_117_400, "completed": 1_796_117_404,
        "width": 1024, "height": 1024, "progress": 100, "status": 200, "n": 1, "total": 2,
        "latency": 4210, "generation_time_ms": 4210, "generation_time": 4210,
        "provider_us": 3_900_000, "store_us": 12_000, "total_us": 4_210_000, "queue_us": 0,
        "price_version": 3, "byteSize": 183_204, "requests": 42, "credits": 250_000,
    ]

    private static let numbers: [String: String] = [
        "balance": "24.96", "available": "24.96", "posted": "24.96", "held": "0.00",
        "credit_limit": "0", "released": "0", "total_credits": "25.00", "limit": "100.00",
        "limit_remaining": "60.00", "cap": "100.00", "left": "19.50", "alert_below": "25.00",
        "missing": "0", "net": "120.00", "tax": "22.80", "gross": "142.80", "due": "142.80",
    ]
}
