/// The migrations that this program was built with.
public enum Schema {
    /// Every file of `migrations/`, in ascending order of its number, no number twice.
    public static let migrations: [EmbeddedMigration] = embeddedMigrations
}
