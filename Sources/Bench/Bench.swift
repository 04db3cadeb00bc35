import Gateway
import Glibc
import Ledger
import Postgres
import Signing
import Terminal
import Units

/// The program behind `make bench`: holds and settles through the product's own code, as fast as
/// `callers` tasks can, and says how many pairs a second it managed.
///
/// usage: atelier-bench ledger --wallets N --callers N --seconds N
///        atelier-bench prepare --wallets N
///        atelier-bench guesses --wallets N
///        atelier-bench jobs --wallets N --jobs N
///        atelier-bench claims --wallets N --backlog N
///        atelier-bench pictures --rounds N
///
/// `prepare` opens accounts with a key and credits, and prints the keys; `guesses` prints keys that
/// nobody has.
@main
enum Bench {
    static func main() async throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        func number(_ name: String, _ standard: Int) -> Int {
            guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else {
                return standard
            }
            return Int(arguments[place + 1]) ?? standard
        }
        if arguments.first == "pictures" {
            return try PictureLoad.measure(rounds: number("--rounds", 5))
        }
        let environment = Terminal.environment()
        guard let url = environment["DATABASE_URL"],
            let pepper = environment["ATELIER_KEY_PEPPER"].flatMap({ Pepper(Secret($0)) })
        else {
            print("DATABASE_URL and ATELIER_KEY_PEPPER must be set")
            exit(2)
        }
        let database = Database(url: url, connections: 2, settings: .engine)
        switch arguments.first {
        case "prepare":
            for key in try await BenchAccounts.open(
                number("--wallets", 1000), pepper: pepper, in: database)
            {
                print(key.secret.reveal())
            }
        case "guesses":
            for guess in BenchAccounts.guesses(number("--wallets", 1000)) {
                print(guess.secret.reveal())
            }
        case "jobs", "claims":
            let load = try await JobLoad(
                url: Secret(url), database: database, wallets: number("--wallets", 1000),
                pepper: pepper)
            if arguments.first == "jobs" {
                try await load.measureStart(count: number("--jobs", 300))
            } else {
                try await load.measureClaims(besides: number("--backlog", 100_000))
            }
        case "ledger":
            let load = try await LedgerLoad(
                url: Secret(url), database: database, wallets: number("--wallets", 1000),
                pepper: pepper)
            try await load.run(
                callers: number("--callers", 64), for: .seconds(number("--seconds", 5)))
        default:
            print(
                "usage: atelier-bench prepare|guesses|ledger|jobs|claims [--wallets N] [--callers N] [--seconds N]"
            )
            exit(2)
        }
    }
}
