import Testing

@testable import atelier_admin

@Suite struct CommandTableTests {
    @Test(arguments: Command.all)
    func everyCommandSaysWhatItDoes(command: Command) {
        #expect((1...3).contains(command.words.count))
        #expect(command.words.allSatisfy { $0 == $0.lowercased() && !$0.hasPrefix("-") })
        #expect(!command.summary.isEmpty && !command.summary.contains("\n"))
        #expect(!command.summary.hasSuffix("."))
        #expect(command.options.allSatisfy { !$0.help.isEmpty && !$0.name.hasPrefix("-") })
    }

    @Test func noCommandHidesAnother() {
        for (index, command) in Command.all.enumerated() {
            for other in Command.all[(index + 1)...] {
                // The first whose words begin the arguments is run.
                #expect(!command.words.starts(with: other.words), "\(command.words)")
                #expect(!other.words.starts(with: command.words), "\(other.words)")
            }
        }
    }

    @Test(arguments: Command.all)
    func anOptionHasOneMeaningInACommand(command: Command) {
        let names = command.allOptions.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(command.options.allSatisfy { !$0.isRequired || $0.value != nil })
    }

    @Test(arguments: Command.all)
    func itsHelpNamesEveryOption(command: Command) {
        let help = command.help
        #expect(help.hasPrefix(command.summary + "\n"))
        #expect(
            help.contains("usage: atelier-admin [--json] " + command.words.joined(separator: " ")))
        for option in command.allOptions {
            let line = help.split(separator: "\n").first {
                $0.contains(option.usage) && $0.hasSuffix(option.help)
            }
            #expect(line != nil, "--\(option.name)")
        }
    }

    @Test func theOverviewNamesEveryCommand() {
        for command in Command.all {
            let words = command.words.joined(separator: " ")
            #expect(
                Command.overview.split(separator: "\n").contains {
                    $0.hasPrefix("  \(words) ") && $0.hasSuffix(command.summary)
                }, "\(words)")
        }
    }

    @Test func anUnknownCommandIsAnsweredWithWhatThereIs() {
        #expect(Command.complaint(about: ["foxes"]).contains("no command 'foxes'"))
        let complaint = Command.complaint(about: ["keys", "paint"])
        #expect(complaint.split(separator: "\n").count == 7)
        #expect(complaint.contains("keys revoke"))
    }
}

extension Command: CustomTestStringConvertible {
    var testDescription: String { words.joined(separator: " ") }
}
