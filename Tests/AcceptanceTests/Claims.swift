import DatabaseSupport
import FoundationEssentials
import Testing

/// What a script beside these files says of a server it has used: claims, each checked by itself.
enum Claims {
    private struct Claim: Decodable {
        let claim: String
        let holds: Bool
        let seen: String
    }

    /// Runs `script` in Python and expects all it claims to hold, and at least so many claims: a
    /// script that tried nothing would find nothing. Returns what it wrote beside them.
    @discardableResult
    static func check(
        _ script: String, _ arguments: [String], atLeast count: Int,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        try await check(
            program: try TestServer.python, ["\(OfficialClient.folder)/\(script)"] + arguments,
            atLeast: count, location)
    }

    /// The same of any program.
    @discardableResult
    static func check(
        program path: String, _ arguments: [String], atLeast count: Int,
        _ location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let output = try Transcript()
        let errors = try Transcript()
        let program = try Program(
            path, arguments,
            environment: TestServer.environment.merging(
                // Nothing is left among the sources, and what a library finds outdated is its own
                // affair.
                ["PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore"],
                uniquingKeysWith: { $1 }), output: output.descriptor, errors: errors.descriptor)
        let code = await program.wait()
        #expect(code == 0, "\(errors.text)", sourceLocation: location)
        var claims = 0
        for line in output.text.split(separator: "\n") {
            let claim = try JSONDecoder().decode(Claim.self, from: Data(line.utf8))
            claims += 1
            #expect(claim.holds, "\(claim.claim): \(claim.seen)", sourceLocation: location)
        }
        #expect(claims >= count, "\(claims) claims. \(errors.text)", sourceLocation: location)
        return errors.text
    }
}
