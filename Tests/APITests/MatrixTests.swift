import Gateway
import GatewaySupport
import HTTP
import Testing
import Units

@testable import API

/// Every route × every kind of key × another account's ids. A new route is in it by being a route,
/// a new table by being a table.
@Suite struct MatrixTests {
    @Test func nobodyReachesWhatIsAnothersOrWhatTheirKeyIsNotFor() async throws {
        try await Matrix.with { matrix in
            var cells = 0
            cells += try await refusals(matrix)
            cells += try await strangersIDs(matrix)
            cells += try await otherMode(matrix)
            cells += try await ownIDs(matrix)
            cells += try await strangersIdempotencyKeys(matrix)
            print("matrix: \(cells) cells over \(Route.all.count) routes")
        }
    }

    /// Who may not call a route learns that, and nothing happens.
    private func refusals(_ matrix: Matrix) async throws -> Int {
        let everybody = [matrix.ours.account, matrix.theirs.account, matrix.suspended]
        let before = try await matrix.possessions(of: everybody)
        let cells = try await overRoutes { route, operation in
            var cells = 0
            let samples = route.hasNames ? matrix.ours.samples + matrix.theirs.samples : [("", "")]
            let bodies = ["{}"] + (operation.example.json.map { [$0.text] } ?? [])
            for shown in Matrix.Shown.all {
                guard let status = shown.refusal(by: route) else { continue }
                for (kind, id) in samples {
                    for body in route.method == "GET" ? [""] : bodies {
                        let cell = Cell(route, shown, kind)
                        let reply = try await matrix.ask(route, shown, id: id, body: body)
                        #expect(reply.status == status, "\(cell): \(reply.text)")
                        matrix.expectNothing(of: matrix.theirs, in: reply, askedFor: id, cell)
                        matrix.expectNothing(of: matrix.ours, in: reply, askedFor: id, cell)
                        cells += 1
                    }
                }
            }
            return cells
        }
        #expect(try await matrix.possessions(of: everybody) == before)
        return cells
    }

    /// What is another's does not exist, for everybody whose key is good for the route.
    private func strangersIDs(_ matrix: Matrix) async throws -> Int {
        let before = try await matrix.possessions(of: [matrix.theirs.account])
        let cells = try await overRoutes { route, operation in
            var cells = 0
            for shown in Matrix.Shown.all where shown.isGood(for: route) {
                for (kind, id) in matrix.theirs.samples {
                    let cell = Cell(route, shown, kind)
                    let bodies = ["{}", #"{"endpoint_id":"\#(id)"}"#]
                    for body in route.hasNames ? (route.method == "GET" ? [""] : bodies) : [] {
                        let reply = try await matrix.ask(route, shown, id: id, body: body)
                        matrix.expectNothing(of: matrix.theirs, in: reply, askedFor: id, cell)
                        // Some do not know `endpoint_id`, and say so first.
                        let fits = reply.status == 404 || reply.status == 400 && body.count > 2
                        #expect(fits, "\(cell): \(reply.status) \(reply.text)")
                        // Nor can it be told from what never was.
                        let none = "\(ID<Generation>(at: matrix.caller.gateway.time.clock.now))"
                        let unknown = try await matrix.ask(
                            route, shown, id: none, body: body.replacing(id, with: none))
                        #expect(unknown.status == reply.status, "\(cell)")
                        #expect(
                            reply.text.replacing(id, with: "")
                                == unknown.text.replacing(none, with: ""), "\(cell)")
                        cells += 1
                    }
                    for parameter in operation.parameters where parameter.place == .query {
                        let query = "?\(parameter.name)=\(id)"
                        let reply = try await matrix.ask(
                            route, shown, id: id, query: query, body: "{}")
                        matrix.expectNothing(
                            of: matrix.theirs, in: reply, askedFor: id, Cell(route, shown, query))
                        if parameter.name == "id" { #expect(reply.status == 404, "\(cell)") }
                        cells += 1
                    }
                }
                // Lists and sums, asked for as usual, are one's own alone.
                if !route.hasNames, route.method == "GET" {
                    let reply = try await matrix.ask(route, shown, id: "", body: "")
                    matrix.expectNothing(
                        of: matrix.theirs, in: reply, askedFor: "", Cell(route, shown, ""))
                    cells += 1
                }
            }
            return cells
        }
        #expect(try await matrix.possessions(of: [matrix.theirs.account]) == before)
        return cells
    }

    /// A test key sees nothing of live work, though it is its own account's.
    private func otherMode(_ matrix: Matrix) async throws -> Int {
        let before = try await matrix.possessions(of: [matrix.ours.account])
        let work = (matrix.ours.ids["generation.id"] ?? []) + (matrix.ours.ids["batch.id"] ?? [])
        try #require(work.count > 6)
        var cells = 0
        // Endpoints and what they are told are the account's, of both modes.
        for (route, operation) in Self.routes where !route.path.hasPrefix("/v1/webhooks") {
            for id in work {
                for parameter in operation.parameters where parameter.place != .header {
                    let cell = Cell(route, .rehearsing, parameter.name)
                    let query = parameter.place == .query ? "?\(parameter.name)=\(id)" : ""
                    let reply = try await matrix.ask(
                        route, .rehearsing, id: id, query: query, body: "{}")
                    matrix.expectNothing(of: matrix.ours, in: reply, askedFor: id, cell)
                    if route.scope != nil, parameter.place == .path || parameter.name == "id" {
                        #expect(reply.status == 404, "\(cell): \(reply.text)")
                    }
                    cells += 1
                }
            }
        }
        #expect(try await matrix.possessions(of: [matrix.ours.account]) == before)
        return cells
    }

    /// One's own is there: a matrix that refuses everything would prove nothing.
    private func ownIDs(_ matrix: Matrix) async throws -> Int {
        var cells = 0
        for (route, _) in Self.routes
        where route.hasNames && route.scope != nil && route.method == "GET" {
            var found = 0
            for (_, id) in matrix.ours.samples {
                let reply = try await matrix.ask(route, .everything, id: id, body: "")
                #expect([200, 404].contains(reply.status), "\(route.name)")
                if reply.status == 200 { found += 1 }
                cells += 1
            }
            #expect(found > 0, "\(route.name) finds nothing of one's own")
        }
        return cells
    }

    /// A key that another account has used is a new one.
    private func strangersIdempotencyKeys(_ matrix: Matrix) async throws -> Int {
        var cells = 0
        for (route, operation) in Self.routes
        where operation.parameters.contains(where: { $0.name == "Idempotency-Key" }) {
            let reply = try await matrix.ask(
                route, .everything, id: "", body: Matrix.theirBody.replacing("zebra", with: "fox"),
                headers: ["Idempotency-Key": Matrix.theirKey + route.path])
            #expect(reply.headers["Idempotency-Replayed"] == nil, "\(route.name)")
            matrix.expectNothing(
                of: matrix.theirs, in: reply, askedFor: "", Cell(route, .everything, "key"))
            cells += 1
        }
        return cells
    }

    /// Several routes at once, since each mostly waits for the database.
    private func overRoutes(
        _ check: @escaping @Sendable (Route, Operation) async throws -> Int
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for (route, operation) in Self.routes {
                group.addTask { try await check(route, operation) }
            }
            return try await group.reduce(0, +)
        }
    }

    private static let routes = Reference.chapters.flatMap(Reference.entries).map {
        ($0.route, $0.operation)
    }
}

/// Where in the matrix something was found.
private struct Cell: CustomStringConvertible {
    let description: String

    init(_ route: Route, _ shown: Matrix.Shown, _ question: String) {
        description = "\(route.name) × \(shown) × \(question)"
    }
}

extension Route {
    fileprivate var hasNames: Bool { path.contains("{") }

    /// The path with `id` in the place of its names.
    fileprivate func path(with id: String) -> String {
        path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0.hasPrefix("{") ? id : String($0) }.joined(separator: "/")
    }
}

extension Matrix {
    fileprivate func ask(
        _ route: Route, _ shown: Shown, id: String, query: String = "", body: String,
        headers: Headers = [:]
    ) async throws -> Answer {
        var headers = headers
        headers["Authorization"] = keys[shown].map { "Bearer \($0)" }
        if !body.isEmpty { headers["Content-Type"] = "application/json" }
        return try await caller.send(
            route.method, route.path(with: id) + query, headers, body: Array(body.utf8))
    }

    /// Neither an id nor a word of `owner`, but for the one that was asked for; and no fault.
    fileprivate func expectNothing(
        of owner: Owner, in reply: Answer, askedFor id: String, _ cell: Cell
    ) {
        #expect(reply.status < 500, "\(cell): \(reply.text)")
        let text = reply.text
        let isNear = owner.beginnings.contains { text.contains($0) }
        for (kind, ids) in isNear ? owner.ids : [:] {
            for other in ids where other != id {
                #expect(!text.contains(other), "\(cell) tells \(kind): \(text)")
            }
        }
        guard owner.account == theirs.account else { return }
        for word in Self.theirWords { #expect(!text.contains(word), "\(cell): \(text)") }
    }
}
