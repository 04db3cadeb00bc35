import FoundationEssentials
import Providers
import Testing
import Units

/// What makes a vendor ready to be called, and where operators read of it.
@Suite struct VendorReadinessTests {
    /// Every variable that a vendor may need, each with something in it.
    private func everything(for vendor: Vendor) -> [String: String] {
        let names =
            [vendor.baseVariable, vendor.variables[0]] + [vendor.secretVariable].compactMap(\.self)
        return Dictionary(uniqueKeysWithValues: names.map { ($0, "http://x") })
    }

    @Test(arguments: Vendor.all.map(\.name))
    func itIsReadyWhenNothingIsMissing(name: String) throws {
        let vendor = try #require(Vendor.named(name))
        let all = everything(for: vendor)
        #expect(vendor.missing { all[$0] } == [])
        for left in all.keys {
            let some = all.filter { $0.key != left }
            for present in [some, [:]] {
                let isReady = ReadyVendor.all { present[$0] }.contains { $0.vendor.name == name }
                let missing = vendor.missing { present[$0] }
                #expect(missing.isEmpty == isReady, "\(name) without \(left): \(missing)")
            }
            let missing = vendor.missing { some[$0] }
            #expect(missing.allSatisfy { $0.contains(left) }, "\(missing)")
        }
    }

    @Test(arguments: [
        ("https://api.example/v1", "https://api.example/v1"),
        ("http://ann:p@ss@gpu.lan:8080/v1", "http://gpu.lan:8080/v1"),
        ("http://gpu.lan/a@b", "http://gpu.lan/a@b"), ("gpu.lan", "gpu.lan"),
    ])
    func anAddressIsShownWithoutAPassword(base: String, shown: String) {
        #expect(Vendor.withoutUser(base) == shown)
    }

    @Test func theREADMEsTableOfProvidersIsTrue() throws {
        let rows = String(decoding: try Checkout.bytes("README.md"), as: UTF8.self)
            .split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
        for vendor in Vendor.all {
            #expect(rows.contains(row(of: vendor)), "README.md lacks: \(row(of: vendor))")
        }
        let names = Set(Vendor.all.flatMap(\.variables))
        for row in rows {
            let told = row.split(separator: "`").map(String.init)
            guard told.contains(where: names.contains) else { continue }
            #expect(Vendor.all.map(row(of:)).contains(row), "README.md tells of nobody: \(row)")
        }
    }

    private func row(of vendor: Vendor) -> String {
        var credential = vendor.variables.map { "`\($0)`" }.joined(separator: " or ")
        if let secret = vendor.secretVariable { credential += " and `\(secret)`" }
        if !vendor.needsCredential { credential += ", if it asks for one" }
        let base = vendor.base.map { "\($0)" } ?? "required"
        return
            "| `\(vendor.name)` | \(vendor.title) | \(credential) | `\(vendor.baseVariable)` | \(base) |"
    }
}
