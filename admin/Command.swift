import Units

/// One thing an admin can do.
struct Command: Sendable {
    /// `keys issue`.
    let words: [String]
    /// What it does, in a line.
    let summary: String
    let options: [Option]
    let run: @Sendable (Session) async throws -> Result

    /// `--name VALUE`, or a flag when there is no word for a value.
    struct Option: Sendable {
        let name: String
        let value: String?
        let isRequired: Bool
        let help: String
        /// Whether its value may stand alone, without `--name`.
        var isOperand = false
        /// Whether it may be there several times.
        var isRepeated = false

        static func needed(_ name: String, _ value: String, _ help: String) -> Option {
            Option(name: name, value: value, isRequired: true, help: help)
        }

        static func optional(_ name: String, _ value: String, _ help: String) -> Option {
            Option(name: name, value: value, isRequired: false, help: help)
        }

        static func operand(_ name: String, _ value: String, _ help: String) -> Option {
            Option(name: name, value: value, isRequired: true, help: help, isOperand: true)
        }

        /// At least one.
        static func repeated(_ name: String, _ value: String, _ help: String) -> Option {
            Option(name: name, value: value, isRequired: true, help: help, isRepeated: true)
        }

        static func flag(_ name: String, _ help: String) -> Option {
            Option(name: name, value: nil, isRequired: false, help: help)
        }

        var usage: String {
            if isOperand { return value ?? name }
            let text = "--\(name)" + (value.map { " \($0)" } ?? "") + (isRepeated ? " …" : "")
            return isRequired ? text : "[\(text)]"
        }
    }

    init(
        _ words: String, _ summary: String, _ options: [Option],
        run: @escaping @Sendable (Session) async throws -> Result
    ) {
        self.words = words.split(separator: " ").map(String.init)
        self.summary = summary
        self.options = options
        self.run = run
    }

    /// Every command. A new one is a file in Commands and a line here.
    static let all: [Command] = [
        .accountsCreate, .accountsList, .accountsShow, .accountsSet, .accountsSuspend,
        .accountsResume, .accountsLimit, .plansList, .plansShow, .plansSet, .keysIssue, .keysList,
        .keysShow, .keysSet, .keysRotate,
        .keysRevoke, .keysFind, .creditsGrant,
        .creditsAdjust, .creditsRefund, .creditsBalance, .creditsHistory, .modelsList, .modelsShow,
        .modelsSync,
        .modelsEnable, .modelsDisable, .modelsPriceSet, .modelsPriceHistory, .modelsEndpointAdd,
        .modelsEndpointEnable, .modelsEndpointDisable, .modelsEndpointRemove, .modelsAliasList,
        .modelsAliasSet, .modelsAliasRemove, .providersList, .providersPolicies,
        .providersPolicySet,
        .providersTest, .providersEnable, .providersDisable, .usageSummary, .usageExport,
        .retentionShow, .retentionSet, .retentionRun,
        .jobsList, .jobsShow,
        .jobsCancel, .jobsRetry, .webhooksEndpoints, .webhooksDeliveries, .webhooksShow,
        .webhooksReplay, .webhooksRotateSecret, .invoicesGenerate, .invoicesFinalize, .invoicesList,
        .invoicesShow, .invoicesExport, .invoicesPay, .invoicesVoid, .invoicesCreditNote,
        .invoicesSellerSet, .invoicesSellerShow, .auditList, .auditShow,
        .verify,
    ]

    /// Who acts: taken by commands whose doing the audit log records.
    static let actor = Option.optional(
        "actor", "WHO", "who acts, for the audit log (default: cli and your user name)")

    /// Whether the audit log has a reason for what it does.
    var isRecorded: Bool { options.contains { $0.name == "reason" } }

    /// Runs it. One that records nothing has only read: where it did so without looking at an
    /// option that is given, its answer is not the one asked for.
    func answer(_ session: Session) async throws -> Result {
        let result = try await run(session)
        if !isRecorded, let name = session.options.unused.first {
            throw UsageFault("--\(name) does nothing here\n\(usage)")
        }
        return result
    }

    /// All that it takes. What gives a reason to the audit log names who acts, too.
    var allOptions: [Option] {
        options + (isRecorded ? [Self.actor] : []) + Self.common
    }

    /// Options that every command takes.
    static let common: [Option] = [
        .flag("json", "one JSON value instead of a table"),
        .flag("help", "this text"),
    ]

    /// Options that every list takes.
    static let paging: [Option] = [
        .optional("limit", "N", "lines at most, 1 to 1000 (default 100)"),
        .optional("after", "ID", "go on after this id: the last one of the page before"),
    ]

    static var overview: String {
        let names = all.map { $0.words.joined(separator: " ") }
        let width = names.map(\.count).max() ?? 0
        let lines = zip(names, all).map { name, command in
            "  \(name.padded(to: width + 2))\(command.summary)"
        }
        return """
            atelier-admin: accounts, keys, credits and usage of an Atelier

            usage: atelier-admin [--json] COMMAND [OPTIONS]

            \(lines.joined(separator: "\n"))

            `atelier-admin COMMAND --help` tells a command's options.
            DATABASE_URL says where the database is; `keys issue`, `rotate` and `find` need
            ATELIER_KEY_PEPPER too, `providers list` and `test` the environment that the server has.
            Exit codes: 0 done, 1 refused, 2 wrong usage, 3 database not reached.

            """
    }

    var usage: String {
        (["usage: atelier-admin [--json]"] + words + options.map(\.usage)).joined(separator: " ")
    }

    var help: String {
        let all = allOptions
        let width = all.map(\.usage.count).max() ?? 0
        let lines = all.map { "  \($0.usage.padded(to: width + 2))\($0.help)" }
        return "\(summary)\n\n\(usage)\n\n\(lines.joined(separator: "\n"))\n"
    }

    static func complaint(about arguments: [String]) -> String {
        let noun = arguments[0]
        let verbs = all.filter { $0.words[0] == noun }
        guard !verbs.isEmpty else {
            return "there is no command '\(noun)'; `atelier-admin --help` lists them"
        }
        return verbs.map(\.usage).joined(separator: "\n")
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}
