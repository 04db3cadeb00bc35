import Gateway
import HTTP
import Units

extension Application {
    /// `POST /operations/get-popular-models`, dialect (a): the ten most used models of a week.
    func popularModels() async throws -> Response {
        let ranked = try await popular.ranking(at: clock.now).enumerated().map {
            rank, line -> JSON in
            let model = engine.model(named: line.model)
            return JSON.object([
                ("id", .string(model?.slug ?? line.model)),
                ("name", .string(model?.name ?? line.model)),
                ("requests", .int(line.requests)), ("rank", .int(rank + 1)),
            ])
        }
        return .json(.object([("json", .array(ranked))]))
    }
}
