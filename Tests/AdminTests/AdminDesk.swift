import Gateway
import GatewaySupport
import Pictures
import Postgres
import ProviderSupport
import Providers
import Threads
import Units

@testable import atelier_admin

/// An admin at the command line of a gateway's database.
struct AdminDesk: Sendable {
    let gateway: TestGateway
    var environment: [String: String] = [:]
    /// What is typed when something is asked, or comes by standard input; nil for nobody there.
    var answer: String?

    /// The same admin with another answer.
    func typing(_ answer: String?) -> AdminDesk {
        AdminDesk(gateway: gateway, environment: environment, answer: answer)
    }

    /// Runs `words` as the program would.
    func run(_ words: String...) async throws -> atelier_admin.Result { try await run(words) }

    func run(_ words: [String]) async throws -> atelier_admin.Result {
        guard let command = Command.all.first(where: { words.starts(with: $0.words) }) else {
            throw UsageFault("no command \(words)")
        }
        // No two events of the audit log at the same time.
        gateway.time.pass(.milliseconds(1))
        let options = try Options(Array(words.dropFirst(command.words.count)), for: command)
        let variables = environment.merging(["DATABASE_URL": gateway.url, "USER": "ann"]) { $1 }
        // In pieces, as a pipe gives it.
        let pieces = Lock(Array((answer ?? "").utf8))
        let session = try Session(
            environment: variables, options: options, clock: gateway.time.clock,
            answer: { [answer] _ in answer },
            input: {
                pieces.withLock { rest in
                    defer { rest = Array(rest.dropFirst(37)) }
                    return rest.isEmpty ? nil : Array(rest.prefix(37))
                }
            })
        defer { session.database.close() }
        return try await command.answer(session)
    }

    /// Has the database say what the product's file says, as an admin does.
    func sync(_ options: [String] = []) async throws -> String {
        try await run(["models", "sync", ProductCatalogue.path] + options).text
    }

    /// What the audit log holds on `subject`, oldest first, each with its reason.
    func audited(_ subject: String) async throws -> [String] {
        try await gateway.database.read {
            try $0.rows(
                """
                select action || ': ' || coalesce(reason, '-') || ' by ' || actor from audit_event
                where subject = \(subject) and action <> 'provider.policy_changed' order by at, id
                """
            ) { try $0.next(String.self) }
        }
    }
}

extension TestGateway {
    /// A picture of `model` for `customer`.
    func picture(
        of model: String, for customer: Customer, size: GenerationRequest.Size = .auto,
        quality: String? = nil
    ) async throws -> FinishedGeneration {
        try await engine.finish(
            GenerationRequest(
                dialect: .openAI, model: model, prompt: "a fox", size: size, quality: quality,
                format: .png), for: customer.hash)
    }
}

extension Emulator {
    /// Ready to be bought from, as a server is told by its environment.
    var ready: ReadyVendor {
        get throws { ReadyVendor(vendor: try vendor, credentials: [Emulator.credential]) }
    }
}

extension GenerationRequest.Size {
    static let square = pixels(PixelSize(width: 1024, height: 1024))
}

/// OpenAI and Azure, who both sell GPT Image 2, with a customer and an admin.
struct TwoSellers: Sendable {
    let gateway: TestGateway
    let desk: AdminDesk
    let openAI: Emulator
    let azure: Emulator
    fileprivate let acme: Customer

    /// A picture of what both sell, from a server that has just read the catalogue.
    func picture() async throws {
        try await gateway.engine.reloadCatalogue()
        _ = try await gateway.picture(of: "gpt-image-2", for: acme, size: .square, quality: "low")
    }
}

func withTwoSellers(
    _ body: @escaping @Sendable (TwoSellers) async throws -> Void
) async throws {
    try await withEmulator(of: "openai") { openAI in
        try await withEmulator(of: "azure") { azure in
            try await withGateway(vendors: [openAI.ready, azure.ready]) { gateway in
                try await gateway.sync()
                try await body(
                    TwoSellers(
                        gateway: gateway, desk: AdminDesk(gateway: gateway), openAI: openAI,
                        azure: azure, acme: gateway.customer(credits: "5.00")))
            }
        }
    }
}
