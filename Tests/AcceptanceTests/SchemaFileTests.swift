import DatabaseSupport
import FoundationEssentials
import GatewaySupport
import Testing

@Suite struct SchemaFileTests {
    private static let root = String(
        #filePath.dropLast("/Tests/AcceptanceTests/SchemaFileTests.swift".count))

    /// `migrations/schema.sql` is what the migrations come to.
    @Test func schemaFileIsTrue() async throws {
        let file = Self.root + "/migrations/schema.sql"
        try await withTestDatabase(template: migrated) { test in
            let output = try Transcript()
            let program = try Program(
                Self.root + "/scripts/schema", [test.url], environment: TestServer.environment,
                output: output.descriptor)
            #expect(await program.wait() == 0)
            if let target = TestServer.schemaToWrite {
                try output.text.write(toFile: target, atomically: true, encoding: .utf8)
                return
            }
            let kept = try String(contentsOfFile: file, encoding: .utf8)
            #expect(kept == output.text, "run `make schema` and look at what changed")
        }
    }
}
