import HTTP
import Units

extension Response {
    /// An answer of JSON: a 200 unless it is told otherwise.
    static func json(_ json: JSON, _ status: Status = .ok) -> Response {
        Response(
            status, headers: ["Content-Type": "application/json"], body: .bytes(json.bytes))
    }
}
