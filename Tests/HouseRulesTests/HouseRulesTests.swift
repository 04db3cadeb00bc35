import Testing

/// Rules of this codebase that no compiler checks. Each failure names file, line and text.
@Suite struct HouseRulesTests {
    @Test func onlyTheSmallFoundationIsImported() throws {
        let files = try Repository.programs() + Repository.files(under: "Tests", ending: ".swift")
        for file in files {
            // The whole of it costs 50 MB of binary and a tenth of the speed of JSON.
            #expect(file.code { Import($0)?.module == "Foundation" } == [])
        }
    }

    /// What the root may hold, by name: notes and leavings do not belong there.
    private static let root: Set<String> = [
        ".ci", ".gitattributes", ".gitignore", ".swift-format", "ARCHITECTURE.md", "CHANGELOG.md",
        "CONTRIBUTING.md", "LICENSE", "Makefile", "Package.swift", "Plugins", "README.md",
        "SECURITY.md", "Sources", "Tests", "admin", "bench", "catalogue", "deploy", "docs",
        "examples", "migrations", "scripts",
    ]

    @Test func theRootHoldsWhatIsListed() throws {
        let others = try Repository.atRoot().subtracting(Self.root)
        #expect(others.isEmpty)
    }

    @Test func nothingIsForced() throws {
        let forced = ["try" + "!", "as" + "!"]
        let files =
            try Repository.programs()
            + Repository.files(under: "Tests", "Plugins", ending: ".swift")
        for file in files {
            #expect(file.code { line in forced.contains { line.hasWord($0) } } == [])
        }
    }

    /// Each home of C and the one folder that may import it.
    private static let homes = [
        "CPostgres": "Sources/Postgres/", "CCrypto": "Sources/Signing/",
        "CZlib": "Sources/Compression/",
        "CWebP": "Sources/Pictures/", "CTurboJPEG": "Sources/Pictures/",
        "CPNG": "Sources/Pictures/", "CEpoll": "Sources/HTTPServer/",
        "CCurl": "Sources/HTTPClient/", "CTLS": "Sources/HTTPServer/",
        "CMalloc": "Sources/Server/", "CPango": "Sources/Documents/",
    ]

    @Test func aHomeOfCIsImportedOnlyByItsTarget() throws {
        let files = try Repository.programs() + Repository.files(under: "Tests", ending: ".swift")
        for file in files {
            let strangers = file.code { line in
                guard let home = Import(line).flatMap({ Self.homes[$0.module] }) else {
                    return false
                }
                return !file.path.hasPrefix(home)
            }
            #expect(strangers == [])
        }
    }

    @Test func everyHomeOfCIsListedHere() throws {
        let folders = try Repository.folders(in: "Sources")
        let ofC = try folders.filter { folder in
            let files = try Repository.files(under: "Sources/\(folder)")
            return files.contains { $0.path.hasSuffix(".h") || $0.path.hasSuffix(".modulemap") }
        }
        #expect(Set(ofC) == Set(Self.homes.keys))
    }

    /// Where a task is started that is no child of another, and why.
    private static let looseTasks = [
        "Sources/HTTPServer/Connection+Reading.swift":
            "a request's handler runs on its loop, which is no task; it is cancelled with the call",
        "Sources/API/Images/ImageStream.swift":
            "a caller who leaves in the middle of a stream changes nothing: its pictures are made",
        "Sources/Gateway/Generations/Runs.swift":
            "a generation outlives the request that began it; kept there and ended with the server",
        "Sources/Gateway/Generations/Uncancelled.swift":
            "what a caller who leaves, or a server that stops, must not cut short",
        "Sources/Server/Atelier.swift":
            "the program's one root task; it ends the process with the command's exit code",
    ]

    @Test func aTaskIsAChildOfAnother() throws {
        var found: Set<String> = []
        for file in try Repository.programs() {
            let starts = file.code { line in
                ["Task {", "Task(", "Task.detached", "Task.immediate"].contains(where: line.hasWord)
                    || line.hasWord("Task<") && (line.contains("> {") || line.contains(">("))
            }
            if starts.isEmpty { continue }
            found.insert(file.path)
            if Self.looseTasks[file.path] == nil { Issue.record("\(starts)") }
        }
        #expect(found == Set(Self.looseTasks.keys), "the list names what is no longer there")
    }

    @Test func onlyProgramsReadTheEnvironment() throws {
        let files = try Repository.programs() + Repository.files(under: "Tests", ending: ".swift")
        for file in files {
            let folder = file.path.split(separator: "/").prefix(2).joined(separator: "/")
            let mayRead =
                folder == "Sources/Terminal"
                || folder.hasPrefix("Tests/") && folder.hasSuffix("Support")
            if mayRead { continue }
            let names = ["get" + "env", "secure_get" + "env", "envi" + "ron", "Process" + "Info"]
            #expect(file.code { line in names.contains { line.hasWord($0) } } == [])
        }
    }

    /// Each access in place would wrap the closure once more: memory that grows, and in the end a
    /// call that the stack does not hold. A struct around it is taken as it is.
    @Test func noLockHoldsABareClosure() throws {
        for file in try Repository.programs() {
            let found = file.code { line in
                line.contains("Lock<(") && line.contains("->")
                    || line.contains("Lock<@") && line.contains("->")
            }
            #expect(found == [])
        }
    }

    /// What serves customers has a `CustomerDatabase`, which reads as somebody; and no SQL.
    @Test func customersAreReadBehindTheirWall() throws {
        for file in try Repository.files(under: "Sources/API", ending: ".swift") {
            let found = file.code { line in
                let isTheEngines = line.hasWord("Database") && !line.contains("database: Database,")
                let isSQL = [".rows(", ".execute(", "transaction.send(", "transaction.first("]
                return isTheEngines || isSQL.contains { line.contains($0) }
            }
            #expect(found == [])
        }
    }

    /// But for the migrations', which own the tables.
    @Test func everyConnectionTakesOnARole() throws {
        for file in try Repository.files(under: "Sources/Server", "admin", ending: ".swift")
        where file.path != "Sources/Server/Migrate.swift" {
            let bare = file.code { line in
                line.contains("settings: .init()") || line.contains("Database.Settings()")
            }
            #expect(bare == [], "say `.engine`: the walls are for whoever takes on a role")
        }
    }

    @Test func sqlGetsTheTimeAsABind() throws {
        let clocks = [
            "now()", "current_timestamp", "current_date", "current_time", "localtimestamp",
            "clock_timestamp()", "statement_timestamp()", "transaction_timestamp()",
        ]
        // The one place that asks the database for its time: all others get it from there.
        for file in try Repository.files(under: "Sources", "admin", ending: ".swift")
        where file.path != "Sources/Jobs/SharedClock.swift" {
            let read = file.code { line in
                let line = line.lowercased()
                return clocks.contains { line.hasWord($0) }
            }
            #expect(read == [])
        }
    }

    /// The figure of STYLE: past it, a file has a second idea.
    private static let linesMax = 300

    @Test func aFileHasOneIdea() throws {
        for file in try Repository.programs() {
            // The last line ends with a newline, so one more, empty, follows it.
            let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
            #expect(count <= Self.linesMax, "\(file.path)")
        }
    }

    @Test func aSwallowedErrorSaysWhyItDoesNotMatter() throws {
        let swallow = "try" + "?"
        for file in try Repository.programs() {
            let unexplained = file.lines.indices.filter { index in
                guard file.lines[index].hasWord(swallow), !file.lines[index].isComment else {
                    return false
                }
                // Neighbours that swallow in the same breath share one comment.
                var first = index
                while first > 0, file.lines[first - 1].hasWord(swallow) { first -= 1 }
                let near = file.lines[max(0, first - 3)...index]
                return !near.contains { $0.isComment || $0.contains(" // ") }
            }
            #expect(unexplained.map(file.place) == [])
        }
    }

    @Test func nothingKnowsOneMachine() throws {
        let folders = ["work", "root", "home"].map { "/\($0)/" }
        for file in try Self.everything() {
            let places = file.lines.indices.filter { index in
                folders.contains { file.lines[index].contains($0) }
            }
            #expect(places.map(file.place) == [])
        }
    }

    @Test func nothingIsLeftForLater() throws {
        let words = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
        for file in try Self.everything() {
            let places = file.lines.indices.filter { index in
                words.contains { file.lines[index].hasWord($0) }
            }
            #expect(places.map(file.place) == [])
        }
    }

    private static func everything() throws -> [SourceFile] {
        let files = try Repository.files(
            under: "Sources", "Tests", "admin", "Plugins", "migrations", "bench", "deploy",
            "scripts", "Makefile", "Package.swift", "README.md", "ARCHITECTURE.md", "CHANGELOG.md")
        try #require(files.count > 100)
        return files
    }

    @Test func everyTargetIsOnTheMap() throws {
        let map = try Repository.text("ARCHITECTURE.md")
        let missing = try Repository.folders(in: "Sources").filter { !map.contains("`\($0)`") }
        #expect(missing == [], "folders that ARCHITECTURE.md does not name")
    }

    @Test func moneyIsNeverAFloatingPointNumber() throws {
        let files = try Repository.files(
            under: "Sources/Ledger", "Sources/Units/Credits.swift", "Sources/Units/Cents.swift",
            "Sources/Units/Quantity.swift", "Sources/Documents/Invoice",
            "Sources/Documents/Journal",
            "Sources/Documents/Tables", "Sources/Documents/UBL", "Sources/Documents/Usage",
            "Sources/Gateway/Catalogue", "Sources/Gateway/Usage", "Sources/Gateway/Accounts",
            "Sources/Gateway/Generations/Admission.swift",
            "Sources/Gateway/Generations/Settlement.swift", "Sources/API/Account", ending: ".swift")
        try #require(files.count > 10)
        let types = ["Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat"]
        for file in files {
            #expect(file.code { line in types.contains { line.hasWord($0) } } == [])
        }
    }
}

/// `public import Units` and the like.
private struct Import {
    let module: String

    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard let index = words.firstIndex(of: "import"), index + 1 < words.count,
            words[..<index].allSatisfy({ $0.hasPrefix("@") || Self.levels.contains(String($0)) })
        else { return nil }
        // `import struct Foundation.Data` imports all of it too.
        let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        let name = kinds.contains(String(words[index + 1])) ? words.last : words[index + 1]
        module = String(name?.split(separator: ".").first ?? "")
    }

    private static let levels = [
        "public", "package", "internal", "fileprivate", "private", "unsafe",
    ]
}
