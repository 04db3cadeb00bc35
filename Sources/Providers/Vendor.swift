public import Units

/// Who sells pictures, as data: where it is, what it speaks and how it is paid for.
public struct Vendor: Sendable {
    /// The catalogue's name of it.
    public let name: String
    /// What people call it.
    public let title: String
    public let adapter: any Adapter
    /// `https://host/path` without a slash at its end; nil where only the operator knows it.
    public var base: String?
    /// The environment's variable that says where it is.
    public let baseVariable: String
    public let authorization: Authorization
    /// The environment's variables with its credential: the first that is set counts.
    public let variables: [String]
    /// A second variable whose value follows the first after a colon.
    public let secretVariable: String?
    /// Whether it can be called without one.
    public let needsCredential: Bool
    /// Where results may be fetched from beside `base`: a name, or `*.` and what it ends in.
    public var resultHosts: [String]
    /// How long one call may take, where pictures are drawn meanwhile.
    public var timeout: Duration

    public init(
        _ name: String, title: String, _ adapter: any Adapter, base: String?,
        baseVariable: String, _ authorization: Authorization, variables: [String],
        secretVariable: String? = nil, needsCredential: Bool = true, resultHosts: [String] = [],
        timeout: Duration = .seconds(180)
    ) {
        self.name = name
        self.title = title
        self.adapter = adapter
        self.base = base
        self.baseVariable = baseVariable
        self.authorization = authorization
        self.variables = variables
        self.secretVariable = secretVariable
        self.needsCredential = needsCredential
        self.resultHosts = resultHosts
        self.timeout = timeout
    }
}

extension Vendor {
    /// How to ask for pictures at `now`.
    public func submit(
        _ ask: Ask, with secret: Secret?, at now: Timestamp
    ) throws(VendorFailure) -> Call {
        try authorized(adapter.submit(ask, to: self), with: secret, at: now)
    }

    /// What the answer to `submit` says.
    public func read(_ reply: Reply, of ask: Ask) throws(VendorFailure) -> Progress {
        try checked(adapter.read(reply, of: ask, from: self), reply)
    }

    /// How to ask for a task at `now`.
    public func poll(
        _ task: String, with secret: Secret?, at now: Timestamp
    ) throws(VendorFailure) -> Call {
        try authorized(adapter.poll(task, of: self), with: secret, at: now)
    }

    /// What the answer to `poll` says.
    public func readPoll(_ reply: Reply, of task: String) throws(VendorFailure) -> Progress {
        try checked(adapter.readPoll(reply, of: task, from: self), reply)
    }

    /// No caller has to think of success without a picture.
    private func checked(_ progress: Progress, _ reply: Reply) throws(VendorFailure) -> Progress {
        if case .done(let made) = progress, made.pictures.isEmpty {
            throw .noImage("the answer holds no picture", reply)
        }
        return progress
    }

    private func authorized(
        _ call: Call, with secret: Secret?, at now: Timestamp
    ) throws(VendorFailure) -> Call {
        var call = call
        if let secret {
            call.credential = try authorization.credential(secret, at: now)
        } else if needsCredential {
            throw VendorFailure(.operatorAuth, "no credential of \(title) is configured")
        }
        return call
    }

    /// Credentials that one environment can hold: `NAME`, `NAME_2` and so on.
    public static let credentialsMax = 9

    /// Its credentials, in the order in which they are tried.
    public func credentials(_ variable: (String) -> String?) -> [Secret] {
        guard let name = variables.first(where: { variable($0)?.isEmpty == false }) else {
            return []
        }
        return (1...Self.credentialsMax).compactMap { number in
            let suffix = number == 1 ? "" : "_\(number)"
            guard let key = variable(name + suffix), !key.isEmpty else { return nil }
            guard let secretVariable else { return Secret(key) }
            guard let secret = variable(secretVariable + suffix), !secret.isEmpty else {
                return nil
            }
            return Secret("\(key):\(secret)")
        }
    }

    /// `path` at this vendor.
    func url(_ path: String) throws(VendorFailure) -> String {
        guard let base, !base.isEmpty else {
            throw VendorFailure(.operatorAuth, "\(baseVariable) does not say where \(title) is")
        }
        return (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
    }
}
