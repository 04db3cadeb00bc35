package import Units

/// What a key, or an account in one mode, has used of its limits, as loaded under its row lock.
///
/// Pure, as `Wallet` is: its verbs change this value and nothing else, and its row is made to agree
/// afterwards, in the transaction that moves the money.
package struct Meter: Hashable, Sendable {
    /// Whose meter it is.
    package struct Name: Hashable, Comparable, Sendable {
        package let account: ID<Account>
        /// Nil for the account as a whole.
        package let key: ID<Key>?
        package let mode: Mode

        package init(account: ID<Account>, key: ID<Key>?, mode: Mode) {
            self.account = account
            self.key = key
            self.mode = mode
        }

        /// What the row is called by: the key, or the account itself.
        var subject: ID<Meter> { key?.of(Meter.self) ?? account.of(Meter.self) }

        /// The order in which meters are locked, by everyone.
        package static func < (left: Name, right: Name) -> Bool {
            (left.account, left.subject, left.mode.rawValue)
                < (right.account, right.subject, right.mode.rawValue)
        }
    }

    /// What is asked of limits at once.
    package struct Demand: Sendable {
        let requests: Int64
        let images: Int64
        /// The most it can cost.
        let quote: Credits
        let at: Timestamp

        package init(requests: Int64, images: Int64, quote: Credits, at: Timestamp) {
            self.requests = requests
            self.images = images
            self.quote = quote
            self.at = at
        }
    }

    package let name: Name
    /// Arrival times of `GCRA`.
    private(set) var requestsArrival: Int64
    private(set) var imagesArrival: Int64
    /// Generations that it counts as begun and not ended.
    package private(set) var open: Int32
    /// What generations that began on `day`, and in the month that began on `month`, have captured
    /// and hold.
    private(set) var day: CivilDate
    package private(set) var daySpent: Credits
    private(set) var month: CivilDate
    package private(set) var monthSpent: Credits
    /// Whether the account was told that the day's cap is near, or the month's.
    private(set) var dayTold: Bool
    private(set) var monthTold: Bool

    init(
        name: Name, requestsArrival: Int64, imagesArrival: Int64, open: Int32, day: CivilDate,
        daySpent: Credits, month: CivilDate, monthSpent: Credits, dayTold: Bool = false,
        monthTold: Bool = false
    ) {
        self.name = name
        self.requestsArrival = requestsArrival
        self.imagesArrival = imagesArrival
        self.open = open
        self.day = day
        self.daySpent = daySpent
        self.month = month
        self.monthSpent = monthSpent
        self.dayTold = dayTold
        self.monthTold = monthTold
    }

    /// Of somebody who has used nothing.
    package init(new name: Name, at now: Timestamp) {
        let day = CivilDate(now)
        self.init(
            name: name, requestsArrival: 0, imagesArrival: 0, open: 0, day: day, daySpent: .zero,
            month: day.startOfMonth, monthSpent: .zero)
    }

    /// How limits stand once something was let in.
    package struct Passage: Sendable {
        package var readings: [LimitReading] = []
        /// The caps of which most is used now, and was not before.
        package var nearing: [LimitReading] = []
    }

    /// Lets `demand` in under `limits` and answers how they stand then, or refuses without changing
    /// anything, naming the limit that is passed.
    package mutating func enter(
        _ demand: Demand, under limits: Limits
    ) throws(Refusal) -> Passage {
        var next = self
        next.turn(to: CivilDate(demand.at))
        var passage = Passage()
        if let rate = limits.requests {
            passage.readings.append(
                try next.pass(
                    demand.requests, at: demand.at, \.requestsArrival, rate, .requestsPerMinute))
        }
        if let rate = limits.images {
            passage.readings.append(
                try next.pass(
                    demand.images, at: demand.at, \.imagesArrival, rate, .imagesPerMinute))
        }
        if let most = limits.concurrent {
            passage.readings.append(try next.begin(Int32(demand.requests), atMost: most))
        }
        if let cap = limits.dayCap {
            try next.spend(
                demand, within: cap, .dayCap, spent: next.daySpent, until: next.day.tomorrow,
                told: \.dayTold, &passage)
        }
        if let cap = limits.monthCap {
            try next.spend(
                demand, within: cap, .monthCap, spent: next.monthSpent,
                until: next.month.startOfMonth(plus: 1), told: \.monthTold, &passage)
        }
        // What was asked for just before midnight and is judged after it counts in the day that has
        // begun: counted in neither, it could pass the caps of both.
        next.daySpent += demand.quote
        next.monthSpent += demand.quote
        next.open = open + Int32(demand.requests)
        self = next
        return passage
    }

    /// A generation that it counted has ended: of its hold, taken at `begun`, `released` was given back.
    package mutating func end(releasing released: Credits, begun: Timestamp) {
        open = max(0, open - 1)
        let begun = CivilDate(begun)
        // What is given back of an earlier day changes nothing today, even where it was counted today
        // because it was judged after midnight: a meter may say too much and never too little.
        if begun >= day { daySpent -= released }
        if begun.startOfMonth >= month { monthSpent -= released }
    }

    /// A new day, or month, begins with nothing spent. Another server's clock may be a moment behind.
    mutating func turn(to today: CivilDate) {
        if today > day {
            day = today
            daySpent = .zero
            dayTold = false
        }
        if today.startOfMonth > month {
            month = today.startOfMonth
            monthSpent = .zero
            monthTold = false
        }
    }

    private mutating func pass(
        _ cost: Int64, at now: Timestamp, _ arrival: WritableKeyPath<Meter, Int64>, _ rate: GCRA,
        _ field: Limits.Field
    ) throws(Refusal) -> LimitReading {
        switch rate.verdict(cost: cost, arrivalTime: self[keyPath: arrival], now: now) {
        case .allowed(let next):
            self[keyPath: arrival] = next
            return reading(
                field, most: rate.perMinute, left: rate.remaining(arrivalTime: next, now: now),
                resetsIn: rate.full(arrivalTime: next, now: now))
        case .refused(let wait):
            let reading = reading(
                field, most: rate.perMinute,
                left: rate.remaining(arrivalTime: self[keyPath: arrival], now: now), resetsIn: wait)
            throw reading.refusal(
                "\(owner) may ask for \(rate.perMinute.counted(field.thing)) a minute, "
                    + "\(rate.burst) at once.", retryAfter: wait)
        }
    }

    private func begin(_ more: Int32, atMost most: Int32) throws(Refusal) -> LimitReading {
        guard open + more <= most else {
            let reading = reading(
                .concurrent, most: Int64(most), left: Int64(max(0, most - open)), resetsIn: nil)
            throw reading.refusal(
                "\(owner) may have \(most.counted("generation")) running or waiting at once; "
                    + "it has \(open).",
                // More than the limit at once will never do.
                retryAfter: more <= most ? Self.concurrentWait : nil)
        }
        return reading(
            .concurrent, most: Int64(most), left: Int64(most - open - more), resetsIn: nil)
    }

    /// When somebody at the limit of `concurrent` may ask again: nobody knows when one will end.
    private static let concurrentWait: Duration = .seconds(1)

    private mutating func spend(
        _ demand: Demand, within cap: Credits, _ field: Limits.Field, spent: Credits,
        until end: CivilDate, told: WritableKeyPath<Meter, Bool>, _ passage: inout Passage
    ) throws(Refusal) {
        let wait = max(.zero, end.midnight - demand.at)
        func left(_ left: Credits) -> LimitReading {
            LimitReading(
                limit: field.rawValue, scope: scope, most: .credits(cap),
                left: .credits(max(.zero, left)), resetsIn: wait)
        }
        guard demand.quote <= cap - spent else {
            throw left(cap - spent).refusal(
                "\(owner) may spend $\(cap) a \(field == .dayCap ? "day" : "month") of UTC; "
                    + "$\(spent) is spent or held, and this request can cost up to "
                    + "$\(demand.quote).",
                // More than the cap at once will never do.
                retryAfter: demand.quote <= cap ? wait : nil)
        }
        let rest = cap - spent - demand.quote
        passage.readings.append(left(rest))
        if !self[keyPath: told], rest.nanodollars <= cap.nanodollars / Self.nearShare {
            self[keyPath: told] = true
            passage.nearing.append(left(rest))
        }
    }

    /// Its account is told when no more than this part of a cap is left: a fifth.
    static let nearShare: Int64 = 5

    // MARK: Telling

    private var scope: LimitReading.Scope { name.key == nil ? .account : .key }
    private var owner: String { name.key == nil ? "This account" : "This API key" }

    private func reading(
        _ field: Limits.Field, most: Int64, left: Int64, resetsIn: Duration?
    ) -> LimitReading {
        LimitReading(
            limit: field.rawValue, scope: scope, most: .count(most), left: .count(left),
            resetsIn: resetsIn)
    }
}

extension Limits.Field {
    /// What its rate counts.
    fileprivate var thing: String {
        switch self {
        case .imagesPerMinute, .imageBurst: "image"
        default: "request"
        }
    }
}
