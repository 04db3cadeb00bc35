import Postgres
import Units

/// Limits as `api_key`, `account` and `plan` keep them: the same columns in all three.
extension Limits {
    /// The columns, as they are read and inserted.
    static let columns: SQL =
        """
        requests_per_minute, request_burst, images_per_minute, image_burst, concurrent, day_cap,
        month_cap, models
        """

    /// Reads `columns`, in their order, from where `row` stands.
    init(_ row: inout RowReader) throws {
        self.init()
        requestsPerMinute = try row.next()
        requestBurst = try row.next()
        imagesPerMinute = try row.next()
        imageBurst = try row.next()
        concurrent = try row.next()
        dayCap = try row.next()
        monthCap = try row.next()
        models = try row.next()
    }

    /// The values of `columns`, for an insert.
    var values: SQL {
        """
        \(requestsPerMinute), \(requestBurst), \(imagesPerMinute), \(imageBurst), \(concurrent), \
        \(dayCap), \(monthCap), \(models)
        """
    }

    /// What an update of one of the tables sets.
    var assignments: SQL {
        "(" + Self.columns + ") = (" + values + ")"
    }

    /// These limits with `changes`, or the refusal of the first that cannot be. A model may be
    /// disabled at the moment.
    func changed(by changes: Changes, in transaction: borrowing Transaction) throws -> Limits {
        try changed(by: changes) { name in
            try transaction.first(
                "select model from model_name where name = \(name.lowercased())"
            ) { row -> String in try row.next() }
        }
    }
}
