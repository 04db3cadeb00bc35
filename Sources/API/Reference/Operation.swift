import HTTP
import Units

/// What a reader is told of one route: all of it that the table of routes does not say by itself.
struct Operation: Sendable {
    /// The name that generated clients give it.
    var id: String
    let summary: String
    /// What it does, in sentences.
    let details: String
    var parameters: [Parameter] = []
    /// The body by content type, the usual one first; none for a request without.
    var bodies: [(type: String, shape: Shape)] = []
    /// Whether a key that need not be shown changes the answer.
    var readsKey = false
    /// Whether a form with files is the way that most clients send it.
    var formIsUsual = false
    /// Whether the body may be left out.
    var bodyIsOptional = false
    var answers: [Answer]
    /// Reasons to say no, besides those that every route has and those of its key.
    var refusals: [Refusal.Kind] = []
    /// What its example sends.
    var example = Example()

    init(_ id: String, _ summary: String, _ details: String, answers: [Answer]) {
        self.id = id
        self.summary = summary
        self.details = details
        self.answers = answers
    }

    /// Something beside the body.
    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query, header
        }

        let name: String
        let place: Place
        let shape: Shape
        /// In an example's path: a word, or a shell variable that holds one.
        var example = ""
        /// Whether a query or header must be there; what stands in the path always must.
        var isNeeded = false
    }

    /// A way to say yes.
    struct Answer: Sendable {
        let status: Status
        let note: String
        /// By content type; none for an answer without a body.
        var contents: [(type: String, shape: Shape)] = []
        var headers: [(name: String, shape: Shape)] = []
        /// What can be asked next, with a value of this answer.
        var links: [Link] = []
    }

    /// From an answer to a parameter of another operation.
    struct Link: Sendable {
        let name: String
        let operation: String
        let parameter: String
        /// A runtime expression of OpenAPI.
        let value: String
    }

    /// What an example sends, as curl's arguments.
    struct Example: Sendable {
        var query = ""
        var json: JSON?
        /// Parts of a form: `image=@photo.png`.
        var form: [String] = []
        /// What comes back is no text to print.
        var savesTo: String?
        /// A variable that is empty in an account which has nothing of the kind yet.
        var mayFindNothing: String?
    }
}

extension Operation.Answer {
    static func json(_ shape: Shape, _ note: String, status: Status = .ok) -> Self {
        Self(status: status, note: note, contents: [("application/json", shape)])
    }

    func with(_ headers: [(name: String, shape: Shape)]) -> Self {
        var answer = self
        answer.headers += headers
        return answer
    }

    func leading(to links: Operation.Link...) -> Self {
        var answer = self
        answer.links += links
        return answer
    }
}

extension Operation.Parameter {
    static func path(_ name: String, _ shape: Shape, example: String) -> Self {
        Self(name: name, place: .path, shape: shape, example: example)
    }

    static func query(_ name: String, _ shape: Shape) -> Self {
        Self(name: name, place: .query, shape: shape)
    }

    static func header(_ name: String, _ shape: Shape) -> Self {
        Self(name: name, place: .header, shape: shape)
    }

    var isRequired: Bool { place == .path || isNeeded }
}

// Sentences that are put together from these.
extension Operation {
    func taking(_ parameters: Parameter...) -> Operation {
        changed { $0.parameters += parameters }
    }

    /// A body of JSON, with what its example sends.
    func sending(_ shape: Shape, _ example: JSON) -> Operation {
        changed {
            $0.bodies.append(("application/json", shape))
            $0.example.json = example
            $0.refusals += [.malformedBody, .invalidValue, .bodyTooLarge, .bodyTimedOut]
        }
    }

    /// A form with files, as curl's `-F` sends it.
    func sendingForm(_ shape: Shape, _ example: [String]) -> Operation {
        changed {
            $0.bodies.append(("multipart/form-data", shape))
            $0.example.form = example
            $0.refusals += [.malformedBody, .invalidValue, .bodyTooLarge, .bodyTimedOut]
        }
    }

    /// The same body as a form, with what an example sends of it where that is the better one.
    func orForm(_ example: [String] = []) -> Operation {
        changed { operation in
            let form = operation.bodies[0].shape.asForm
            operation.bodies.append(("multipart/form-data", form))
            operation.formIsUsual = !example.isEmpty
            operation.example.form = example
            operation.refusals.append(.unsupportedMediaType)
        }
    }

    func refusing(_ kinds: Refusal.Kind...) -> Operation { changed { $0.refusals += kinds } }

    func refusing(_ kinds: [Refusal.Kind]) -> Operation { changed { $0.refusals += kinds } }

    /// A key may be shown, and changes the answer.
    func readingKey() -> Operation { changed { $0.readsKey = true } }

    func changed(_ change: (inout Operation) -> Void) -> Operation {
        var operation = self
        change(&operation)
        return operation
    }
}
