import DatabaseSupport
import FoundationEssentials
import Testing

/// A script beside these files that uses an official client, and what it saw.
struct OfficialClient {
    /// One thing that was tried. What a step does not tell is nil.
    struct Step: Decodable {
        let step: String
        // What was refused, and how the client understood it.
        let error: String?
        let status: Int?
        let code: Code?
        let param: String?
        let type: String?
        let message: String?
        let metadata: Metadata?
        let requestID: String?
        let attempts: Int?
        // What was answered.
        let ids: [String]?
        let id: String?
        let urls: [String?]?
        let media: [String]?
        let webp: [Bool]?
        let count: Bool?
        let png: Bool?
        let base64: Bool?
        let cost: Decimal?
        let tokens: Int?
        let created: Int64?
        let owner: String?
        let version: String?
        let processing: Bool?
        let prices: [Price]?
        let parameters: [String]?
        let usage: Decimal?
        let daily: Decimal?
        let label: String?
        let total: Decimal?
        let used: Decimal?
        let same: Bool?
        let model: String?
        let reason: String?
    }

    /// A word in one dialect, an integer in another.
    struct Code: Decodable, Equatable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
        let text: String
        init(stringLiteral text: String) { self.text = text }
        init(integerLiteral number: Int) { text = "#\(number)" }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            // What is no number is a word.
            let number = try? container.decode(Int.self)
            text = try number.map { "#\($0)" } ?? container.decode(String.self)
        }
    }

    struct Metadata: Decodable {
        let error_type: String?
        let field: String?
    }

    /// One price line, in the order of the script.
    struct Price: Decodable {
        let billable: String
        let unit: String
        let cost: Decimal

        init(from decoder: any Decoder) throws {
            var line = try decoder.unkeyedContainer()
            billable = try line.decode(String.self)
            unit = try line.decode(String.self)
            cost = try line.decode(Decimal.self)
        }
    }

    private let steps: [String: Step]
    /// What the script wrote, for a failure to be understood.
    let output: String

    /// Where the scripts are.
    static var folder: Substring {
        let file = #filePath
        return file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex)
    }

    /// Runs `script` against a server and reads what it saw.
    static func run(
        _ script: String, against server: RunningServer, key: String, poorKey: String
    ) async throws -> OfficialClient {
        let output = try Transcript()
        let errors = try Transcript()
        let program = try Program(
            try TestServer.python,
            ["\(folder)/\(script)", "http://127.0.0.1:\(server.port)", key, poorKey],
            environment: TestServer.environment, output: output.descriptor,
            errors: errors.descriptor)
        let code = await program.wait()
        try #require(code == 0, "\(script): \(errors.text)\(output.text)")
        let steps = try output.text.split(separator: "\n").map {
            try JSONDecoder().decode(Step.self, from: Data($0.utf8))
        }
        return OfficialClient(
            steps: Dictionary(steps.map { ($0.step, $0) }, uniquingKeysWith: { first, _ in first }),
            output: output.text)
    }

    /// The step of that name, which must have been taken.
    func callAsFunction(_ name: String) throws -> Step {
        try #require(steps[name], "no step '\(name)' in \(output)")
    }
}
