import FoundationEssentials
import Glibc
import Terminal
import Testing

/// Where exports are written, whoever else may write there.
@Suite struct OutputFileTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder =
            FileManager.default.temporaryDirectory.path + "/output-\(UInt64.random(in: 0...(.max)))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test func aPlantedLinkIsNotFollowed() throws {
        try withFolder { folder in
            let (path, prey) = (folder + "/out.csv", folder + "/prey")
            try Data("mine".utf8).write(to: URL(filePath: prey))
            for name in [path, path + ".part"] {
                #expect(unsafe symlink(prey, name) == 0)
            }
            let file = try OutputFile(path, named: "x.csv")
            try file.write(Array("rows".utf8))
            try file.finish()
            #expect(try Data(contentsOf: URL(filePath: prey)) == Data("mine".utf8))
            #expect(try Data(contentsOf: URL(filePath: path)) == Data("rows".utf8))
            #expect(try names(folder) == ["out.csv", "out.csv.part", "prey"])
        }
    }

    @Test func whatIsNotFinishedLeavesNothing() throws {
        try withFolder { folder in
            do {
                let file = try OutputFile(folder + "/out.csv", named: "x.csv")
                try file.write([1])
            }
            #expect(try names(folder) == [])
        }
    }

    @Test func aDirectoryTakesAFileOfItsOwnName() throws {
        try withFolder { folder in
            let file = try OutputFile(folder, named: "usage.csv")
            try file.finish()
            #expect(try names(folder) == ["usage.csv"])
            #expect(throws: OutputFile.Failure.self) {
                _ = try OutputFile(folder + "/none/out.csv", named: "x.csv")
            }
        }
    }
}
