import Gateway
import HTTP
import Units

extension Application {
    /// `POST /operations/get-popular-models`, dialect (a): the ten most used models of a week.
    func popularModels() async throws -> Response {
        let names = Dictionary(
            engine.models.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let ranked = try await popular.ranking(at: clock.now).enumerated().map { rank, line in
            JSON.object([
                ("id", .string(line.model)), ("name", .string(names[line.model] ?? line.model)),
                ("requests", .int(line.requests)), ("rank", .int(rank + 1)),
            ])
        }
        return .json(.object([("json", .array(ranked))]))
    }
}
