internal import Units

extension Database {
    /// Limits of every connection, and of the queue before them.
    public struct Settings: Sendable {
        /// What `pg_stat_activity` shows.
        public var applicationName = "atelier"
        /// The server ends a statement that runs longer. A request is worth no more than this.
        public var statementTimeout: Duration = .seconds(10)
        /// The server ends a statement that waits longer for one lock.
        public var lockTimeout: Duration = .seconds(5)
        /// The server ends a connection whose transaction sits still for longer: our process
        /// was stopped, or cut off, while it held locks.
        public var idleInTransactionTimeout: Duration = .seconds(15)
        /// Transactions that may wait for a connection; the next is turned away at once.
        public var queueMax = 2048
        /// How long one may wait for a connection before it is turned away.
        public var waitMax: Duration = .seconds(5)
        /// What every transaction becomes; nil for the login itself.
        public var role: Role?
        /// More parameters of the session, such as `enable_seqscan`; each beats the server's own.
        ///
        /// They are set when the connection starts, so a pooler between must let them pass.
        public var parameters: [String: String] = ["jit": "off"]

        public init() {}

        /// The same, with every transaction under `role`.
        public func under(_ role: Role) -> Self {
            var settings = self
            settings.role = role
            return settings
        }

        /// Longest silence of the server on `statements` that it is working on.
        ///
        /// A server that is past all its own limits is dead or stopped, whatever TCP says.
        func silenceMax(statements: Int) -> Duration? {
            guard statementTimeout > .zero else { return nil }
            return statementTimeout * max(1, statements) + .seconds(5)
        }

        /// The settings as the server's command-line options.
        var startupOptions: String {
            var all = parameters
            all["statement_timeout"] = "\(statementTimeout.milliseconds)"
            all["lock_timeout"] = "\(lockTimeout.milliseconds)"
            all["idle_in_transaction_session_timeout"] =
                "\(idleInTransactionTimeout.milliseconds)"
            return all.sorted { $0.key < $1.key }
                .map { "-c \($0.key)=\(Self.escaped($0.value))" }
                .joined(separator: " ")
        }

        /// Blanks and backslashes are escaped. Source: PostgreSQL's `pg_split_opts`.
        private static func escaped(_ value: String) -> String {
            var text = ""
            for character in value {
                if character == "\\" || character.isWhitespace { text += "\\" }
                text.append(character)
            }
            return text
        }
    }
}
