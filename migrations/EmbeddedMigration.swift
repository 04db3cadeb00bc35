/// One step of the database's shape: `migrations/0042_what_it_does.sql`, carried by the program.
public struct EmbeddedMigration: Sendable, Equatable {
    /// The number its file name begins with.
    public let number: Int
    /// The rest of its file name, without the ending: `what_it_does`.
    public let name: String
    /// The text of the file, byte for byte.
    public let sql: String
}
