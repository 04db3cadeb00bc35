import Gateway
import Glibc
import Postgres
import Terminal
import Units

/// The program `atelier`.
@main
enum Atelier {
    static let version = "0.1.0"

    private static let usage = """
        atelier: one key, one balance and one bill for every image model

        usage: atelier serve [--no-worker]   run the API, and a worker beside it
               atelier work                  run a worker alone
               atelier migrate               bring the database to this program's shape
               atelier --version

        Settings are read from the environment:
        \(Configuration.help)

        Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 database not reached.
        """

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch arguments {
        case ["serve"]: run(.serve(worker: true))
        case ["serve", "--no-worker"]: run(.serve(worker: false))
        case ["work"]: run(.work)
        case ["migrate"]:
            begin { try await Migrate.run($0) }
            while true { pause() }
        case ["--version"]: Terminal.write("atelier \(version)\n")
        case _ where arguments.contains("--help") || arguments.contains("-h"):
            Terminal.write(usage + "\n")
        default:
            Terminal.complain(usage + "\n")
            Terminal.leave(2)
        }
    }

    /// Runs until a signal asks it to stop.
    private static func run(_ role: Serve.Role) {
        // Not an asynchronous `main`: that may run beside the first thread, and a signal would
        // find the first thread unprotected.
        Signals.block()
        Allocator.keepFreedMemory()
        begin { try await Serve.run(role, $0) }
        Signals.watch()
    }

    /// Runs `command` in the background, and ends the process when it has ended.
    private static func begin(
        _ command: @escaping @Sendable (Configuration) async throws -> Void
    ) {
        Task { Terminal.leave(await run(command)) }
    }

    /// The exit code of `command`; complains of what went wrong.
    private static func run(
        _ command: @Sendable (Configuration) async throws -> Void
    ) async -> Int32 {
        do {
            let configuration = try Configuration(
                environment: Terminal.environment(),
                cores: max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
            try await command(configuration)
            return 0
        } catch let fault as ConfigurationFault {
            Terminal.complain("atelier: \(fault)\n")
            return 2
        } catch let fault as DatabaseUnreachable {
            Terminal.complain("atelier: \(HiddenCharacters.shown(fault.description))\n")
            return 3
        } catch DatabaseFailure.unavailable {
            Terminal.complain("atelier: the database at DATABASE_URL cannot be reached\n")
            return 3
        } catch {
            Terminal.complain("atelier: \(error)\n")
            return 1
        }
    }
}
