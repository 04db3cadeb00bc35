import Postgres
import Terminal
import Units

/// The program `atelier-admin`.
@main
enum AtelierAdmin {
    static func main() async {
        Terminal.leave(await run(Array(CommandLine.arguments.dropFirst())).rawValue)
    }

    /// How the program ends.
    enum ExitCode: Int32 {
        case done = 0
        case refused = 1
        case usage = 2
        case databaseNotReached = 3
    }

    private static func run(_ arguments: [String]) async -> ExitCode {
        var arguments = arguments
        let json = arguments.contains("--json")
        arguments.removeAll { $0 == "--json" }
        if arguments.isEmpty || arguments == ["--help"] || arguments == ["help"] {
            Terminal.write(Command.overview)
            return arguments.isEmpty ? .usage : .done
        }
        do {
            guard let command = Command.all.first(where: { arguments.starts(with: $0.words) })
            else {
                throw UsageFault(Command.complaint(about: arguments))
            }
            let rest = Array(arguments.dropFirst(command.words.count))
            if rest.contains("--help") {
                Terminal.write(command.help)
                return .done
            }
            let options = try Options(rest, for: command)
            let session = try Session(environment: Terminal.environment(), options: options)
            defer { session.database.close() }
            await session.askTime()
            let result = try await session.database.sayingWhyUnreachable {
                try await command.answer(session)
            }
            Terminal.write(
                json
                    ? HiddenCharacters.escaped(json: result.json)
                    : HiddenCharacters.shown(result.text, keeping: ["\n"]))
            return result.refused ? .refused : .done
        } catch {
            return complain(error, json: json)
        }
    }

    private static func complain(_ error: any Error, json: Bool) -> ExitCode {
        let (code, message): (ExitCode, String) =
            switch error {
            case let fault as UsageFault: (.usage, fault.description)
            case let refusal as Refusal:
                (
                    .refused,
                    refusal.message + (refusal.field.map { " (--\(Options.name(of: $0)))" } ?? "")
                )
            case let fault as DatabaseUnreachable: (.databaseNotReached, fault.description)
            case DatabaseFailure.unavailable:
                (.databaseNotReached, "the database at DATABASE_URL cannot be reached")
            case DatabaseFailure.failed(sqlState: "42P01", message: _):
                (.refused, "the database lacks tables of this program: run `atelier migrate`")
            default: (.refused, "\(error)")
            }
        if json {
            let text = JSON.object([("error", .string(message))]).text
            Terminal.write(HiddenCharacters.escaped(json: text) + "\n")
        }
        Terminal.complain(
            "atelier-admin: \(HiddenCharacters.shown(message, keeping: ["\n"]))\n")
        return code
    }
}

/// The command line was not understood.
struct UsageFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
