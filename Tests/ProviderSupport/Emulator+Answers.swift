import HTTP
import Pictures
import Providers
import Threads
import Units

extension Emulator {
    /// Larger than any body of these tests.
    private static let bodyMaxBytes = 64 << 20

    func answer(_ request: Request) async -> Response {
        if request.method == "GET" { return answer(get: request) }
        let body: [UInt8]
        do throws(BodyFailure) {
            body = try await request.body.collect(limitBytes: Self.bodyMaxBytes)
        } catch {
            return Response(.badRequest)
        }
        state.withLock { $0.submissions += 1 }
        guard admits(request.headers) else { return fail(.operatorAuth) }
        guard
            let submission = Submission(path: request.path, headers: request.headers, body: body)
        else { return complain("the body is neither JSON nor a form") }
        if let complaint = rules.complaint(about: submission) { return complain(complaint) }
        let prompt = submission.text("prompt", "text", "edit_instruction", "text_prompts[0][text]")
        let behaviour = state.withLock { state in
            state.script.isEmpty ? nil : state.script.removeFirst()
        }
        return await carryOut(behaviour ?? Behaviour.asked(by: prompt ?? "") ?? .done, submission)
    }

    private func complain(_ words: String) -> Response {
        state.withLock { $0.complaints.append(words) }
        return fail(.badRequest)
    }

    private func carryOut(_ behaviour: Behaviour, _ submission: Submission) async -> Response {
        switch behaviour {
        case .fails(let kind): return fail(kind)
        case .garbage where rules.accepted == nil: return page
        case .slow(let time) where rules.accepted == nil:
            // Cut short when the caller has left, who then gets nothing.
            try? await ContinuousClock().sleep(for: time)
        default: break
        }
        let number = state.withLock { state in
            state.accepted += 1
            return state.accepted
        }
        let n = behaviour == .partial ? max(1, submission.n - 1) : submission.n
        let result = draw(n, submission.size, number, isThere: behaviour != .expired)
            .told(as: behaviour)
        guard let accepted = rules.accepted else {
            if case .failsInside(let kind) = behaviour {
                return fail(kind, of: "submit", inside: true)
            }
            if submission.fields["stream"] == .bool(true) { return events(result, behaviour) }
            return json(rules.made(result), behaviour)
        }
        state.withLock {
            $0.tasks[result.task] = Task(behaviour: behaviour)
            $0.results[result.task] = result
        }
        return json(accepted(result), .done)
    }

    private func answer(get request: Request) -> Response {
        if request.path.hasPrefix("/pictures/") || request.path == "/view" {
            return picture(request)
        }
        state.withLock { $0.polls += 1 }
        guard admits(request.headers) else { return fail(.operatorAuth) }
        let whole = request.path + "?" + (request.query ?? "")
        let found = state.withLock { state -> (String, Task, Rules.Result)? in
            for (name, var task) in state.tasks where whole.contains(name) {
                guard let result = state.results[name] else { continue }
                task.pollsLeft -= 1
                state.tasks[name] = task
                return (name, task, result)
            }
            return nil
        }
        guard let (name, task, result) = found else { return Response(.notFound) }
        if task.isRunning { return json(rules.running, .done) }
        if let finished = rules.finished, request.path.hasSuffix("/status") {
            // Some failures are told with the status, others only where the result would be.
            guard case .failsInside(let kind) = task.behaviour,
                recording(of: kind, verb: "poll", inside: true)?["at"]?.text?.contains(" ") == true
            else { return json(finished, .done) }
        }
        switch task.behaviour {
        case .failsInside(let kind): return fail(kind, of: "poll", inside: true, task: name)
        case .garbage: return page
        default: return json(rules.made(result), task.behaviour)
        }
    }

    private func picture(_ request: Request) -> Response {
        let query = request.query?.split(separator: "&").first { $0.hasPrefix("filename=") }
        let name =
            query.map { String($0.dropFirst("filename=".count)) }
            ?? String(request.path.split(separator: "/").last ?? "")
        let bytes = state.withLock { state in
            state.fetches += 1
            if request.headers["Authorization"] != nil { state.credentialsAtPictures += 1 }
            return state.pictures[name]
        }
        // As stores of signed addresses say that one has expired.
        guard let bytes else { return Response(.forbidden) }
        return Response(.ok, headers: ["Content-Type": "image/png"], body: .bytes(bytes))
    }

    private func draw(
        _ n: Int, _ size: PixelSize, _ number: Int, isThere: Bool
    ) -> Rules.Result {
        var texts: [String] = []
        var addresses: [String] = []
        for index in 0..<n {
            let name = "\(number)-\(index).png"
            let bytes = Self.png(size, number: index)
            state.withLock { $0.pictures[name] = isThere ? bytes : nil }
            var base64: [UInt8] = []
            Base64.append(bytes, to: &base64)
            texts.append(String(decoding: base64, as: UTF8.self))
            addresses.append("\(base)/pictures/\(name)")
        }
        return Rules.Result(
            pictures: texts, addresses: addresses, task: "task\(number)x", base: base)
    }

    /// What was drawn before: a test without optimisation draws slowly.
    private static let drawn = Lock([PixelSize: [Int: [UInt8]]]())

    /// A grey picture; each of one submission is another grey.
    private static func png(_ size: PixelSize, number: Int) -> [UInt8] {
        if let known = drawn.withLock({ $0[size]?[number] }) { return known }
        let shade = 255 - UInt8(number % 128)
        let bitmap = Bitmap(
            size: size, pixels: [UInt8](repeating: shade, count: size.pixels * 4))
        // A test that gets no picture of it fails and says so.
        let bytes = (try? Picture.encode(bitmap, as: .png)) ?? []
        drawn.withLock { $0[size, default: [:]][number] = bytes }
        return bytes
    }
}
