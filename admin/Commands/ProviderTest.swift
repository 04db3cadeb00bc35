import FoundationEssentials
import Gateway
import Glibc
import HTTPClient
import Log
import Pictures
import Postgres
import Providers
import Storage
import Threads
import Units

extension Command {
    static let providersTest = Command(
        "providers test",
        "have a provider make one small real picture, which costs us, and say what came back",
        [
            name, .optional("model", "M", "which model (default the cheapest)"),
            .flag("yes", "do not ask first"), actor,
        ]
    ) { session in
        let name = session.options.needed("provider")
        guard let known = Vendor.named(name) else {
            throw Refusal(
                .notFound, "There is no provider '\(name)': `providers list` has them.",
                field: "provider")
        }
        guard
            let ready = ReadyVendor.all(session.variable).first(where: { $0.vendor.name == name })
        else {
            let missing = known.missing(session.variable).joined(separator: " and ")
            throw UsageFault("\(known.title) cannot be called: \(missing) is not set")
        }
        let now = session.clock.now
        let catalogue = try await session.database.read { try Catalogue.load(in: $0) }
        let probe = try ProviderProbe.cheapest(
            of: name, model: session.options.text("model"), in: catalogue, at: now)
        let words = "\(probe.model) (\(probe.providerModel)), \(probe.size)"
        try session.confirm(
            "\(known.title) is asked for a real picture: \(words), sold for $\(probe.price). Go on?"
        )
        let outcome = try await run(probe, by: ready, session)
        let actor = session.actor
        try await session.database.transaction {
            try probe.record(outcome, of: name, by: actor, in: $0)
        }
        let asked: [(String, JSON)] = [
            ("provider", .string(name)), ("model", .string(probe.model)),
            ("provider_model", .string(probe.providerModel)),
            ("asked_size", .string("\(probe.size)")),
        ]
        switch outcome {
        case .success(let made):
            return .record(
                asked + [
                    ("outcome", .string(Attempt.Outcome.done.rawValue)),
                    ("size", .string("\(made.size)")), ("format", .string(made.format.name)),
                    ("bytes", .int(Int64(made.bytes))),
                    ("latency_us", .int(made.latency.microseconds)),
                    ("vendor_request", .optional(made.request, JSON.string)),
                    ("vendor_cost", .optional(made.cost, JSON.credits)),
                ])
        case .failure(let failure):
            return .record(
                asked + [
                    ("outcome", .string(failure.outcome.rawValue)),
                    ("message", .string(failure.message)),
                    ("latency_us", .int(failure.latency.microseconds)),
                ], refused: true)
        }
    }

    /// Calls it as a server does, with what the environment says.
    private static func run(
        _ probe: ProviderProbe, by ready: ReadyVendor, _ session: Session
    ) async throws -> Swift.Result<ProviderProbe.Made, ProviderProbe.Failure> {
        var calls = HTTPClient.Settings()
        calls.name = "vendors"
        do throws(AddressFilter.Unreadable) {
            calls.addresses = try AddressFilter(
                allowing: session.variable("ATELIER_ALLOW_ADDRESSES") ?? "")
        } catch {
            throw UsageFault("ATELIER_ALLOW_ADDRESSES: \(error)")
        }
        calls.proxy = session.variable("ATELIER_PROXY").map { Secret($0) }
        calls.caFile = session.variable("ATELIER_CA_FILE")
        let log = Log.on(file: STDERR_FILENO, threshold: .warning, clock: session.clock)
        defer { log.flush() }
        // Nothing is kept: what is drawn is looked at and forgotten.
        let directory = FileManager.default.temporaryDirectory.appending(
            path: "atelier-admin-\(ID<ProviderProbe>(at: session.clock.now))")
        // What cannot be removed is an empty folder.
        defer { try? FileManager.default.removeItem(at: directory) }
        let pool = WorkerPool(name: "pictures", threads: 1, queueMax: 16)
        let inputs = Inputs(
            store: try ImageStore(directory: directory.path(), pool: pool),
            fetcher: .over(calls.addresses), publicURL: "", clock: session.clock, log: log)
        let provider = VendorProvider(
            ready.vendor, credentials: ready.credentials, client: HTTPClient(calls),
            inputs: inputs, clock: session.clock, log: log)
        do throws(ProviderProbe.Failure) {
            return .success(try await probe.run(by: provider, clock: session.clock))
        } catch {
            return .failure(error)
        }
    }
}
