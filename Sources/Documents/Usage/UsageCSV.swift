import Units

/// Usage as a table, a row a generation, with exact amounts.
public enum UsageCSV {
    static let columns = [
        "at", "account", "account_name", "key", "key_name", "model", "provider", "images", "unit",
        "quantity", "price_version", "list_unit_price", "cost", "provider_cost", "currency",
        "generation", "mode", "state",
    ]

    public static func appendHead(to bytes: inout [UInt8]) {
        CSV.append(head: columns, to: &bytes)
    }

    public static func append(_ row: UsageRow, to bytes: inout [UInt8]) {
        CSV.append(
            [
                .plain(row.at.description), .plain(row.account.description),
                .text(row.accountName), .plain(row.key.description), .text(row.keyName),
                .text(row.model), .text(row.provider), .plain(String(row.images)),
                .plain(row.unit.rawValue), .plain(row.quantity.decimal),
                .plain(String(row.priceVersion)), money(row.listUnitPrice), money(row.cost),
                money(row.providerCost), .plain("USD"), .plain(row.generation.description),
                .plain(row.mode.rawValue), .plain(row.state),
            ], to: &bytes)
    }

    private static func money(_ amount: Credits?) -> CSV.Field {
        amount.map { .plain($0.dollars) } ?? .none
    }
}

/// Usage as JSON lines: an object a generation, with exact amounts.
public enum UsageJSONLines {
    public static func append(_ row: UsageRow, to bytes: inout [UInt8]) {
        value(of: row).write(into: &bytes)
        bytes.append(UInt8(ascii: "\n"))
    }

    static func value(of row: UsageRow) -> JSON {
        .object([
            ("at", .time(row.at)), ("account", .id(row.account)),
            ("account_name", .string(row.accountName)), ("key", .id(row.key)),
            ("key_name", .string(row.keyName)), ("model", .string(row.model)),
            ("provider", .string(row.provider)), ("images", .int(row.images)),
            ("unit", .string(row.unit.rawValue)), ("quantity", .number(row.quantity.decimal)),
            ("price_version", .int(row.priceVersion)),
            ("list_unit_price", .optional(row.listUnitPrice, JSON.credits)),
            ("cost", .credits(row.cost)),
            ("provider_cost", .optional(row.providerCost, JSON.credits)),
            ("currency", .string("USD")), ("generation", .id(row.generation)),
            ("mode", .string(row.mode.rawValue)), ("state", .string(row.state)),
        ])
    }
}
