import DatabaseSupport
import Documents
import Testing
import Units

@Suite struct JournalTests {
    /// What goes wrong in a journal between its writing and its reading.
    private enum Change: CaseIterable {
        /// One side of one posting, by a nanodollar.
        case oneSide
        /// Both sides, so that the posting balances and the wallet does not.
        case bothSides
        /// A wallet that nobody opened.
        case unknownWallet
    }

    @Test(arguments: Journal.Format.allCases) func itsProgramAcceptsIt(
        format: Journal.Format
    ) async throws {
        let result = try await check(text(of: format), format)
        #expect(result.code == 0, "\(result.output)")
    }

    @Test(arguments: Journal.Format.allCases) func itsProgramRefusesWhatWasChanged(
        format: Journal.Format
    ) async throws {
        let right = text(of: format)
        for change in Change.allCases {
            var wrong = right
            switch change {
            case .oneSide: wrong = right.replacing("  0.040000000 USD", with: "  0.040000001 USD")
            case .bothSides:
                wrong = right.replacing("  0.040000000 USD", with: "  0.040000001 USD")
                    .replacing("  -0.040000000 USD", with: "  -0.040000001 USD")
            case .unknownWallet:
                let wallet = "redits:\(format == .beancount ? "Account-" : "")019ab3c4"
                let at = try #require(wrong.ranges(of: wallet).last)
                wrong.replaceSubrange(at, with: wallet.dropLast() + "5")
            }
            #expect(wrong != right)
            let result = try await check(wrong, format)
            #expect(result.code != 0, "\(change)")
        }
    }

    @Test func aTextCannotBecomeAnEntry() async throws {
        for format in Journal.Format.allCases {
            let text = text(
                of: format, reason: "\"\n2026-10-05 open Assets:Mine ; \\\" | (x) \u{2028}")
            #expect(!text.split(separator: "\n").contains { $0.hasPrefix("2026-10-05 open") })
            let result = try await check(text, format)
            #expect(result.code == 0, "\(result.output)")
        }
    }

    private func check(_ text: String, _ format: Journal.Format) async throws -> Workshop.Result {
        let workshop = try Workshop()
        let path = try workshop.write("ledger.\(format)", Array(text.utf8))
        return switch format {
        case .beancount:
            try await workshop.run(
                TestServer.python, ["-m", "beancount.scripts.check", "--no-cache", path])
        case .hledger: try await workshop.run("hledger", ["check", "--strict", "-f", path])
        }
    }

    /// Two wallets through a month: bought, given, used, corrected, expired.
    private func text(of format: Journal.Format, reason: String = "Bild, \"grün\" – 画像") -> String {
        var bytes: [UInt8] = []
        var journal = Journal(format, since: Samples.day("2026-10-01"))
        journal.begin(title: "The ledger of \"Atelier\"", into: &bytes)
        for (index, account) in accounts.enumerated() {
            journal.open(
                account, named: "Füchse; \"Söhne\" \(index)", on: Samples.day("2026-10-01"),
                into: &bytes)
        }
        for (index, account) in accounts.enumerated() {
            let movements = [
                ("funding", "wallet", "25"), ("promotion", "wallet", "5.000000001"),
                ("wallet", "revenue", index == 0 ? "0.04" : "0.05"),
                ("wallet", "revenue", "0.000032001"), ("adjustment", "wallet", "0.04"),
                ("wallet", "breakage", "4.5"), ("wallet", "refund-of 2026", "1"),
            ]
            var posted = Credits.zero
            for (number, (debit, credit, amount)) in movements.enumerated() {
                let amount = Samples.dollars(amount)
                posted += credit == "wallet" ? amount : -amount
                journal.append(
                    JournalPosting(
                        at: Samples.day("2026-10-0\(number + 2)").midnight + .seconds(61),
                        account: account, debit: debit, credit: credit, amount: amount,
                        id: "\(index)-\(number)", reason: reason), into: &bytes)
                if number == 3 {
                    journal.balance(account, posted, endOf: Samples.day("2026-10-05"), into: &bytes)
                }
            }
            journal.balance(account, posted, endOf: Samples.day("2026-10-08"), into: &bytes)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private let accounts = [Samples.account, ID<Account>(high: 0x019A_B3C4_0000_7000, low: 7)]
}
