public import Gateway
public import HTTP
public import Log
public import Postgres
public import Signing
public import Storage
public import Threads
public import Units

/// The whole public interface as one function from a request to an answer.
public struct Application: Sendable {
    let engine: Engine
    let keys: KeyReader
    let doorkeeper: Doorkeeper
    let jobs: JobReader
    /// Why a webhook may not be sent to an address, if it may not.
    let webhookRefusal: @Sendable (String) -> String?
    let database: CustomerDatabase
    let store: ImageStore
    let inputs: Inputs
    let pool: WorkerPool
    let pepper: Pepper
    /// What URLs in answers begin with, without a slash at the end.
    let publicURL: String
    let crossOrigin: CrossOrigin
    let clock: Clock
    let log: Log
    let gauges: @Sendable () -> [Gauge]
    let counts = RequestCounts()
    /// Whether requests should still be sent here.
    public let readiness = Readiness()
    let popular: PopularModels
    private let routes = RouteTable(Route.all)

    /// One figure that `/metrics` shows for somebody else.
    public struct Gauge: Sendable {
        public let name: String
        public let help: String
        public let value: Int

        public init(name: String, help: String, value: Int) {
            self.name = name
            self.help = help
            self.value = value
        }
    }

    /// `database` is one of the engine's.
    public init(
        engine: Engine, keys: KeyReader, doorkeeper: Doorkeeper, jobs: JobReader,
        webhookRefusal: @escaping @Sendable (String) -> String?, database: Database,
        store: ImageStore, inputs: Inputs, pool: WorkerPool, pepper: Pepper, publicURL: String,
        crossOrigin: CrossOrigin = CrossOrigin(), clock: Clock, log: Log,
        gauges: @escaping @Sendable () -> [Gauge]
    ) {
        self.engine = engine
        self.keys = keys
        self.doorkeeper = doorkeeper
        self.jobs = jobs
        self.webhookRefusal = webhookRefusal
        self.database = CustomerDatabase(database)
        self.store = store
        self.inputs = inputs
        self.pool = pool
        self.pepper = pepper
        self.publicURL = publicURL
        self.crossOrigin = crossOrigin
        self.clock = clock
        self.log = log
        self.gauges = gauges
        popular = PopularModels(database: database)
    }

    /// Answers a request, whatever happens.
    public func respond(to request: Request) async -> Response {
        let started = clock.now
        let id = RequestID.next()
        var request = ContentCoding.decoded(request)
        request.id = id
        var response: Response
        var route = "none"
        switch routes.match(method: request.method, path: request.path) {
        case .route(let found, let parameters):
            route = found.path
            response = await answer(request, by: found, parameters)
            if found.errors == .openAI {
                // What OpenAI's answers carry, good or bad.
                response.headers.add("openai-version", "2020-10-01")
                response.headers.add(
                    "openai-processing-ms", "\((clock.now - started).milliseconds)")
            }
        case .otherMethods(let methods, let errors):
            response =
                crossOrigin.preflight(request, methods)
                ?? .notAllowed(request.method, but: methods, as: errors)
        case .none where request.method == "OPTIONS" && request.path == "*":
            // About the server as a whole (RFC 9110, section 9.3.7): a probe that it is there.
            response = Response(.noContent, headers: ["Allow": "GET, HEAD, POST, OPTIONS"])
        case .none:
            response = .notFound(request)
        }
        response.headers.add("x-request-id", id)
        crossOrigin.permit(&response, to: request)
        counts.count(response.status)
        log(
            .info, "request served",
            [
                "request": id, "method": request.method, "route": route,
                "status": response.status.rawValue, "micros": (clock.now - started).microseconds,
            ])
        return response
    }

    private func answer(
        _ request: Request, by route: Route, _ parameters: PathParameters
    ) async -> Response {
        do {
            let response = try await route.answer(self, request, parameters)
            return response.telling(reads(by: request, of: route), in: route.errors, at: clock.now)
        } catch let replayed as ReplayedRefusal {
            return Response.refusing(replayed.refusal, as: route.errors).replayed()
        } catch {
            let refusal = refusal(for: error, request: request.id)
            counts.count(refusal)
            return .refusing(refusal, as: route.errors, at: clock.now)
        }
    }

    /// The refusal behind an error; a fault is logged here, once, and told without its details.
    func refusal(for error: any Error, request id: String) -> Refusal {
        switch error {
        case let refusal as Refusal: return refusal
        case let failure as BodyFailure: return Self.refusal(for: failure)
        case let failure as DatabaseFailure:
            if case .unavailable(let wait) = failure { return Self.unavailable(after: wait) }
            if case .uncertain = failure {
                // Of an admission: should it have gone through, it is released unused.
                return Self.unavailable(after: .seconds(1))
            }
            if case .overloaded(let wait) = failure {
                return Refusal(
                    .overloaded, "The server is overloaded. Try again shortly.", retryAfter: wait)
            }
            log(.error, "database fault", ["request": id, "error": "\(failure)"])
            return Self.unavailable(after: .seconds(1))
        case is WorkerPool.PoolFull:
            return Refusal(
                .overloaded, "The server is overloaded. Try again shortly.", retryAfter: .seconds(1)
            )
        default:
            log(.error, "fault", ["request": id, "error": "\(error)"])
            return Refusal(
                .interrupted,
                "Something went wrong on our side. GET /v1/generations says what was made.")
        }
    }

    private static func unavailable(after wait: Duration) -> Refusal {
        Refusal(
            .unavailable, "The service is unavailable for a moment. Nothing was charged.",
            retryAfter: wait)
    }

    private static func refusal(for failure: BodyFailure) -> Refusal {
        switch failure {
        case .tooLarge(let limitBytes):
            Refusal(.bodyTooLarge, "The body is larger than \(limitBytes) bytes.")
        case .malformed(let reason): Refusal(.malformedBody, "The body is malformed: \(reason).")
        case .unsupportedCoding(let name):
            Refusal(
                .unsupportedMediaType,
                "The body's 'Content-Encoding: \(name)' is not read here. Accepted: "
                    + "\(ContentCoding.accepted).", field: ContentCoding.field)
        case .timedOut: Refusal(.bodyTimedOut, "The body did not arrive in time.")
        case .disconnected: Refusal(.malformedBody, "The connection ended within the body.")
        }
    }

    /// The answer to errors that the server raises by itself, before a request can be read.
    public static func problem(_ status: Status, _ reason: String, _ path: String?) -> Response {
        let isOurs = status.rawValue >= 500
        let shape = RouteTable.errors(ofUnknown: path ?? "")
        if status == .contentTooLarge {
            // Declared as too large for any path: nothing of it was read.
            let refusal = Refusal(
                .bodyTooLarge,
                "The body is too large: at most \(formBytesMax) bytes of a form are accepted, "
                    + "\(spooledJSONBytesMax) of JSON.")
            var response = Response.refusing(refusal, as: shape)
            response.headers.add("x-request-id", RequestID.next())
            return response
        }
        let words = ErrorWords(
            status: status,
            type: isOurs ? "service_unavailable_error" : "invalid_request_error", code: nil)
        let retryAfter: Duration? = status == .serviceUnavailable ? .seconds(1) : nil
        var response = Response.refusing(
            Refusal(isOurs ? .unavailable : .malformedBody, reason, retryAfter: retryAfter),
            in: words, as: shape)
        response.headers.add("x-request-id", RequestID.next())
        return response
    }
}

/// `req_` and 22 characters that nobody else is given.
enum RequestID {
    static func next() -> String {
        var generator = SystemRandomNumberGenerator()
        return "req_" + Base62.text(of: generator.next()) + Base62.text(of: generator.next())
    }
}
