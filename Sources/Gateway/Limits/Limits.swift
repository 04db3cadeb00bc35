public import Units

/// The most that may be used: of a key, of an account, or of the plan that an account is on. What is
/// nil is not limited here.
public struct Limits: Hashable, Sendable {
    public var requestsPerMinute: Int32?
    /// How many requests may come at once, before the rate is asked for.
    public var requestBurst: Int32?
    public var imagesPerMinute: Int32?
    public var imageBurst: Int32?
    /// Generations that have begun, or wait in the queue, and have not ended.
    public var concurrent: Int32?
    /// What may be spent on one day of UTC,
    public var dayCap: Credits?
    /// and in one month.
    public var monthCap: Credits?
    /// The models that may be used, by their ids.
    public var models: [String]?

    public static let none = Limits()

    public init() {}

    /// One limit: its name is that of its column, of its JSON member, and of the field in a refusal.
    public enum Field: String, CaseIterable, Sendable {
        case requestsPerMinute = "requests_per_minute"
        case requestBurst = "request_burst"
        case imagesPerMinute = "images_per_minute"
        case imageBurst = "image_burst"
        case concurrent
        case dayCap = "day_cap"
        case monthCap = "month_cap"
        case models

        /// What it is counted in.
        public var kind: Kind {
            switch self {
            case .requestsPerMinute, .requestBurst, .imagesPerMinute, .imageBurst, .concurrent:
                .count
            case .dayCap, .monthCap: .credits
            case .models: .models
            }
        }

        /// The rate that a burst is a burst of.
        var rate: Field? {
            switch self {
            case .requestBurst: .requestsPerMinute
            case .imageBurst: .imagesPerMinute
            default: nil
            }
        }
    }

    public enum Kind: Sendable {
        case count, credits, models
    }

    public enum Value: Hashable, Sendable {
        case count(Int)
        case credits(Credits)
        case models([String])
    }

    /// What is to be changed: a limit that is set, or lifted where the value is nil. What is not
    /// named stays as it is.
    public typealias Changes = [Field: Value?]

    /// The largest number of requests, pictures or generations: past it a limit is none.
    public static let countMax = 1_000_000

    /// Models that a limit names, at most: each is looked up.
    public static let modelsMax = 100

    public subscript(field: Field) -> Value? {
        switch field {
        case .requestsPerMinute: requestsPerMinute.map { .count(Int($0)) }
        case .requestBurst: requestBurst.map { .count(Int($0)) }
        case .imagesPerMinute: imagesPerMinute.map { .count(Int($0)) }
        case .imageBurst: imageBurst.map { .count(Int($0)) }
        case .concurrent: concurrent.map { .count(Int($0)) }
        case .dayCap: dayCap.map(Value.credits)
        case .monthCap: monthCap.map(Value.credits)
        case .models: models.map(Value.models)
        }
    }

    /// These limits with `changes`, or the refusal of the first that cannot be. `model` gives the id
    /// of a model under any of its names; nil for what is none.
    ///
    /// A rate that is lifted takes its burst with it.
    public func changed(
        by changes: Changes, model: (String) throws -> String?
    ) throws -> Limits {
        var limits = self
        for field in Field.allCases {
            guard let change = changes[field] else { continue }
            try limits.set(field, to: change, model)
            for burst in Field.allCases
            where change == nil && burst.rate == field && changes[burst] == nil {
                try limits.set(burst, to: nil, model)
            }
        }
        return limits
    }

    /// Refuses a burst without its rate: whoever sets it believes that something is limited.
    public func refuseLoneBursts() throws(Refusal) {
        for field in Field.allCases {
            guard let rate = field.rate, self[field] != nil, self[rate] == nil else { continue }
            throw Refusal(
                .invalidValue, "'\(field.rawValue)' needs '\(rate.rawValue)'.",
                field: field.rawValue)
        }
    }

    private mutating func set(
        _ field: Field, to value: Value?, _ model: (String) throws -> String?
    ) throws {
        switch field {
        case .requestsPerMinute: requestsPerMinute = try Self.count(value, field)
        case .requestBurst: requestBurst = try Self.count(value, field)
        case .imagesPerMinute: imagesPerMinute = try Self.count(value, field)
        case .imageBurst: imageBurst = try Self.count(value, field)
        case .concurrent: concurrent = try Self.count(value, field)
        case .dayCap: dayCap = try Self.cap(value, field)
        case .monthCap: monthCap = try Self.cap(value, field)
        case .models: models = try Self.models(value, model)
        }
    }

    private static func count(_ value: Value?, _ field: Field) throws(Refusal) -> Int32? {
        guard let value else { return nil }
        guard case .count(let count) = value, (1...countMax).contains(count) else {
            throw invalid(field, "a whole number from 1 to \(countMax)")
        }
        return Int32(count)
    }

    private static func cap(_ value: Value?, _ field: Field) throws(Refusal) -> Credits? {
        guard let value else { return nil }
        guard case .credits(let cap) = value, cap >= .zero else {
            throw invalid(
                field, "an amount in USD, not below zero, with up to nine decimals")
        }
        return cap
    }

    private static func models(
        _ value: Value?, _ model: (String) throws -> String?
    ) throws -> [String]? {
        guard let value else { return nil }
        guard case .models(let names) = value, (1...modelsMax).contains(names.count) else {
            throw invalid(.models, "a list of 1 to \(modelsMax) models")
        }
        let ids = try names.map { name in
            guard let id = try model(name) else {
                throw Refusal(
                    .invalidValue, "Invalid 'models': there is no model '\(name.prefix(100))'.",
                    field: Field.models.rawValue)
            }
            return id
        }
        return Set(ids).sorted()
    }

    private static func invalid(_ field: Field, _ expected: String) -> Refusal {
        Refusal(
            .invalidValue, "'\(field.rawValue)' must be \(expected).", field: field.rawValue)
    }
}

extension Limits {
    /// Every limit by its name, null where there is none: in answers, and in the audit log.
    public var members: [(String, JSON)] {
        Field.allCases.map { ($0.rawValue, .optional(self[$0], \.json)) }
    }
}

extension Limits.Value {
    public var json: JSON {
        switch self {
        case .count(let count): .int(count)
        case .credits(let amount): .credits(amount)
        case .models(let ids): .array(ids.map(JSON.string))
        }
    }
}
