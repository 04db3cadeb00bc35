import GatewaySupport
import Testing
import Units

@testable import atelier_admin

/// An option that does nothing is refused, not swallowed.
@Suite struct ReadCommandOptionsTests {
    private static let reading = Command.all.filter { !$0.isRecorded }

    /// What an option of this command says when it is refused; nil when it is not.
    private func refusal(
        _ command: Command, _ arguments: [String], _ desk: AdminDesk
    ) async throws -> String? {
        do {
            _ = try await desk.run(command.words + arguments)
            return nil
        } catch let fault as UsageFault {
            return fault.description
        } catch is Refusal {
            return nil
        }
    }

    /// Words that an account's id stands for, and one that is no value of anything.
    private func value(_ option: Command.Option, _ account: String) -> [String] {
        guard let word = option.value else { return ["--\(option.name)"] }
        let value =
            switch word {
            case "ID": account
            case "FORMAT": "csv"
            case "YYYY-MM": "2026-10"
            case "YYYY-MM-DD": "2026-10-01"
            case "N": "5"
            default: "one"
            }
        return ["--\(option.name)", value]
    }

    @Test func everyOptionOfACommandThatReadsIsLookedAt() async throws {
        try await withGateway { gateway in
            let account = try await gateway.customer().account.description
            let desk = AdminDesk(gateway: gateway)
            for command in Self.reading {
                let needed = command.options.filter(\.isRequired).flatMap { value($0, account) }
                for option in command.options where !option.isRequired {
                    // Of FOCUS alone; refused beside csv, as another test says.
                    if command.words == ["usage", "export"], option.name == "issuer" { continue }
                    if option.name == "output" { continue }
                    let said = try await refusal(
                        command, needed + value(option, account), desk)
                    #expect(
                        said?.contains("does nothing") != true,
                        "\(command.words) --\(option.name): \(said ?? "")")
                }
            }
        }
    }

    @Test(arguments: Command.all)
    func whatACommandDoesNotTakeIsRefusedByName(command: Command) throws {
        let all = Command.all.flatMap(\.options) + [Command.actor]
        let needed = command.options.filter(\.isRequired).flatMap { ["--\($0.name)", "x"] }
        for name in Set(all.map(\.name) + ["no-such-option"]).sorted() {
            if command.allOptions.contains(where: { $0.name == name }) { continue }
            let fault = #expect(throws: UsageFault.self) {
                try Options(needed + ["--\(name)", "x"], for: command)
            }
            #expect(fault?.description.hasPrefix("--\(name) is not known here") == true)
        }
    }

    @Test(arguments: [
        (
            ["usage", "export", "--format", "csv", "--month", "2026-10", "--issuer", "Fox"],
            "issuer"
        ),
        (["invoices", "export", "--format", "hledger", "--month", "2026-10"], "month"),
        (
            [
                "invoices", "export", "--format", "json", "--invoice", "2026-000001", "--account",
                "019365a0-0000-7000-8000-000000000000",
            ], "account"
        ),
        (["keys", "find", "--reason", "leaked"], "reason"),
        (["keys", "find", "--actor", "ann"], "actor"),
    ])
    func whatDoesNothingBesideAnotherOptionIsRefused(words: [String], name: String) async throws {
        try await withGateway { gateway in
            let fault = await #expect(throws: UsageFault.self) {
                try await AdminDesk(gateway: gateway).run(words)
            }
            #expect(fault?.description.hasPrefix("--\(name) does nothing") == true)
        }
    }
}
