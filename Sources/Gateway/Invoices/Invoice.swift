import Postgres
public import Units

/// What an account is billed for a calendar month of UTC, or is given back of it.
///
/// Drafted from daily totals as often as somebody likes; numbered when it is finalized, and fixed from
/// then on: the database refuses every change but that it was paid or withdrawn.
public enum Invoice {
    public enum Kind: String, CaseIterable, Sendable {
        /// Something may be due.
        case invoice
        /// Of an account that pays before it buys: its credits in that month.
        case statement
        /// Takes an invoice back, in whole or part.
        case creditNote = "credit_note"
    }

    public enum State: String, CaseIterable, Sendable {
        case draft, finalized, paid, void
    }

    /// Which one: its number, its id, or the one of an account and month that is not void.
    public enum Reference: Sendable {
        case number(String)
        case id(ID<Invoice>)

        /// Reads `2026-000042` or an id; nil for anything else.
        public init?(_ text: String) {
            if let id = ID<Invoice>(text) {
                self = .id(id)
                return
            }
            let halves = text.split(separator: "-", omittingEmptySubsequences: false)
            let isNumber: (Substring) -> Bool = { half in
                half.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            }
            guard halves.count == 2, halves[0].utf8.count == 4,
                (6...9).contains(halves[1].utf8.count),
                halves.allSatisfy(isNumber)
            else { return nil }
            self = .number(text)
        }

        var text: String {
            switch self {
            case .number(let text): text
            case .id(let id): id.description
            }
        }

        /// What tells it from all others. Numbers are looked up by the year and place they are made of.
        var condition: SQL {
            switch self {
            case .id(let id): "i.id = \(id)"
            case .number(let text):
                """
                i.year = \(Int(text.prefix(4)) ?? 0)
                    and i.sequence = \(Int(text.dropFirst(5)) ?? 0)
                """
            }
        }
    }

    /// `2026-000042`: at least six digits, so that numbers sort as texts for a million a year.
    static func number(_ sequence: Int32, of year: Int64) -> String {
        let digits = String(sequence)
        return "\(year)-" + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
    }
}
