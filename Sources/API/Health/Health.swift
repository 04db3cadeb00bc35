import Storage
import Log
import Threads
import Gateway
import HTTP
import Postgres
import Synchronization
import Units

extension Application {
    /// `GET /healthz`: the process lives.
    func healthz() -> Response {
        .json(.object([("status", .string("ok"))]))
    }

    /// `GET /readyz`: the database answers, and the store can be written and has room; 503 when not,
    /// and once the process has been asked to stop.
    func readyz() async throws -> Response {
        let database = await works {
            try await self.database.check()
        }
        let store = await works { try await self.store.check() }
        let room = await engine.room.isOpen()
        let isLeaving = readiness.isLeaving
        let isReady = database && store && room && !isLeaving
        let body: JSON = .object([
            ("status", .string(isReady ? "ready" : isLeaving ? "leaving" : "unavailable")),
            ("database", .bool(database)), ("store", .bool(store)), ("store_room", .bool(room)),
        ])
        var response = Response.json(body)
        if !isReady {
            response.status = .serviceUnavailable
            response.headers["Retry-After"] = "1"
        }
        return response
    }

    private func works(_ check: () async throws -> Void) async -> Bool {
        do {
            try await check()
            return true
        } catch {
            log(.warning, "not ready", ["error": "\(error)"])
            return false
        }
    }

    /// `GET /metrics`, in Prometheus' text format 0.0.4.
    func metrics() -> Response {
        var text = ""
        func add(_ name: String, _ kind: String, _ help: String, _ lines: [(String, Int)]) {
            text += "# HELP atelier_\(name) \(help)\n# TYPE atelier_\(name) \(kind)\n"
            for (labels, value) in lines { text += "atelier_\(name)\(labels) \(value)\n" }
        }
        add(
            "responses_total", "counter", "Answers by class of status.",
            counts.byClass.map { ("{class=\"\($0)xx\"}", $1) })
        add(
            "limited_total", "counter", "Requests refused with 429, by the limit in the way.",
            counts.byLimit.map { ("{limit=\"\($0)\"}", $1) })
        add(
            "shed_total", "counter", "Requests refused with 503, because too many wait already.",
            [("", counts.shed)])
        add(
            "batch_waiting", "gauge", "Requests that wait for a transaction.",
            [
                ("", engine.waiting)
            ])
        add(
            "pool_waiting", "gauge", "Pictures that wait to be drawn or coded.",
            [
                ("", pool.waiting)
            ])
        for (name, value) in engine.figures.counts {
            add(
                "\(name)_total", "counter", "Since start, of generations that ended well.",
                [
                    ("", value)
                ])
        }
        add(
            "provider_alarms_total", "counter",
            "Since start, of providers that refused our credential, our account or a model.",
            [("", engine.figures.providerAlarms)])
        add(
            "usage_unreported_total", "counter",
            "Since start, of generations whose vendor bills tokens and reported none that can be "
                + "true; the estimate was charged.", [("", engine.figures.generationsWithoutUsage)])
        add(
            "endpoints_left_alone", "gauge", "Endpoints that fail and are only probed.",
            [("", engine.endpointsLeftAlone)])
        add(
            "store_room", "gauge",
            "1 while pictures can be kept; 0 while nothing is bought, since they could not.",
            [("", engine.room.wasOpen ? 1 : 0)])
        for gauge in gauges() { add(gauge.name, "gauge", gauge.help, [("", gauge.value)]) }
        return Response(
            .ok, headers: ["Content-Type": "text/plain; version=0.0.4; charset=utf-8"],
            body: .bytes(Array(text.utf8)))
    }
}

/// Answers given, by the first digit of their status.
final class RequestCounts: Sendable {
    private let two = Atomic<Int>(0)
    private let three = Atomic<Int>(0)
    private let four = Atomic<Int>(0)
    private let five = Atomic<Int>(0)
    private let overloaded = Atomic<Int>(0)
    private let limited = Lock<[String: Int]>([:])

    /// Counts why somebody was sent away, where it was for what there is too much of.
    func count(_ refusal: Refusal) {
        switch refusal.kind {
        case .overloaded: overloaded.add(1, ordering: .relaxed)
        case .rateLimited:
            guard let limit = refusal.limit?.limit else { return }
            limited.withLock { $0[limit, default: 0] += 1 }
        default: return
        }
    }

    /// Requests sent away because too many waited.
    var shed: Int { overloaded.load(ordering: .relaxed) }

    /// Requests sent away by a limit, by its name.
    var byLimit: [(String, Int)] { limited.withLock { $0.sorted { $0.key < $1.key } } }

    func count(_ status: Status) {
        switch status.rawValue / 100 {
        case 2: two.add(1, ordering: .relaxed)
        case 3: three.add(1, ordering: .relaxed)
        case 4: four.add(1, ordering: .relaxed)
        default: five.add(1, ordering: .relaxed)
        }
    }

    var byClass: [(Int, Int)] {
        [
            (2, two.load(ordering: .relaxed)), (3, three.load(ordering: .relaxed)),
            (4, four.load(ordering: .relaxed)), (5, five.load(ordering: .relaxed)),
        ]
    }
}
