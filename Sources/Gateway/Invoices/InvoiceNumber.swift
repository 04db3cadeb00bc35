import Postgres
import Units

/// Numbers of invoices: one row a year, which whoever takes one holds until it has committed.
///
/// A sequence of the database would leave a gap at every crash. Here a number that was taken and not
/// committed was never taken, and the next to come gets it.
struct InvoiceNumbers {
    let year: Int64
    private(set) var next: Int32
    private let first: Int32

    /// Waits until nobody else is taking numbers of the year of `now`.
    static func lock(
        at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> InvoiceNumbers {
        let year = CivilDate(now).year
        try transaction.execute(
            """
            insert into invoice_number (year, next) values (\(Int32(year)), 1)
            on conflict do nothing
            """)
        let next: Int32? = try transaction.first(
            "select next from invoice_number where year = \(Int32(year)) for update"
        ) { try $0.next() }
        return InvoiceNumbers(year: year, next: next ?? 1, first: next ?? 1)
    }

    private init(year: Int64, next: Int32, first: Int32) {
        self.year = year
        self.next = next
        self.first = first
    }

    /// The next number's place in its year.
    mutating func take() -> Int32 {
        defer { next += 1 }
        return next
    }

    /// Writes down how far they have been taken. Queued.
    func keep(in transaction: borrowing Transaction) throws {
        guard next > first else { return }
        try transaction.send(
            "update invoice_number set next = \(next) where year = \(Int32(year))")
    }
}
