internal import HTTP
internal import Units

/// `job`: work is submitted, asked for until it is done, and its result fetched from where it is.
///
/// The name of a task is what to ask next: an address or an id, after a space the address of the
/// result where that is another one, and after `#` what only the first answer told.
public struct Job: Adapter {
    /// Where a task is asked for.
    enum Place: Sendable {
        /// At an address that the vendor gives, on one of these hosts.
        case address(JSONPath, hosts: [String])
        /// At a path with `{task}` in it, by the id that stands there.
        case id(JSONPath, poll: String)
    }

    enum State: Sendable {
        case pending, done, failed, moderated
    }

    public let name = "job"
    /// With `{model}` in it.
    var path: String
    /// Put around what is asked, as `{"input": …}`.
    var wrapper: String?
    /// What the model is called in the body, where it is not in the path.
    var modelField: String?
    var headers: Headers = [:]
    /// Names by how the model's id begins; the first that fits counts. An empty one fits all.
    var inputs: [(model: String, JobInputs)]

    var place: Place
    /// Where the address of the result stands, if it is fetched from another.
    var resultPlace: JSONPath?
    var status: JSONPath
    /// What the words of `status` mean, in lower case.
    var states: [String: State]
    /// Where pictures stand: the first that leads somewhere counts.
    var results: [JSONPath]
    /// Where a failed task says why.
    var reasons: [JSONPath] = ["error"]
    /// Words of that reason that mean a refusal.
    var refusals: [String] = []
    var percent: JSONPath?
    var seed: JSONPath?
    /// What the vendor charges, and by which power of ten it counts dollars.
    var cost: (JSONPath, exponent: Int)?
    /// Members of the first answer that no later one repeats.
    var keeps: [String] = []
    /// One for each picture: true where it was blackened.
    var blackened: JSONPath?
    var next = Duration.seconds(1)
    var errors: ErrorTable

    public func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call {
        // A colon separates a variant of a model, which is a field of its own at the vendor.
        let parts = ask.model.split(separator: ":", maxSplits: 1).map(String.init)
        let model = parts.first ?? ""
        guard let names = inputs.first(where: { model.hasPrefix($0.model) })?.1 else {
            throw VendorFailure(.modelGone, "no inputs of '\(model)' are known")
        }
        var fields = Fields()
        if let modelField { fields.set(modelField, model) }
        let asked = try names.fields(of: ask, variant: parts.count > 1 ? parts[1] : nil)
        if let wrapper {
            fields.set(wrapper, asked.json)
        } else {
            for (name, value) in asked.members { fields.set(name, value) }
        }
        let place = path.replacing("{model}", with: URLText.path(names.path(of: model, for: ask)))
        var call = Call(
            "POST", try vendor.url(place), headers: headers, body: .json(fields.json),
            timeout: Call.statusTimeout * 2, responseMaxBytes: Call.statusMaxBytes)
        call.headers["Accept"] = "application/json"
        return call
    }

    public func poll(_ task: String, of vendor: Vendor) throws(VendorFailure) -> Call {
        let target = JobTask(task).target
        let url: String
        switch place {
        case .address(_, let hosts):
            guard vendor.mayAsk(target, hosts: hosts) else {
                throw VendorFailure(
                    .malformed, "the task is at an address that is not \(vendor.title)'s",
                    acceptance: .ended)
            }
            url = target
        case .id(_, let poll):
            url = try vendor.url(poll.replacing("{task}", with: URLText.query(target)))
        }
        return Call("GET", url, headers: ["Accept": "application/json"])
    }
}

/// The parts of a task's name.
struct JobTask {
    /// What to ask.
    let target: String
    /// Where the result is, once it is there; nil where it comes with the status, or is asked already.
    let result: String?
    /// What the first answer told.
    let kept: [String: String]

    init(_ name: String) {
        let halves = name.split(separator: "#", maxSplits: 1).map(String.init)
        let places = (halves.first ?? "").split(separator: " ").map(String.init)
        target = places.first ?? ""
        result = places.count > 1 ? places[1] : nil
        var kept: [String: String] = [:]
        for pair in (halves.count > 1 ? halves[1] : "").split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            if sides.count == 2 { kept[String(sides[0])] = String(sides[1]) }
        }
        self.kept = kept
    }

    init(_ target: String, result: String? = nil, kept: [String: String] = [:]) {
        self.target = target
        self.result = result
        self.kept = kept
    }

    var name: String {
        let places = [target, result].compactMap(\.self).joined(separator: " ")
        let pairs = kept.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return pairs.isEmpty ? places : places + "#" + pairs.joined(separator: "&")
    }
}
