import FoundationEssentials
import Testing

/// Pictures to start from: as large as they may be and larger, and what they cost.
@Suite struct EditTests {
    /// Sixteen pictures of 4 MB in one form, four such forms at once; and everything that is no
    /// picture, or too much of one.
    @Test func memoryStaysFlatUnderLargeFormsAndBadOnesLeaveNothing() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            let figures = try await Claims.check(
                "uploads.py",
                [server.base, acme.key, "\(server.program.pid)", deployment.inputs], atLeast: 80)
            print("uploads: \(figures)")
            // Each of the six edits that were made, and none of those that were refused.
            #expect(try await deployment.balance(of: acme).posted == Decimal(string: "0.976"))
        }
    }

    /// Whatever the dialect, an edit is one line of the log, held and charged as it was estimated.
    @Test func anEditCostsWhatItWasSaidToCost() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.rehearsingCustomer()
            try await deployment.syncCatalogue()
            let server = try await deployment.serve()
            try await Claims.check("edits.py", [server.base, acme.key], atLeast: 60)
        }
    }
}
