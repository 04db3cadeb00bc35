internal import FoundationEssentials
internal import HTTP
internal import Units

/// Reading what a vendor says of a task.
extension Job {
    public func read(
        _ reply: Reply, of ask: Ask, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        let json = try errors.json(of: reply)
        let path: JSONPath
        switch place {
        case .address(let place, _): path = place
        case .id(let place, _): path = place
        }
        let target = path.first(in: json).flatMap { $0.text ?? $0.whole.map { "\($0)" } }
        guard let target, Self.isName(target) else {
            if Self.complains(json) { throw errors.failure(reply) }
            throw .malformed("the answer names no task", reply)
        }
        if case .address(_, let hosts) = place, !vendor.mayAsk(target, hosts: hosts) {
            throw .malformed("the task is at an address that is not \(vendor.title)'s", reply)
        }
        var kept: [String: String] = [:]
        for name in keeps { kept[name] = json[name]?.decimal.map { "\($0)" } }
        let task = JobTask(target, result: resultPlace?.text(in: json), kept: kept)
        if let result = task.result, !Self.isName(result) {
            throw .malformed("the answer names no place of its result", reply)
        }
        return .pending(task: task.name, next: next, percent: nil)
    }

    public func readPoll(
        _ reply: Reply, of name: String, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        let task = JobTask(name)
        guard reply.isSuccess else { throw pollFailure(reply) }
        guard let json = reply.json else {
            throw .malformed("the answer is no JSON", reply, acceptance: .running)
        }
        // The second of two addresses: the result itself.
        if resultPlace != nil, task.result == nil { return .done(try made(json, task, reply)) }
        guard let word = status.text(in: json) else {
            if Self.complains(json) { throw errors.failure(reply, acceptance: .running) }
            throw .malformed("the answer has no status", reply, acceptance: .running)
        }
        switch states[word.lowercased()] {
        case .pending: return .pending(task: name, next: next, percent: percentDone(json))
        case .done:
            if reason(json) != nil, resultPlace != nil { throw ended(json, word, reply) }
            guard let result = task.result else { return .done(try made(json, task, reply)) }
            return .pending(task: JobTask(result, kept: task.kept).name, next: .zero, percent: 100)
        case .failed: throw ended(json, word, reply)
        case .moderated:
            throw .moderated([word, reason(json) ?? ""].joined(separator: ": "), reply)
        case nil:
            throw .malformed("the status '\(word)' is unknown", reply, acceptance: .running)
        }
    }

    private func made(
        _ json: JSONValue, _ task: JobTask, _ reply: Reply
    ) throws(VendorFailure) -> Made {
        let found = results.lazy.map { $0.values(in: json) }.first { !$0.isEmpty } ?? []
        let flags = blackened?.values(in: json) ?? []
        var made = Made([])
        for (index, value) in found.enumerated() {
            guard let picture = value.text.flatMap({ PictureAt($0) }) else { continue }
            if index < flags.count, flags[index] == .bool(true) {
                made.withheld += 1
            } else {
                made.pictures.append(picture)
            }
        }
        made.request = reply.request ?? json["request_id"]?.text ?? json["id"]?.text
        made.seed = seed?.first(in: json)?.whole.map { Int64($0) }
        made.usage = usage(json, task)
        guard made.pictures.isEmpty else { return made }
        var failure: VendorFailure =
            made.withheld > 0
            ? .moderated("every picture was withheld", reply)
            : .noImage("the result holds no picture", reply)
        failure.usage = made.usage
        throw failure
    }

    private func usage(_ json: JSONValue, _ task: JobTask) -> VendorUsage {
        func number(_ name: String) -> Decimal? {
            json[name]?.decimal ?? task.kept[name].flatMap { Decimal(string: $0) }
        }
        var usage = VendorUsage()
        if let (path, exponent) = cost {
            let told = path.first(in: json)?.decimal ?? number("cost")
            usage.cost = told.map { .scaled($0, by: exponent) }
        }
        usage.outputMegapixels = number("output_mp")
        usage.inputMegapixels = number("input_mp")
        return usage
    }

    private func percentDone(_ json: JSONValue) -> Int? {
        guard let told = percent?.first(in: json)?.decimal, told >= 0, told <= 1 else { return nil }
        return Int("\(told * 100)".prefix { $0 != "." })
    }

    private func reason(_ json: JSONValue) -> String? {
        let words = reasons.lazy.flatMap { $0.values(in: json) }.compactMap { value -> String? in
            value == .null ? nil : value.text ?? value.json.text
        }
        return words.first.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Why a task that was accepted has no result.
    private func ended(_ json: JSONValue, _ word: String, _ reply: Reply) -> VendorFailure {
        let reason = reason(json) ?? "the task ended as '\(word)'"
        let isRefusal = refusals.contains { reason.lowercased().contains($0) }
        return VendorFailure(
            isRefusal ? .moderated : .overloaded, reason, acceptance: .ended,
            status: reply.status, request: reply.request)
    }

    /// What a failed poll means: the task itself may be well, unless it is unknown or refused.
    private func pollFailure(_ reply: Reply) -> VendorFailure {
        var failure = errors.failure(reply, acceptance: .running)
        if [.badRequest, .moderated, .modelGone].contains(failure.kind) {
            failure.acceptance = .ended
        }
        // It is the task that is gone, not the model.
        if failure.kind == .modelGone { failure.kind = .overloaded }
        return failure
    }

    static func complains(_ json: JSONValue) -> Bool {
        ["error", "detail", "message"].contains { json.tells($0) }
    }

    /// Names go into addresses and into the database: nothing but what ids and URLs are made of.
    static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 2048
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
    }
}
