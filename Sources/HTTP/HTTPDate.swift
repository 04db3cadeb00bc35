public import Units

/// Dates as HTTP writes them (RFC 9110, section 5.6.7): `Sat, 21 Nov 2026 03:54:00 GMT`.
public enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `instant` to the second, rounded down.
    public static func text(_ instant: Timestamp) -> String {
        let date = CivilDate(instant)
        let second = instant.seconds - date.midnight.seconds
        // 1970 began on a Thursday.
        let day = days[Int(((date.daysSince1970 + 4) % 7 + 7) % 7)]
        let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }
        return "\(day), \(padded(date.day, 2)) \(months[Int(date.month) - 1]) "
            + "\(padded(date.year, 4)) \(time.joined(separator: ":")) GMT"
    }

    /// The instant that `text` names in the one form that may be sent today; nil for any other.
    ///
    /// The two forms obsolete since 1999 are not read: a condition with one counts as absent, which
    /// costs its sender a transfer and nothing else.
    public static func read(_ text: String) -> Timestamp? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].utf8.count == 4, parts[5] == "GMT",
            let month = months.firstIndex(where: { $0 == parts[2] })
        else { return nil }
        return Timestamp(
            iso8601: "\(parts[3])-\(padded(Int64(month) + 1, 2))-\(parts[1])T\(parts[4])Z")
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
