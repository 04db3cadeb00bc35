/// An instant in UTC, to the microsecond, as PostgreSQL's `timestamptz` keeps it.
public struct Timestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let microseconds: Int64

    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    public init(seconds: Int64) {
        self.init(microseconds: seconds * 1_000_000)
    }

    /// Whole seconds since 1970, rounded down.
    public var seconds: Int64 { microseconds.flooredDivision(by: 1_000_000) }

    /// Whole milliseconds since 1970, rounded down.
    public var milliseconds: Int64 { microseconds.flooredDivision(by: 1000) }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    public static func + (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: instant.microseconds + duration.microseconds)
    }

    public static func - (instant: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(microseconds: instant.microseconds - duration.microseconds)
    }

    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }
}

extension Duration {
    /// Whole microseconds, rounded towards zero.
    public var microseconds: Int64 {
        components.seconds * 1_000_000 + components.attoseconds / 1_000_000_000_000
    }

    /// Whole milliseconds, rounded towards zero.
    public var milliseconds: Int64 { microseconds / 1000 }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        self / divisor - (self % divisor < 0 ? 1 : 0)
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC with milliseconds: `2026-11-21T01:00:00.000Z`.
    public var description: String {
        let date = CivilDate(daysSince1970: seconds.flooredDivision(by: 86_400))
        let second = seconds - seconds.flooredDivision(by: 86_400) * 86_400
        let millisecond = milliseconds - seconds * 1000
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return "\(date)T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2))"
            + ":\(padded(second % 60, 2)).\(padded(millisecond, 3))Z"
    }

    /// Reads `2026-11-21`, `2026-11-21T01:00Z` or `2026-11-21T01:00:00[.ffffff]Z`; nil for
    /// anything else. UTC only: an offset other than `Z` is refused rather than guessed.
    public init?(iso8601 text: some StringProtocol) {
        let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        guard let day = halves.first.flatMap({ CivilDate($0) }) else { return nil }
        let midnight = day.daysSince1970 * 86_400_000_000
        guard halves.count == 2 else {
            self.init(microseconds: midnight)
            return
        }
        guard let time = Self.timeOfDay(halves[1]) else { return nil }
        self.init(microseconds: midnight + time)
    }

    /// Microseconds since midnight of `hh:mm[:ss[.ffffff]]Z`.
    private static func timeOfDay(_ text: some StringProtocol) -> Int64? {
        guard text.hasSuffix("Z") else { return nil }
        let fields = text.dropLast().split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 2 || fields.count == 3 else { return nil }
        guard let hour = decimal(fields[0], width: 2), hour < 24,
            let minute = decimal(fields[1], width: 2), minute < 60
        else { return nil }
        var microseconds = (hour * 3600 + minute * 60) * 1_000_000
        if fields.count == 3 {
            let parts = fields[2].split(separator: ".", omittingEmptySubsequences: false)
            guard let second = decimal(parts[0], width: 2), second < 60, parts.count <= 2 else {
                return nil
            }
            microseconds += second * 1_000_000
            if parts.count == 2 {
                let digits = String(parts[1])
                guard (1...6).contains(digits.utf8.count) else { return nil }
                let padded = digits + String(repeating: "0", count: 6 - digits.utf8.count)
                guard let fraction = decimal(padded[...], width: 6) else { return nil }
                microseconds += fraction
            }
        }
        return microseconds
    }

    fileprivate static func decimal(_ text: some StringProtocol, width: Int) -> Int64? {
        guard text.utf8.count == width,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(text)
    }
}

/// A day of the proleptic Gregorian calendar, without a time zone.
public struct CivilDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let year: Int64
    /// 1 to 12.
    public let month: Int64
    /// 1 to 31.
    public let day: Int64

    /// The day that is `days` after 1970-01-01.
    ///
    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
    public init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Reads `2026-11-21`; nil for anything else, or for a day that does not exist.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, let year = Timestamp.decimal(parts[0], width: 4),
            let month = Timestamp.decimal(parts[1], width: 2), (1...12).contains(month),
            let day = Timestamp.decimal(parts[2], width: 2), (1...31).contains(day)
        else { return nil }
        self.init(year: year, month: month, day: day)
        // 30 February would come back as 2 March: a day that exists survives the round trip.
        guard CivilDate(daysSince1970: daysSince1970) == self else { return nil }
    }

    private init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day on which `instant` falls in UTC.
    public init(_ instant: Timestamp) {
        self.init(daysSince1970: instant.seconds.flooredDivision(by: 86_400))
    }

    /// The first day of this day's month.
    public var startOfMonth: CivilDate { CivilDate(year: year, month: month, day: 1) }

    /// The first day of the month `months` after this day's month.
    public func startOfMonth(plus months: Int64) -> CivilDate {
        let count = year * 12 + month - 1 + months
        let year = count.flooredDivision(by: 12)
        return CivilDate(year: year, month: count - year * 12 + 1, day: 1)
    }

    /// The day after.
    public var tomorrow: CivilDate { CivilDate(daysSince1970: daysSince1970 + 1) }

    /// Midnight UTC at its start.
    public var midnight: Timestamp { Timestamp(seconds: daysSince1970 * 86_400) }

    /// Days after 1970-01-01. Source: as above, `days_from_civil`.
    public var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredDivision(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    public static func < (left: CivilDate, right: CivilDate) -> Bool {
        left.daysSince1970 < right.daysSince1970
    }

    public var description: String {
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
        }
        return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
    }
}
