import DatabaseSupport
import Testing

/// What an operator switches while servers run.
@Suite struct ProviderSwitchTests {
    @Test func aRunningServerSeesWhatIsDisabledEnabledAndPriced() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            func picture() async throws -> Reply? {
                try await server.ask(
                    "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
            }
            func until(_ status: Int, _ words: String) async throws {
                // The catalogue is read every 5 seconds; a busy machine takes longer.
                let deadline = ContinuousClock.now + .seconds(600)
                var last: Reply?
                while ContinuousClock.now < deadline {
                    last = try await picture()
                    if last?.status == status, last?.text.contains(words) == true { return }
                    try await Task.sleep(for: .milliseconds(250))
                }
                Issue.record("not \(status) and '\(words)' but \(last?.text ?? "")")
            }
            let unexplained = try await deployment.admin("providers", "disable", "test")
            #expect(unexplained.code == 2 && unexplained.output.contains("--reason is missing"))
            let disabled = try await deployment.admin(
                "providers", "disable", "test", "--reason", "bad hour")
            #expect(disabled.code == 0, "\(disabled.output)")
            try await until(400, "is not served here")
            _ = try await deployment.admin("providers", "enable", "test")
            let priced = try await deployment.admin(
                "models", "price", "set", "test/paid", "--provider", "test", "--line",
                "output_image/image=0.000000007", "--reason", "cheap")
            #expect(priced.code == 0, "\(priced.output)")
            try await until(200, "0.000000007")
        }
    }
}
