import Gateway
import Threads
import Units

/// A command's options as given, checked against those that it knows.
struct Options: Sendable {
    private var values: [String: String] = [:]
    /// Of options that may be there several times, in order.
    private var lists: [String: [String]] = [:]
    let usage: String
    /// Names that the command asked for.
    private let asked = Lock<Set<String>>(["json", "help"])

    init(_ arguments: [String], for command: Command) throws {
        usage = command.usage
        let known = command.allOptions
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            guard argument.hasPrefix("--") else {
                if let operand = known.first(where: { $0.isOperand && values[$0.name] == nil }) {
                    values[operand.name] = argument
                    continue
                }
                throw UsageFault("'\(argument)' was not expected\n\(usage)")
            }
            let parts = argument.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = known.first(where: { $0.name == name }) else {
                throw UsageFault("--\(name) is not known here\n\(usage)")
            }
            guard values[name] == nil || option.isRepeated else {
                throw UsageFault("--\(name) is there twice\n\(usage)")
            }
            guard option.value != nil else {
                guard parts.count == 1 else {
                    throw UsageFault("--\(name) takes no value\n\(usage)")
                }
                values[name] = ""
                continue
            }
            if let value = parts.count == 2 ? String(parts[1]) : rest.first,
                HiddenCharacters.areIn(value)
            {
                throw UsageFault(
                    "--\(name) holds a character that is not seen: \(HiddenCharacters.shown(value))"
                )
            }
            if parts.count == 2 {
                values[name] = String(parts[1])
            } else if let value = rest.popFirst() {
                values[name] = value
            } else {
                throw UsageFault("--\(name) needs a value\n\(usage)")
            }
            if option.isRepeated { lists[name, default: []].append(values[name] ?? "") }
        }
        for option in command.options where option.isRequired && values[option.name] == nil {
            let name = option.isOperand ? option.usage : "--\(option.name)"
            throw UsageFault("\(name) is missing\n\(usage)")
        }
    }

    /// What is given and was not asked for by the command that has run: it did nothing.
    var unused: [String] {
        asked.withLock { asked in values.keys.filter { !asked.contains($0) } }.sorted()
    }

    /// Refuses options that are given though they do nothing beside, or without, another one.
    func refuse(_ names: [String], _ circumstance: String) throws {
        for name in names where values[name] != nil {
            throw UsageFault("--\(name) does nothing \(circumstance)\n\(usage)")
        }
    }

    private func value(_ name: String) -> String? {
        asked.withLock { _ = $0.insert(name) }
        return values[name]
    }

    func has(_ name: String) -> Bool { value(name) != nil }

    func text(_ name: String) -> String? { value(name) }

    /// An option that `Command` says is required, so it is there.
    func needed(_ name: String) -> String { value(name) ?? "" }

    /// Every value of an option that may be there several times.
    func list(_ name: String) -> [String] {
        _ = value(name)
        return lists[name] ?? []
    }

    func id<Of>(_ name: String, of: Of.Type) throws -> ID<Of>? {
        guard let text = value(name) else { return nil }
        guard let id = ID<Of>(text) else { throw fault(name, "an id such as \(Self.sample)", text) }
        return id
    }

    func neededID<Of>(_ name: String, of type: Of.Type) throws -> ID<Of> {
        guard let id = try id(name, of: type) else { throw UsageFault(usage) }
        return id
    }

    func credits(_ name: String) throws -> Credits? {
        guard let text = value(name) else { return nil }
        guard let amount = Credits(dollars: text) else {
            throw fault(name, "an amount in USD such as 25.00", text)
        }
        return amount
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw fault(name, "a number from \(range.lowerBound) to \(range.upperBound)", text)
        }
        return number
    }

    func time(_ name: String) throws -> Timestamp? {
        guard let text = value(name) else { return nil }
        guard let time = Timestamp(iso8601: text) else {
            throw fault(name, "a time in UTC such as 2027-01-31 or 2027-01-31T12:00Z", text)
        }
        return time
    }

    /// The first day of a month written `2026-10`.
    func day(_ name: String) throws -> CivilDate? {
        guard let text = value(name) else { return nil }
        guard let day = CivilDate(text) else { throw fault(name, "a day such as 2026-10-31", text) }
        return day
    }

    /// How long something is kept: `30d`, or `forever`.
    func kept(_ name: String) throws -> Kept? {
        guard let text = value(name) else { return nil }
        if text == "forever" { return .forever }
        guard text.hasSuffix("d"), let days = Int32(text.dropLast()), days > 0 else {
            throw fault(name, "a number of days such as 30d, or forever", text)
        }
        return .days(days)
    }

    func month(_ name: String) throws -> CivilDate? {
        guard let text = value(name) else { return nil }
        guard let day = CivilDate("\(text)-01") else {
            throw fault(name, "a month such as 2026-10", text)
        }
        return day
    }

    func word<Word: RawRepresentable & CaseIterable>(
        _ name: String, of: Word.Type
    ) throws -> Word? where Word.RawValue == String {
        guard let text = value(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw fault(name, "one of \(words)", text)
        }
        return word
    }

    private func fault(_ name: String, _ expected: String, _ came: String) -> UsageFault {
        UsageFault("--\(name) is \(expected), not '\(came)'")
    }

    private static let sample = "019365a0-0000-7000-8000-000000000000"
}
