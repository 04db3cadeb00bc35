import Gateway
import HTTP
import Units

/// One thing that can be asked for.
struct Route: Sendable {
    let method: String
    /// The path, where `{name}` stands for one part of it, and a last `{name...}` for all parts
    /// that are left.
    let path: String
    /// How its errors are told.
    let errors: ErrorShape
    /// What a key must be allowed to do; nil for what needs no key.
    let scope: Key.Scope?
    let answer: @Sendable (Application, Request, PathParameters) async throws -> Response

    /// Every route. A new endpoint is a file beside these and a line here.
    static let all: [Route] = [
        Route("POST", "/v1/openai/images/generations", .imageRouter, .generate) {
            try await $0.imageRouterGeneration($1)
        },
        Route("POST", "/v1/images/generations", .openAI, .generate) {
            try await $0.openAIGeneration($1)
        },
        Route("POST", "/v1/openai/images/edits", .imageRouter, .generate) {
            try await $0.imageRouterGeneration($1)
        },
        Route("POST", "/v1/images/edits", .openAI, .generate) { try await $0.openAIEdit($1) },
        Route("POST", "/v1/images/variations", .openAI, .generate) {
            try await $0.openAIVariation($1)
        },
        // An OpenAI client whose base URL is ImaRouter's path.
        Route("POST", "/v1/image/generate/images/generations", .openAI, .generate) {
            try await $0.openAIGeneration($1)
        },
        Route("POST", "/v1/image/generate/images/edits", .openAI, .generate) {
            try await $0.openAIEdit($1)
        },
        Route("POST", "/v1/image/generate/images/variations", .openAI, .generate) {
            try await $0.openAIVariation($1)
        },
        Route("POST", "/v1/image/generate", .imaRouter, .generate) {
            try await $0.imaRouterGeneration($1)
        },
        Route("POST", "/v1/image/estimate", .imaRouter, .generate) { try await $0.estimate($1) },
        Route("POST", "/v1/image/generate/async", .imaRouter, .generate) {
            try await $0.imaRouterAsync($1)
        },
        Route("POST", "/v1/image/generate/batch", .imaRouter, .generate) {
            try await $0.imaRouterAsync($1)
        },
        Route("POST", "/v1/image/batch", .imaRouter, .generate) {
            try await $0.imaRouterAsync($1)
        },
        Route("GET", "/v1/jobs/{id}", .imaRouter, .read) { try await $0.job($1, $2) },
        Route("DELETE", "/v1/jobs/{id}", .imaRouter, .generate) {
            try await $0.cancelJob($1, $2)
        },
        Route("GET", "/v1/batches/{id}", .imaRouter, .read) { try await $0.batch($1, $2) },
        Route("DELETE", "/v1/batches/{id}", .imaRouter, .generate) {
            try await $0.cancelJob($1, $2)
        },
        Route("POST", "/v2/images/generate", .jobs, .generate) { try await $0.v2Generate($1) },
        Route("GET", "/v2/jobs", .jobs, .read) { try await $0.v2Jobs($1) },
        Route("GET", "/v2/jobs/{id}", .jobs, .read) { try await $0.v2Job($1, $2) },
        Route("POST", "/v2/uploads", .jobs, .generate) { try await $0.v2Upload($1) },
        Route("GET", "/v2/me", .jobs, .read) { try await $0.v2Me($1) },
        Route("GET", "/v2/models", .jobs, nil) { try await $0.v2Models($1) },
        // The models' lists of dialects (a) and (b).
        Route("GET", "/v1/models", .openAI, nil) { try await $0.models($1) },
        Route("GET", "/v1/models/{id...}", .openAI, nil) { try await $0.model($1, $2) },
        Route("GET", "/v1/openai/models", .openAI, nil) { try await $0.openAIModels($1) },
        Route("GET", "/v1/openai/models/{id...}", .openAI, nil) {
            try await $0.openAIModel($1, $2)
        },
        Route("GET", "/v1/imagerouter/models", .imageRouter, nil) {
            try $0.imageRouterModels($1)
        },
        Route("GET", "/v1/imagerouter/models/{id...}", .imageRouter, nil) {
            $0.imageRouterModel($2)
        },
        Route("POST", "/operations/get-popular-models", .imageRouter, nil) { app, _ in
            try await app.popularModels()
        },
        Route("GET", "/v1/credits", .imageRouter, .read) {
            try await $0.imageRouterCredits($1)
        },
        Route("POST", "/v1/auth/test", .imageRouter, .read) {
            try await $0.imageRouterAuthTest($1)
        },
        Route("POST", "/api/v1/images", .openRouter, .generate) {
            try await $0.openRouterImages($1)
        },
        Route("POST", "/api/v1/images/generations", .openRouter, .generate) {
            try await $0.openRouterImages($1)
        },
        Route("GET", "/api/v1/images/models", .openRouter, nil) { app, _ in
            app.openRouterImageModels()
        },
        Route("GET", "/api/v1/images/models/{author}/{slug}/endpoints", .openRouter, nil) {
            try $0.openRouterEndpoints($2)
        },
        Route("GET", "/api/v1/models", .openRouter, nil) { try $0.openRouterModels($1) },
        Route("GET", "/api/v1/key", .openRouter, .read) { try await $0.openRouterKey($1) },
        Route("GET", "/api/v1/auth/key", .openRouter, .read) { try await $0.openRouterKey($1) },
        Route("GET", "/api/v1/credits", .openRouter, .read) {
            try await $0.openRouterCredits($1)
        },
        Route("GET", "/api/v1/generation", .openRouter, .read) {
            try await $0.openRouterGeneration($1)
        },
        Route("GET", "/v1/webhooks", .problem, .read) { try await $0.webhooks($1) },
        Route("POST", "/v1/webhooks", .problem, .adminKeys) { try await $0.createWebhook($1) },
        Route("GET", "/v1/webhooks/secret", .problem, .adminKeys) {
            try await $0.webhookSecret($1)
        },
        Route("POST", "/v1/webhooks/secret/rotate", .problem, .adminKeys) {
            try await $0.rotateWebhookSecret($1)
        },
        Route("GET", "/v1/webhooks/deliveries", .problem, .read) {
            try await $0.webhookDeliveries($1)
        },
        Route("GET", "/v1/webhooks/deliveries/{id}", .problem, .read) {
            try await $0.webhookDelivery($1, $2)
        },
        Route("POST", "/v1/webhooks/deliveries/{id}/replay", .problem, .adminKeys) {
            try await $0.replayWebhook($1, $2)
        },
        Route("GET", "/v1/webhooks/{id}", .problem, .read) { try await $0.webhook($1, $2) },
        Route("PATCH", "/v1/webhooks/{id}", .problem, .adminKeys) {
            try await $0.changeWebhook($1, $2)
        },
        Route("DELETE", "/v1/webhooks/{id}", .problem, .adminKeys) {
            try await $0.deleteWebhook($1, $2)
        },
        Route("GET", "/v1/webhooks/{id}/secret", .problem, .adminKeys) {
            try await $0.endpointSecret($1, $2)
        },
        Route("POST", "/v1/webhooks/{id}/secret/rotate", .problem, .adminKeys) {
            try await $0.rotateEndpointSecret($1, $2)
        },
        Route("GET", "/v1/keys", .problem, .adminKeys) { try await $0.listKeys($1) },
        Route("POST", "/v1/keys", .problem, .adminKeys) { try await $0.issueKey($1) },
        Route("GET", "/v1/keys/{id}", .problem, .adminKeys) { try await $0.key($1, $2) },
        Route("PATCH", "/v1/keys/{id}", .problem, .adminKeys) { try await $0.changeKey($1, $2) },
        Route("DELETE", "/v1/keys/{id}", .problem, .adminKeys) {
            try await $0.revokeKey($1, $2)
        },
        Route("POST", "/v1/keys/{id}/rotate", .problem, .adminKeys) {
            try await $0.rotateKey($1, $2)
        },
        Route("GET", "/v1/balance", .problem, .read) { try await $0.balance($1) },
        Route("GET", "/v1/generations", .problem, .read) { try await $0.generations($1) },
        Route("GET", "/v1/usage", .problem, .read) { try await $0.usage($1) },
        Route("GET", "/v1/invoices", .problem, .read) { try await $0.invoices($1) },
        Route("GET", "/v1/invoices/{id}", .problem, .read) { try await $0.invoice($1, $2) },
        Route("GET", "/i/{name}", .problem, nil) { app, request, parameters in
            try await app.image(request, named: parameters["name"])
        },
        Route("GET", "/u/{name}", .problem, nil) { app, request, parameters in
            try await app.uploaded(request, named: parameters["name"])
        },
        Route("GET", "/openapi.json", .problem, nil) { app, request in app.openAPI(request) },
        Route("GET", "/docs", .problem, nil) { app, request in app.docs(request) },
        Route("GET", "/healthz", .problem, nil) { app, _ in app.healthz() },
        Route("GET", "/readyz", .problem, nil) { app, _ in try await app.readyz() },
        Route("GET", "/metrics", .problem, nil) { app, _ in app.metrics() },
    ]

    private init(
        _ method: String, _ path: String, _ errors: ErrorShape, _ scope: Key.Scope?,
        _ answer:
            @escaping @Sendable (Application, Request, PathParameters) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.errors = errors
        self.scope = scope
        self.answer = answer
    }

    private init(
        _ method: String, _ path: String, _ errors: ErrorShape, _ scope: Key.Scope?,
        _ answer: @escaping @Sendable (Application, Request) async throws -> Response
    ) {
        self.init(method, path, errors, scope) { app, request, _ in
            try await answer(app, request)
        }
    }
}

/// What stood in the place of a route's `{name}`s.
struct PathParameters: Sendable {
    private let values: [(name: String, value: String)]

    init(_ values: [(name: String, value: String)] = []) {
        self.values = values
    }

    /// Empty when there is none of that name: a route asks only for its own.
    subscript(name: String) -> String { values.first { $0.name == name }?.value ?? "" }

    /// The same without its percent-encoding; nil when that is no UTF-8.
    func decoded(_ name: String) -> String? {
        PercentEncoding.decoded(self[name], plusIsBlank: false)
    }
}

/// Finds the route of a request: by one look-up for a fixed path, part by part for the others.
struct RouteTable: Sendable {
    private var fixed: [String: [Route]] = [:]
    private var patterns: [(parts: [Substring], route: Route)] = []

    init(_ routes: [Route]) {
        for route in routes {
            if route.path.contains("{") {
                patterns.append((route.path.split(separator: "/"), route))
            } else {
                fixed[route.path, default: []].append(route)
            }
        }
    }

    /// What is known of a path and method.
    enum Match {
        case route(Route, PathParameters)
        /// The path exists, for these methods.
        case otherMethods([String], ErrorShape)
        case none
    }

    func match(method: String, path: String) -> Match {
        var candidates: [(Route, PathParameters)] = (fixed[path] ?? []).map { ($0, .init()) }
        if candidates.isEmpty { candidates = matching(path) }
        // HEAD is GET without its body, which the server leaves out.
        let wanted = method == "HEAD" ? "GET" : method
        if let (route, parameters) = candidates.first(where: { $0.0.method == wanted }) {
            return .route(route, parameters)
        }
        guard let first = candidates.first else { return .none }
        return .otherMethods(candidates.map(\.0.method), first.0.errors)
    }

    private func matching(_ path: String) -> [(Route, PathParameters)] {
        let parts = Array(path.split(separator: "/", omittingEmptySubsequences: false).dropFirst())
        return patterns.compactMap { pattern, route in
            let values = Self.values(of: parts, in: pattern)
            return values.map { (route, PathParameters($0)) }
        }
    }

    /// What stands in the place of a pattern's names; nil when it does not match.
    private static func values(
        of parts: [Substring], in pattern: [Substring]
    ) -> [(name: String, value: String)]? {
        let takesTheRest = pattern.last?.hasSuffix("...}") == true
        guard takesTheRest ? parts.count >= pattern.count : parts.count == pattern.count else {
            return nil
        }
        var values: [(name: String, value: String)] = []
        for (index, wanted) in pattern.enumerated() {
            guard wanted.hasPrefix("{") else {
                guard wanted == parts[index] else { return nil }
                continue
            }
            guard wanted.hasSuffix("...}") else {
                values.append((String(wanted.dropFirst().dropLast()), String(parts[index])))
                continue
            }
            let rest = parts[index...].joined(separator: "/")
            guard !rest.isEmpty else { return nil }
            values.append((String(wanted.dropFirst().dropLast(4)), rest))
        }
        return values
    }

    /// In whose words a path that does not exist is refused: its prefix tells.
    static func errors(ofUnknown path: String) -> ErrorShape {
        if path.hasPrefix("/v1/openai/") || path.hasPrefix("/v1/imagerouter/") {
            return .imageRouter
        }
        if path.hasPrefix("/v1/image/") || path.hasPrefix("/v1/jobs")
            || path.hasPrefix("/v1/batches")
        {
            return .imaRouter
        }
        if path.hasPrefix("/api/v1/") { return .openRouter }
        if path.hasPrefix("/v2/") { return .jobs }
        if path.hasPrefix("/v1/") { return .openAI }
        return .problem
    }
}
