import Foundation
import PackagePlugin

/// Turns `migrations/NNNN_what_it_does.sql` into one Swift file of the target that uses the plugin,
/// so that the program carries its migrations and adding one needs no other line.
///
/// The folder is the target's own, beside its two Swift files: a plan of the build is kept until a
/// folder of sources changes, so a new migration reaches the next `swift build`.
@main
struct EmbedMigrations: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        guard let module = target.sourceModule else { return [] }
        let script = context.package.directoryURL
            .appending(path: "Plugins/EmbedMigrations/embed.sh")
        let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedMigrations.swift")
        // In the order of their names, which begin with their numbers. `schema.sql` is what the
        // migrations result in, not one of them.
        let migrations = module.sourceFiles(withSuffix: ".sql").map(\.url)
            .filter { $0.lastPathComponent != "schema.sql" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
        return [
            .buildCommand(
                displayName: "Embedding \(migrations.count) migrations",
                executable: URL(filePath: "/bin/sh"),
                arguments: [script.path, output.path] + migrations.map(\.path),
                inputFiles: [script] + migrations,
                outputFiles: [output])
        ]
    }
}
