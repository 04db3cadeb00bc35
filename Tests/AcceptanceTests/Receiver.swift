import DatabaseSupport
import FoundationEssentials
import Testing

/// A receiver of webhooks in another language, on the stock package: see `receiver.py`.
struct Receiver {
    /// One message as it came.
    struct Message: Decodable {
        struct Body: Decodable {
            struct Subject: Decodable { let jobId: String? }
            let jobId: String?
            let data: Subject?
        }
        let path: String
        let id: String
        let answered: Int
        /// By each of the secrets that the receiver was given.
        let accepted: [Bool]
        let tamperedAccepted: Bool
        let body: Body

        /// The job it tells of, in whichever dialect.
        var job: String? { body.jobId ?? body.data?.jobId }
    }

    let port: Int
    private let program: Program
    private let output: Transcript

    /// `failing` has it answer 500 to the first attempt of every third message.
    static func start(secrets: [String], failing: Bool = false) async throws -> Receiver {
        struct Ready: Decodable { let port: Int }
        let output = try Transcript()
        let program = try Program(
            try TestServer.python, [script] + (failing ? ["--failing"] : []) + secrets,
            environment: TestServer.environment,
            output: output.descriptor)
        let deadline = ContinuousClock.now + .seconds(600)
        while ContinuousClock.now < deadline {
            if let line = output.text.split(separator: "\n").first {
                let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
                return Receiver(port: ready.port, program: program, output: output)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("the receiver did not start")
        throw CancellationError()
    }

    private static var script: String {
        let file = #filePath
        return file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex) + "/receiver.py"
    }

    /// What has come so far.
    func messages() throws -> [Message] {
        let lines = output.text.split(separator: "\n", omittingEmptySubsequences: false)
        // The last one has no end yet.
        return try lines.dropFirst().dropLast().map {
            try JSONDecoder().decode(Message.self, from: Data($0.utf8))
        }
    }

    func stop() { program.signal(15) }
}
